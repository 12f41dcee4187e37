{# Corrections that match no record that the sources delivered, or that someone approved for themselves. #}
{% test corrections_match_records(model) %}
select corrections.source_system, corrections.company_code, corrections.source_record, corrections.customer_id,
    case when records.record_key is null then 'no source delivered the record' else 'approved by its author ' || corrections.approver end as problem
from {{ model }} as corrections
left join {{ ref("int_customers__source_records") }} as records
    on {{ record_key("corrections.source_system", "corrections.company_code", "corrections.source_record") }} = records.record_key
where records.record_key is null or corrections.decided_by = corrections.approver
{% endtest %}
