{# Joins what is disputed of open items, as `disputed`, to a relation `items` of open items; null where nothing is. #}
{% macro left_join_disputed() -%}
    left join {{ ref("int_receivables__items_claimed") }} as disputed
        on disputed.claim_type = 'disputed'
        and items.as_of_date = disputed.as_of_date
        and items.company_code = disputed.company_code
        and items.document_no = disputed.document_no
        and items.instalment_no = disputed.instalment_no
{%- endmacro %}
