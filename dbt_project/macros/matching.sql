{# Source system and record as one key. #}
{% macro record_key(source_system, company_code, source_record) -%}
    {{ source_system }} || ':' || case {{ source_system }} when 'erp' then {{ company_code }} || '-' else '' end || {{ source_record }}
{%- endmacro %}

{# What numbers of the ERP are unique in: the company, or nothing where the policy says that companies share one customer master. #}
{% macro number_scope(company_code) -%}
    case
        when (
            select same_number_across_companies from {{ ref("policy_matching") }} where policy_version = {{ policy_now("matching") }}
        ) = 'one_customer' then '*'
        else {{ company_code }}
    end
{%- endmacro %}

{# An ERP number as one key, however it is padded. #}
{% macro number_key(company_code, customer_code) -%}
    {{ number_scope(company_code) }} || '-' || {{ bare_number(customer_code) }}
{%- endmacro %}

{# Proposed links without those that a person said are different, and how many customers each rule proposes for a record. #}
{% macro allowed_links(proposed, corrections) -%}
    select
        proposed.record_key, proposed.rule_code, proposed.customer_id,
        count(*) over (partition by proposed.record_key, proposed.rule_code) as proposal_count
    from {{ proposed }} as proposed
    left join {{ corrections }} as refused
        on refused.decision = 'different'
        and proposed.record_key = refused.record_key
        and proposed.customer_id = refused.customer_id
    where refused.record_key is null
{%- endmacro %}

{# The link of each record by the first rule in the policy's order that proposes exactly one customer. #}
{% macro first_single_link(allowed) -%}
    select record_key, rule_code, customer_id, confidence
    from (
        select
            allowed.*,
            rules.confidence,
            row_number() over (partition by allowed.record_key order by rules.rule_order) as preference
        from {{ allowed }} as allowed
        inner join {{ ref("policy_matching_rules") }} as rules
            on rules.policy_version = {{ policy_now("matching") }} and allowed.rule_code = rules.rule_code
        where allowed.proposal_count = 1
    ) as preferred
    where preference = 1
{%- endmacro %}

{# Version of a policy area in force at the refresh's as-of date, as a scalar. #}
{% macro policy_now(area) -%}
    (
        select policy_version from {{ ref("int_dates__policies_in_force") }}
        where policy_area = '{{ area }}' and as_of_date = {{ as_of_date() }}
    )
{%- endmacro %}
