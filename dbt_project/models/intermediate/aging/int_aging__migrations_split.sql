-- Each item's opening and closing amount split by what became of it: stayed or changed bucket, settled, written off, or new.
-- Grain: one row per as_of_date, company_code, customer_id, currency_code, from_bucket_code and to_bucket_code.
{% set measures = {"": "amount", "base_": "base_amount"} %}
with kept as (
    select
        *,
        {% for prefix, amount in measures.items() %}
        -- Null where either is not known: what stayed is not known then, and not nothing.
        case
            when sign(opening_{{ amount }}) = sign(closing_{{ amount }})
                then sign(opening_{{ amount }}) * least(abs(opening_{{ amount }}), abs(closing_{{ amount }}))
            when sign(opening_{{ amount }}) <> sign(closing_{{ amount }}) then 0
        end as kept_{{ amount }},
        {% endfor %}
        greatest(least(written_off_amount, opening_amount, opening_amount - closing_amount), 0) as lost_amount
    from {{ ref("int_aging__migrations") }}
),

lost as (
    select
        *,
        -- What was open less what the loss leaves, so that all parts come to what was open.
        case
            when lost_amount = 0 then 0 else opening_base_amount - {{ base_amount("(opening_amount - lost_amount)", "fx_rate") }}
        end as lost_base_amount
    from kept
),

split as (
    select
        as_of_date, company_code, customer_id, currency_code, opening_bucket_code as from_bucket_code, closing_bucket_code as to_bucket_code,
        kept_amount as moved_amount, kept_base_amount as moved_base_amount
    from lost
    where kept_amount <> 0
    union all
    select
        as_of_date, company_code, customer_id, currency_code, opening_bucket_code, 'written_off', lost_amount, lost_base_amount
    from lost
    where lost_amount <> 0
    union all
    select
        as_of_date, company_code, customer_id, currency_code, opening_bucket_code, 'settled',
        opening_amount - kept_amount - lost_amount, opening_base_amount - kept_base_amount - lost_base_amount
    from lost
    where opening_amount <> kept_amount + lost_amount
    union all
    select
        as_of_date, company_code, customer_id, currency_code, 'new', closing_bucket_code,
        closing_amount - kept_amount, closing_base_amount - kept_base_amount
    from lost
    where closing_amount <> kept_amount
)

select
    as_of_date,
    company_code,
    customer_id,
    currency_code,
    from_bucket_code,
    to_bucket_code,
    sum(moved_amount) as moved_amount,
    case when count(moved_base_amount) = count(*) then sum(moved_base_amount) end as moved_base_amount,
    count(*) as item_count
from split
group by as_of_date, company_code, customer_id, currency_code, from_bucket_code, to_bucket_code
