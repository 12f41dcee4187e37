{# An amount of document currency in base currency, to the cent. DuckDB keeps a product of two DECIMAL(18) in 18 digits, where
   a hundred million x 7.1 overflows: hence the wider type, and since that is slow, none of it where the rate is 1. #}
{% macro base_amount(amount, fx_rate) -%}
    case
        when {{ fx_rate }} = 1 then {{ amount }}
        else cast(round(cast({{ amount }} as decimal(28, 2)) * {{ fx_rate }}, 2) as decimal(18, 2))
    end
{%- endmacro %}

{# Joins, as `rates`, the rate of a row's day from its currency to the base currency of its books (relation base_currencies), where the
   row states none of its own (column fx_rate). #}
{% macro left_join_rate_of_day(row, day) -%}
    left join {{ ref("int_currencies__daily_rates") }} as rates
        on {{ row }}.currency_code = rates.currency_code
        and base_currencies.base_currency_code = rates.base_currency_code
        and {{ row }}.{{ day }} = rates.valued_on
{%- endmacro %}

{# The rate that a row is valued at: 1 in base currency, else its own, else that of its day as left_join_rate_of_day joins it. #}
{% macro rate_stated_or_of_day(row) -%}
    case
        when {{ row }}.currency_code = base_currencies.base_currency_code then 1
        else coalesce({{ row }}.fx_rate, rates.fx_rate)
    end
{%- endmacro %}

{# total x part / whole, rounded half up to the cent in whole numbers, so that no float touches money. All in hundredths; whole > 0. #}
{% macro share_of(total, part, whole) -%}
    {{ return(adapter.dispatch("share_of", "receivables")(total, part, whole)) }}
{%- endmacro %}

{% macro default__share_of(total, part, whole) -%}
    cast(
        cast((2 * cast({{ total }} * 100 as decimal(18, 0)) * cast({{ part }} * 100 as decimal(18, 0)) + cast({{ whole }} * 100 as decimal(18, 0)))
        div (2 * cast({{ whole }} * 100 as decimal(18, 0))) as decimal(18, 0)) * cast(0.01 as decimal(3, 2)) as decimal(18, 2)
    )
{%- endmacro %}

{% macro duckdb__share_of(total, part, whole) -%}
    cast(
        cast((2 * cast({{ total }} * 100 as hugeint) * cast({{ part }} * 100 as hugeint) + cast({{ whole }} * 100 as hugeint))
        // (2 * cast({{ whole }} * 100 as hugeint)) as decimal(18, 0)) * cast(0.01 as decimal(3, 2)) as decimal(18, 2)
    )
{%- endmacro %}

{# A part of an amount in percent, of as many decimals as policy writes, rounded half up to the cent: `/` would make floats of both. #}
{% macro percent_of(amount, percent) -%}
    cast(round({{ amount }} * {{ percent }} * cast(0.01 as decimal(3, 2)), 2) as decimal(18, 2))
{%- endmacro %}

{# The same, rounded down: a cap is not exceeded by a rounding. #}
{% macro at_most_percent_of(amount, percent) -%}
    cast(floor({{ amount }} * {{ percent }}) * cast(0.01 as decimal(3, 2)) as decimal(18, 2))
{%- endmacro %}

{# An amount in the currency that `to_rate` is the rate of, from one that `from_rate` is the rate of, rounded once: rates have eight decimals,
   and are taken as whole numbers of the last one. #}
{% macro converted_amount(amount, from_rate, to_rate) -%}
    sign({{ amount }}) * {{ share_of("abs(" ~ amount ~ ")", in_last_decimals(from_rate), in_last_decimals(to_rate)) }}
{%- endmacro %}

{% macro in_last_decimals(fx_rate) -%}
    cast(cast({{ fx_rate }} as decimal(20, 8)) * 100000000 as decimal(34, 2))
{%- endmacro %}
