{# Policy rows whose measure no model computes for the kind of subject that the row is about. #}
{% test is_measure(model, column_name, subject_type="'customer'") %}
select *
from {{ model }}
where
    {{ column_name }} not like 'metrics.%'
    and not case {{ subject_type }}
        {% for kind, codes in subject_measures().items() %}
        when '{{ kind }}' then {{ column_name }} in ('{{ codes | join("', '") }}')
        {% endfor %}
    end
{% endtest %}
