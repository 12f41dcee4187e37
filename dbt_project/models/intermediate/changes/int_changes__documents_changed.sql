-- Documents whose open balances have to be derived anew: what they depend on is not what they were last derived from.
-- Grain: one row per company and document.
--
-- All before the first build, which derives all. New, backdated and corrected entries change the documents that they touch; an earlier
-- state of knowledge or another rate changes those that differ under it; a change of policy or of a model changes all. What was derived
-- is looked up by name: a ref would be a circle.
{% set derived = adapter.get_relation(database=this.database, schema=this.schema, identifier="int_changes__documents_derived") %}
{% if derived %}
select
    coalesce(present.company_code, derived.company_code) as company_code,
    coalesce(present.document_no, derived.document_no) as document_no
from {{ ref("int_changes__document_fingerprints") }} as present
full outer join {{ derived }} as derived on present.company_code = derived.company_code and present.document_no = derived.document_no
where present.inputs_fingerprint is distinct from derived.inputs_fingerprint
{% else %}
select
    company_code,
    document_no
from {{ ref("int_changes__document_fingerprints") }}
{% endif %}
