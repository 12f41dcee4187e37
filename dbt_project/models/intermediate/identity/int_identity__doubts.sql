-- What about records and customers a person should look at, before anybody answered.
-- Grain: one row per record_key, customer_id and doubt_code.
with records as (
    select * from {{ ref("int_identity__matched") }}
),

numbers as (
    select numbers.*, identified.customer_id, identified.rule_code
    from {{ ref("int_identity__numbers") }} as numbers
    inner join {{ ref("int_identity__accounts_identified") }} as identified on numbers.first_record_key = identified.record_key
),

named as (
    select
        erp.record_key,
        erp.normalised_name,
        identified.customer_id,
        erp.unified_social_credit_code is null as is_uncoded,
        first_value(identified.customer_id) over (
            partition by erp.normalised_name order by numbers.known_at, numbers.number_key, erp.record_key
        ) as first_id,
        first_value(erp.unified_social_credit_code) over (
            partition by erp.normalised_name order by numbers.known_at, numbers.number_key, erp.record_key
        ) as first_code
    from {{ ref("int_customers__source_records") }} as erp
    inner join {{ ref("int_identity__accounts_identified") }} as identified on erp.record_key = identified.record_key
    inner join {{ ref("int_identity__numbers") }} as numbers on erp.number_key = numbers.number_key
    where erp.has_legal_form
),

-- Of a name that several customers bear, each that came later is asked about once; two credit codes are two companies.
same_names as (
    select record_key, first_id as customer_id
    from named
    where customer_id <> first_id and (is_uncoded or first_code is null)
),

-- A code that another customer held first, or that contradicts another code of the same number.
codes as (
    select
        numbers.first_record_key as record_key,
        held.customer_id,
        case when proposed.proposal_count > 1 then 'ambiguous_' || proposed.rule_code else 'known_apart' end as doubt_code
    from {{ ref("int_identity__codes_proposed") }} as proposed
    inner join numbers on proposed.number_key = numbers.number_key
    inner join {{ ref("int_identity__codes_held") }} as held
        on proposed.unified_social_credit_code = held.unified_social_credit_code
    left join same_names
        on numbers.first_record_key = same_names.record_key and held.customer_id = same_names.customer_id
    where numbers.customer_id <> held.customer_id and same_names.record_key is null
        -- Of a number that a code identifies, what others say of it is no doubt.
        and (proposed.rule_code = 'credit_code' or numbers.rule_code in ('own_number', 'same_name'))
),

doubts as (
    select pairs.record_key, pairs.customer_id, 'similar' as doubt_code, pairs.match_probability
    from {{ ref("int_identity__similar_judged") }} as pairs
    inner join records on pairs.record_key = records.record_key
    left join same_names on pairs.record_key = same_names.record_key and pairs.customer_id = same_names.customer_id
    where not pairs.is_link and same_names.record_key is null
        and records.match_rule in ('similar', 'unmatched', 'own_number', 'same_name')
        -- Other names of a record's own customer, such as those that an answer brought to it, are no doubt.
        and coalesce(records.customer_id, '') <> pairs.customer_id
    union all
    select record_key, customer_id, 'same_name', null from same_names
    union all
    select distinct record_key, customer_id, doubt_code, null from codes
    union all
    select proposed.record_key, proposed.customer_id, 'ambiguous_' || proposed.rule_code, null
    from {{ ref("int_identity__links_proposed") }} as proposed
    inner join records on proposed.record_key = records.record_key
    where proposed.proposal_count > 1 and records.match_rule in ('similar', 'unmatched')
    union all
    select record_key, customer_id, 'invalid_credit_code', null
    from records
    where stated_credit_code is not null and not {{ is_valid_credit_code("stated_credit_code") }} and source_system <> 'bureau'
)

select * from doubts
