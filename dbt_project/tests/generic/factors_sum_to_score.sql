{# Grades whose factor contributions do not sum to the score, or whose weights do not sum to 100. #}
{% test factors_sum_to_score(model) %}
select
    grades.as_of_date, grades.customer_id, grades.score, sum(factors.contribution) as contributions, sum(factors.weight_pct) as weight_pct
from {{ ref("fct_risk_grades") }} as grades
left join {{ model }} as factors
    on grades.as_of_date = factors.as_of_date and grades.customer_id = factors.customer_id
group by grades.as_of_date, grades.customer_id, grades.score
having
    count(factors.factor_code) = 0
    or sum(factors.contribution) <> coalesce(grades.score, 0)
    or sum(factors.weight_pct) <> case when grades.score is null then 0 else 100 end
{% endtest %}
