"""`receivables diff A B`: why balances changed between two publications, to the cent, and what else is not the same.

An open balance is what a document or instalment states plus what was applied to it. So a change of it is a document that came or
went, one that states another amount, cash applied otherwise, or a move to another customer - all of these as B knows A's day and
A did not - and then the passage of time from A's day to B's. Every item has a row for each cause, so the causes should add up to
the difference; that they do is checked against fct_open_items.
"""

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import duckdb

from ingestion.errors import NameRefusedError
from ingestion.sql import literal, quoted, whole_number
from orchestration.project.manifest import proven_manifest
from orchestration.project.marts import read_marts
from orchestration.publication.publish import required_folder
from orchestration.publication.serving import DATABASE
from orchestration.report.render import as_table, titled_table
from orchestration.settings import Settings

CAUSES = {
    "backdated": "documents of A's day or earlier that A did not know",
    "withdrawn": "documents that B does not know any more",
    "corrected": "documents and instalments that state another amount",
    "reapplied": "applications of A's day or earlier that are new, changed or gone",
    "moved": "items that belong to another customer now",
    "passage_of_time": "what was posted from A's day to B's",
}
# Items as they stood on A's day: known to A, and known to B.
ITEMS = """
    create temp table {name} as
    select periods.company_code, periods.document_no, periods.instalment_no, periods.customer_id, periods.currency_code,
        periods.open_amount
    from {database}.marts.fct_balance_periods as periods
    inner join {database}.marts.dim_aging_policies as policies
        on periods.receipt_allocation in ('any', policies.receipt_allocation)
        and periods.instalment_allocation in ('any', policies.instalment_allocation)
    where periods.valid_from <= {day} and (periods.valid_before is null or periods.valid_before > {day})
        and policies.policy_version = (
            select max_by(policy_version, effective_from) from {database}.marts.dim_aging_policies where effective_from <= {day}
        )"""
STATED = """
    create temp table {name} as
    select lines.company_code, lines.document_no, lines.part_code, lines.amount
    from {database}.marts.fct_source_lines as lines
    where lines.table_name in ('erp.documents', 'erp.instalments', 'erp.payment_terms')"""
CHANGES = """
    create temp table changes as
    with items as (
        select
            coalesce(a.company_code, b.company_code) as company_code,
            coalesce(a.document_no, b.document_no) as document_no,
            coalesce(a.instalment_no, b.instalment_no) as instalment_no,
            coalesce(a.currency_code, b.currency_code) as currency_code,
            a.customer_id as customer_a, b.customer_id as customer_b,
            coalesce(a.open_amount, 0) as open_a, coalesce(b.open_amount, 0) as open_b
        from items_a as a full join items_b as b using (company_code, document_no, instalment_no)
    ),
    stated as (
        select items.*,
            whole_a.amount is not null as is_known_to_a, whole_b.amount is not null as is_known_to_b,
            coalesce(part_a.amount, case when items.instalment_no = 1 then whole_a.amount else 0 end) as stated_a,
            coalesce(part_b.amount, case when items.instalment_no = 1 then whole_b.amount else 0 end) as stated_b
        from items
        left join stated_a as part_a on items.company_code = part_a.company_code and items.document_no = part_a.document_no
            and items.instalment_no::varchar = part_a.part_code
        left join stated_a as whole_a on items.company_code = whole_a.company_code and items.document_no = whole_a.document_no
            and whole_a.part_code = 'document'
        left join stated_b as part_b on items.company_code = part_b.company_code and items.document_no = part_b.document_no
            and items.instalment_no::varchar = part_b.part_code
        left join stated_b as whole_b on items.company_code = whole_b.company_code and items.document_no = whole_b.document_no
            and whole_b.part_code = 'document'
        where items.open_a <> items.open_b or items.customer_a is distinct from items.customer_b
    )
    select company_code, customer_b as customer_id, currency_code, document_no, 'backdated' as cause, open_b as amount
    from stated where not is_known_to_a
    union all
    select company_code, customer_a, currency_code, document_no, 'withdrawn', -open_a from stated where not is_known_to_b
    union all
    select company_code, coalesce(customer_b, customer_a), currency_code, document_no, 'corrected', stated_b - stated_a
    from stated where is_known_to_a and is_known_to_b and stated_a <> stated_b
    union all
    select company_code, coalesce(customer_b, customer_a), currency_code, document_no, 'reapplied',
        (open_b - stated_b) - (open_a - stated_a)
    from stated where is_known_to_a and is_known_to_b and (open_b - stated_b) <> (open_a - stated_a)
    union all
    select company_code, customer_a, currency_code, document_no, 'moved', -open_a from stated where customer_a <> customer_b
    union all
    select company_code, customer_b, currency_code, document_no, 'moved', open_a from stated where customer_a <> customer_b
    union all
    select company_code, customer_id, currency_code, document_no, 'passage_of_time', amount from (
        select company_code, customer_id, currency_code, document_no, instalment_no, sum(amount) as amount
        from (
            select company_code, customer_id, currency_code, document_no, instalment_no, outstanding_amount as amount
            from b.marts.fct_open_items where as_of_date = {day_b}
            union all
            select company_code, customer_id, currency_code, document_no, instalment_no, -open_amount from items_b
        ) as both_days
        group by all having sum(amount) <> 0
    ) as later"""


