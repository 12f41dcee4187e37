{# A company's name without spaces, punctuation and legal form, in lower case: what stays equal however a system writes it. A group (集团)
   stays: it is another company than the one without. #}
{% macro normalised_name(name) -%}
    {{ replace_pattern(
        replace_pattern("lower(" ~ name ~ ")", "[\\s()（）【】·.,，。&''\"-]", ""),
        "(股份有限公司|有限责任公司|有限公司|coltd|limited|gmbh|inc|llc)$", ""
    ) }}
{%- endmacro %}

{# Every match of a regular expression replaced. #}
{% macro replace_pattern(text, pattern, replacement) -%}
    {{ return(adapter.dispatch("replace_pattern", "receivables")(text, pattern, replacement)) }}
{%- endmacro %}

{% macro default__replace_pattern(text, pattern, replacement) -%}
    regexp_replace({{ text }}, '{{ pattern | replace("\\", "\\\\") }}', '{{ replacement }}')
{%- endmacro %}

{% macro duckdb__replace_pattern(text, pattern, replacement) -%}
    regexp_replace({{ text }}, '{{ pattern }}', '{{ replacement }}', 'g')
{%- endmacro %}

{# An ERP number without the zeros that some systems put before it: before digits only, as SAP's ALPHA conversion does. #}
{% macro bare_number(code) -%}
    case
        when translate({{ code }}, '0123456789', '') = '' then coalesce(nullif(regexp_replace({{ code }}, '^0+', ''), ''), '0')
        else {{ code }}
    end
{%- endmacro %}

{# Whether the check character of a unified social credit code is right (GB 32100-2015): the values of its 18 characters, weighted with
   3^i mod 31, sum to a multiple of 31. #}
{% macro is_valid_credit_code(code) -%}
    {%- set alphabet = "0123456789ABCDEFGHJKLMNPQRTUWXY" -%}
    {%- set weights = [1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28, 1] -%}
    (
        length({{ code }}) = 18 and translate({{ code }}, '{{ alphabet }}', '') = ''
        and mod({% for weight in weights %}{{ weight }} * (instr('{{ alphabet }}', substr({{ code }}, {{ loop.index }}, 1)) - 1)
            {{- " + " if not loop.last }}{% endfor %}, 31) = 0
    )
{%- endmacro %}
