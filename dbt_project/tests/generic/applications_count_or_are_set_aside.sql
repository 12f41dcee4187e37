{# Applications of the sender that neither count nor are set aside with a reason. #}
{% test applications_count_or_are_set_aside(model) %}
select
    applications.company_code,
    applications.application_no,
    applications.credit_document_no,
    applications.debit_document_no,
    applications.load_id,
    applications.line_number
from {{ ref("stg_erp__applications") }} as applications
left join {{ model }} as dated
    on applications.company_code = dated.company_code
    and applications.application_no = dated.application_no
    and dated.receipt_allocation = 'any'
left join {{ ref("int_quality__rows_set_aside") }} as misfits
    on applications.load_id = misfits.load_id and applications.line_number = misfits.line_number
where dated.application_no is null and misfits.load_id is null
{% endtest %}
