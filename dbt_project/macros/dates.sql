{# The refresh's as-of date, as a scalar. It is a row and not a dbt variable: a changed variable would have dbt parse the whole
   project again at every refresh. #}
{% macro as_of_date() -%}
    (select as_of_date from {{ ref("stg_ingestion__refresh") }})
{%- endmacro %}

{# Last day of the month of a date. #}
{% macro month_end(day) -%}
    {{ return(adapter.dispatch("month_end", "receivables")(day)) }}
{%- endmacro %}

{% macro default__month_end(day) -%}
    last_day({{ day }})
{%- endmacro %}

{# A date moved by whole months, kept inside the month it lands in. #}
{% macro add_months(day, months) -%}
    {{ return(adapter.dispatch("add_months", "receivables")(day, months)) }}
{%- endmacro %}

{% macro default__add_months(day, months) -%}
    add_months({{ day }}, {{ months }})
{%- endmacro %}

{% macro duckdb__add_months(day, months) -%}
    cast({{ day }} + to_months(cast({{ months }} as integer)) as date)
{%- endmacro %}

{# A relation of the whole numbers from 0 up to and including `highest` (a scalar expression), as `number`. #}
{% macro numbers_to(highest) -%}
    {{ return(adapter.dispatch("numbers_to", "receivables")(highest)) }}
{%- endmacro %}

{% macro default__numbers_to(highest) -%}
    (select explode(sequence(0, cast({{ highest }} as int))) as number)
{%- endmacro %}

{% macro duckdb__numbers_to(highest) -%}
    (select cast(unnest(range(0, cast({{ highest }} as bigint) + 1)) as integer) as number)
{%- endmacro %}

{# Whole days from one date to a later one. #}
{% macro days_between(earlier, later) -%}
    {{ return(dbt.datediff(earlier, later, "day")) }}
{%- endmacro %}

{# Months as whole numbers, so that consecutive months differ by one. #}
{% macro month_number(day) -%}
    (12 * extract(year from {{ day }}) + extract(month from {{ day }}))
{%- endmacro %}

{# Whole months from one date to a later one: a month counts from the day on which it is full, not from where the calendar turns. #}
{% macro months_between(earlier, later) -%}
    {%- set turns = "(" ~ month_number(later) ~ " - " ~ month_number(earlier) ~ ")" -%}
    cast({{ turns }} - case when {{ add_months(earlier, turns) }} > {{ later }} then 1 else 0 end as integer)
{%- endmacro %}

{# The month-end before the last `months` month-ends on or before a date. Counted in months: the same day so many months ago may lie a
   day before the end of a longer month, and let one more in. #}
{% macro month_end_before_the_last(months, day) -%}
    cast({{ month_end(add_months(dbt.date_trunc("month", dbt.dateadd("day", 1, day)), "-1 - " ~ months)) }} as date)
{%- endmacro %}

{# As a column of a select: a row for each whole number from `lowest` to `highest`. #}
{% macro each_number(lowest, highest) -%}
    {{ return(adapter.dispatch("each_number", "receivables")(lowest, highest)) }}
{%- endmacro %}

{% macro default__each_number(lowest, highest) -%}
    explode(sequence({{ lowest }}, {{ highest }}))
{%- endmacro %}

{% macro duckdb__each_number(lowest, highest) -%}
    unnest(range({{ lowest }}, {{ highest }} + 1))
{%- endmacro %}

{# The day from which something holds that never began: before any posting. #}
{% macro beginning_of_time() -%}
    date '1900-01-01'
{%- endmacro %}

{# The day before which something holds that does not end. #}
{% macro end_of_time() -%}
    date '9999-12-31'
{%- endmacro %}

{% macro days_of_a_week() -%}
    7
{%- endmacro %}

{% macro minutes_of_an_hour() -%}
    60
{%- endmacro %}

{# The day of the week as a number: 1 is Monday, 7 is Sunday. #}
{% macro weekday(day) -%}
    (mod({{ days_between("date '1900-01-01'", day) }}, {{ days_of_a_week() }}) + 1)
{%- endmacro %}
