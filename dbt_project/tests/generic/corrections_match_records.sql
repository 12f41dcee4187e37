{# Corrections that match no record that the sources delivered, that someone approved for themselves, that name a customer which another
   correction gave to somebody else, or that would keep an account from its own number. #}
{% test corrections_match_records(model) %}
with customers as (
    select customer_id_by_rule, min(customer_id) as customer_id, max(case when customer_id = customer_id_by_rule then 1 else 0 end) as goes_on
    from {{ ref("int_identity__accounts_identified") }}
    group by customer_id_by_rule
),

judged as (
    select
        corrections.source_system, corrections.company_code, corrections.source_record, corrections.decision, corrections.customer_id,
        case
            when records.record_key is null then 'no source delivered the record'
            when corrections.decided_by = corrections.approver then 'approved by its author ' || corrections.approver
            when corrections.decision = 'same' and customers.goes_on = 0
                then 'the customer is ' || customers.customer_id || ' by another answer: name that one'
            when corrections.decision = 'different' and corrections.customer_id = corrections.company_code || '-' || corrections.source_record
                then 'this is its own number: answer for the other account'
        end as problem
    from {{ model }} as corrections
    left join {{ ref("int_customers__source_records") }} as records
        on {{ record_key("corrections.source_system", "corrections.company_code", "corrections.source_record") }} = records.record_key
    left join customers on corrections.customer_id = customers.customer_id_by_rule
)

select * from judged where problem is not null
{% endtest %}