@dataclass(frozen=True)
class Difference:
    """What changed between two publications. Amounts are of document currency."""

    about: tuple[tuple[str, str, str], ...]
    balances: tuple[tuple[Any, ...], ...]
    customers: tuple[tuple[Any, ...], ...]
    grades: tuple[tuple[Any, ...], ...]
    marts: tuple[tuple[Any, ...], ...]
    unexplained: tuple[tuple[Any, ...], ...]

    def as_text(self) -> Iterator[str]:
        """All of it, as lines for a person."""
        yield as_table(["", "A", "B"], self.about)
        yield from titled_table("Balances, by cause", ["company", "currency", "A", *CAUSES, "B"], self.balances)
        yield from (f"  {cause:<16} {meaning}" for cause, meaning in CAUSES.items())
        columns = ["customer_id", "currency", "cause", "documents", "amount"]
        yield from titled_table("Customers with the largest changes", columns, self.customers)
        yield from titled_table(
            "Grades that moved", ["customer_id", "A", "B", "reason in B", "factors that changed, and why"], self.grades
        )
        columns = ["mart", "rows in A", "rows in B", "keys only in A", "keys only in B", "rows that say otherwise"]
        yield from titled_table("Marts that are not the same", columns, self.marts)
        yield "\nThe causes come to the difference, to the cent." if not self.unexplained else "\nTHE CAUSES DO NOT ADD UP:"
        yield from (f"  {row}" for row in self.unexplained)


def diff(settings: Settings, earlier: str, later: str, customers_shown: int) -> Difference:
    """Compare two publications that are kept. Refused when one is not, or B is as of an earlier day than A."""
    with duckdb.connect() as con:
        about_a, about_b = (_attach(con, settings, name, publication) for name, publication in (("a", earlier), ("b", later)))
        if about_b["as_of_date"] < about_a["as_of_date"]:
            raise NameRefusedError(f"{later} is as of an earlier day than {earlier}.", "name the earlier one first")
        day_a, day_b = (f"date {literal(about['as_of_date'])}" for about in (about_a, about_b))
        for name in ("a", "b"):
            con.execute(ITEMS.format(name=f"items_{name}", database=name, day=day_a))
            con.execute(STATED.format(name=f"stated_{name}", database=name))
        con.execute(CHANGES.format(day_b=day_b))
        causes = ", ".join(f"coalesce(sum(amount) filter (cause = '{cause}'), 0)" for cause in CAUSES)
        rows = con.execute(
            f"""with balances as (
                select company_code, currency_code, 'A' as cause, outstanding_amount as amount
                from a.marts.fct_open_items where as_of_date = {day_a}
                union all
                select company_code, currency_code, 'B', outstanding_amount from b.marts.fct_open_items where as_of_date = {day_b}
                union all
                select company_code, currency_code, cause, amount from changes
            )
            select company_code, currency_code, coalesce(sum(amount) filter (cause = 'A'), 0), {causes},
                coalesce(sum(amount) filter (cause = 'B'), 0)
            from balances group by all order by all"""
        ).fetchall()
        return Difference(
            about=tuple(_about(about_a, about_b)),
            balances=tuple(rows),
            customers=tuple(
                con.execute(
                    "select customer_id, currency_code, cause, count(distinct document_no), sum(amount) from changes "
                    "group by all having sum(amount) <> 0 "
                    "order by abs(sum(amount)) desc, customer_id, currency_code, cause limit ?",
                    [customers_shown],
                ).fetchall()
            ),
            grades=tuple(_grades(con, day_a, day_b, [entry["load_id"] for entry in about_a["inputs"]], customers_shown)),
            marts=tuple(_marts(con, settings, about_a, about_b)),
            unexplained=tuple(row for row in rows if sum(row[2:-1], Decimal(0)) != row[-1]),
        )


def _attach(con: duckdb.DuckDBPyConnection, settings: Settings, name: str, publication_id: str) -> dict[str, Any]:
    """Attach a publication's database; its manifest."""
    folder = required_folder(settings, publication_id)
    con.execute(f"attach {literal(str(folder / DATABASE))} as {name} (read_only)")
    row = con.execute(f"select manifest from {name}.marts.dim_publication").fetchone()
    return dict(json.loads(row[0])) if row else {}


