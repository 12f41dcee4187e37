{# Joins what is claimed of open items - `disputed` or `secured`, which is also the name of the join - to a relation `items` of open
   items; null where nothing is. #}
{% macro left_join_claimed(claim_type) -%}
    left join {{ ref("int_aging__items_claimed") }} as {{ claim_type }}
        on {{ claim_type }}.claim_type = '{{ claim_type }}'
        and items.as_of_date = {{ claim_type }}.as_of_date
        and items.company_code = {{ claim_type }}.company_code
        and items.document_no = {{ claim_type }}.document_no
        and items.instalment_no = {{ claim_type }}.instalment_no
{%- endmacro %}

{# What is claimed of an item so joined, in base currency at the document's rate. #}
{% macro claimed_base_amount(claim_type) -%}
    case when {{ claim_type }}.claimed_amount > 0 then {{ base_amount(claim_type ~ ".claimed_amount", "items.fx_rate") }} else 0 end
{%- endmacro %}
