{# Models that keep what they derived of a document until its inputs change (int_changes__documents_changed).

   `forget_changed_documents` is their pre-hook: it deletes the note of what their rows were derived from, which is written again when all
   is derived, and then the rows of before. A build that is killed in between leaves those documents without a note, and the next derives
   them anew. It comes before the transaction that appends: DuckDB cannot delete from a table and give it another column in one. `is_of_changed_document` keeps a relation to the documents that are derived
   anew; that is all of them when the whole table is built. #}
{% macro forget_changed_documents() -%}
    {%- set noted = adapter.get_relation(database=this.database, schema=this.schema, identifier="int_changes__documents_derived") -%}
    {%- if noted -%}
        delete from {{ noted }} as kept where {{ is_of_changed_document("kept") }};
    {%- endif -%}
    {%- if is_incremental() %}
        delete from {{ this }} as kept where {{ is_of_changed_document("kept") }}
    {%- endif -%}
{%- endmacro %}

{% macro is_of_changed_document(relation) -%}
    {%- if is_incremental() -%}
        exists (
            select 1 from {{ ref("int_changes__documents_changed") }} as changed
            where changed.company_code = {{ relation }}.company_code and changed.document_no = {{ relation }}.document_no
        )
    {%- else -%}
        true
    {%- endif -%}
{%- endmacro %}
