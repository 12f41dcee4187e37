{# Grades whose factor contributions do not sum to the score, or whose weights do not sum to 100. #}
{% test factors_sum_to_score(model) %}
select grades.as_of_date, grades.customer_id
from {{ ref("fct_risk_grades") }} as grades
left join {{ model }} as factors
    on grades.as_of_date = factors.as_of_date and grades.customer_id = factors.customer_id
group by grades.as_of_date, grades.customer_id, grades.score
having sum(factors.contribution) <> grades.score or sum(factors.weight_pct) <> 100 or count(factors.factor_code) = 0
{% endtest %}