def _about(one: Mapping[str, Any], other: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    """What the two were made of, where it is not the same."""
    yield "publication", one["publication_id"], other["publication_id"]
    yield "as of", one["as_of_date"], other["as_of_date"]
    known = {entry["load_id"] for entry in one["inputs"]}
    new = [entry["file_name"] for entry in other["inputs"] if entry["load_id"] not in known]
    yield "files loaded", str(len(one["inputs"])), f"{len(other['inputs'])}" + (f", new: {', '.join(new[:5])}" if new else "")
    yield "code", str(one["code_commit"])[:12], str(other["code_commit"])[:12]
    for area in sorted(one["policy_versions"].keys() | other["policy_versions"].keys()):
        before, after = (str(manifest["policy_versions"].get(area)) for manifest in (one, other))
        if before != after:
            yield f"policy of {area}", before, after


def _grades(
    con: duckdb.DuckDBPyConnection, day_a: str, day_b: str, known: Collection[int], shown: int
) -> Sequence[tuple[Any, ...]]:
    """Customers with another grade, and the factors whose contribution is not the same, each with why.

    A factor changed by new policy, by a fact that a load brought which A did not know (`known`: A's loads), by the days between,
    or else by what the ledger says otherwise of the same day.
    """
    return con.execute(
        f"""with moved as (
            select a.customer_id, a.grade_code as grade_a, b.grade_code as grade_b, b.move_reason
            from (select * from a.marts.fct_risk_grades where as_of_date = {day_a}) as a
            inner join (select * from b.marts.fct_risk_grades where as_of_date = {day_b}) as b using (customer_id)
            where a.grade_code <> b.grade_code
        ),
        factors as (
            select customer_id, factor_code, coalesce(b.contribution, 0) - coalesce(a.contribution, 0) as change,
                case
                    when a.policy_version <> b.policy_version then 'new policy ' || b.policy_version
                    when b.source_load_id is not null and not list_contains($known, b.source_load_id)
                        then 'new fact, load ' || b.source_load_id || ' line ' || b.source_line_number
                    when {day_a} <> {day_b} then 'the days between'
                    else 'the ledger'
                end as cause
            from (select * from a.marts.fct_risk_factors where as_of_date = {day_a}) as a
            full join (select * from b.marts.fct_risk_factors where as_of_date = {day_b}) as b using (customer_id, factor_code)
            where coalesce(b.contribution, 0) <> coalesce(a.contribution, 0)
        )
        select customer_id, grade_a, grade_b, move_reason,
            string_agg(
                factor_code || ' ' || round(change, 2)::decimal(9, 2) || ' (' || cause || ')', ', '
                order by abs(change) desc, factor_code
            )
        from moved left join factors using (customer_id) group by all order by customer_id limit {int(shown)}""",
        {"known": sorted(known)},
    ).fetchall()


def _marts(
    con: duckdb.DuckDBPyConnection, settings: Settings, one: Mapping[str, Any], other: Mapping[str, Any]
) -> Iterator[tuple[Any, ...]]:
    """Marts with another content: rows in each, keys that only one has, and rows that say otherwise of a key that both have."""
    grains = {mart.name: mart.grain for mart in read_marts(proven_manifest(settings))}
    for name in sorted(one["marts"].keys() | other["marts"].keys()):
        before, after = (manifest["marts"].get(name, {"content_hash": None, "rows": 0}) for manifest in (one, other))
        if before["content_hash"] == after["content_hash"]:
            continue
        compared: tuple[Any, ...] = (None, None, None)
        if name in grains and before["rows"] and after["rows"]:
            keys = ", ".join(quoted(key) for key in grains[name])
            only_a = _count_except(con, name, keys, "a", "b")
            only_b = _count_except(con, name, keys, "b", "a")
            compared = (only_a, only_b, _count_except(con, name, _columns_of_both(con, name), "b", "a") - only_b)
        yield name, before["rows"], after["rows"], *compared


def _count_except(con: duckdb.DuckDBPyConnection, mart: str, columns: str, side: str, other: str) -> int:
    """Distinct rows of some columns of a mart that only one side has."""
    sides = (f"select {columns} from {name}.marts.{quoted(mart)}" for name in (side, other))
    return whole_number(con, f"select count(*) from ({' except '.join(sides)})")


def _columns_of_both(con: duckdb.DuckDBPyConnection, mart: str) -> str:
    """Columns that the mart has on both sides: another release may have added one."""
    names = con.execute(
        "select column_name from duckdb_columns() where schema_name = 'marts' and table_name = ? and database_name in ('a', 'b') "
        "group by column_name having count(*) = 2 order by column_name",
        [mart],
    ).fetchall()
    return ", ".join(quoted(name) for (name,) in names)
