{# Whether a payment, or what was made of payments, stands on a date: it was made by then and not taken back. #}
{% macro stands_on(date, payments="payments") -%}
    {{ payments }}.valid_from <= {{ date }} and ({{ payments }}.valid_before is null or {{ payments }}.valid_before > {{ date }})
{%- endmacro %}

{# Joins the payments that came after the date of a relation of open items on what was owed then, as `payments`, of the choices of the
   aging policy in force on that date. Until when they count, and when they must stand, is for the reader to say. #}
{% macro join_paid_afterwards(items) -%}
    inner join {{ ref("int_dates__receivables_policies") }} as aging on {{ items }}.as_of_date = aging.as_of_date
    inner join {{ ref("int_payments__recognised") }} as payments
        on {{ items }}.company_code = payments.company_code
        and {{ items }}.document_no = payments.document_no
        and {{ items }}.instalment_no = payments.instalment_no
        and {{ is_chosen_by("aging", "payments") }}
        and payments.effective_date > {{ items }}.as_of_date
{%- endmacro %}
