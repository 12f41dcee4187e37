"""From a published figure to the lines of the senders' files: `receivables trace`.

A figure is made of parts: open items, whose amounts add up to it. An open item is what its document or instalment states,
changed by what was applied to it. Each of these stands on one line of one file. All of it is read from the published database
but the lines' own text, which the archive keeps. A figure that open items do not make up is followed to the files only.
"""

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from decimal import Decimal
from typing import Any

import duckdb

from ingestion.errors import DataRefusedError
from ingestion.readers import literal, quoted
from orchestration.audit.lines import line_texts
from orchestration.audit.page import rendered
from orchestration.publication.serving import fetched, required_manifest
from orchestration.settings import Settings

ITEM = " and ".join(f"items.{name} = cell.{name}" for name in ("company_code", "document_no", "instalment_no"))
CUSTOMER = "items.customer_id = cell.customer_id"
BALANCE = f"{CUSTOMER} and items.company_code = cell.company_code and items.currency_code = cell.currency_code"
SALESPERSON = "items.salesperson_code = cell.salesperson_code"
LEVEL = (
    "cell.level_key = case cell.level when 'company' then items.company_code when 'segment' then items.segment_code "
    "when 'salesperson' then items.salesperson_code else items.customer_id end"
)
OWED = "items.outstanding_amount > 0"
OVERDUE = f"{OWED} and items.due_date < items.as_of_date"
# Of which open items a column is the sum, and of what of theirs.
MADE_OF_ITEMS = {
    ("fct_open_items", "outstanding_amount"): ("outstanding_amount", ITEM),
    ("fct_open_items", "outstanding_base_amount"): ("outstanding_base_amount", ITEM),
    ("fct_aging", "outstanding_amount"): ("outstanding_amount", f"{BALANCE} and items.bucket_code = cell.bucket_code"),
    ("fct_aging", "outstanding_base_amount"): ("outstanding_base_amount", f"{BALANCE} and items.bucket_code = cell.bucket_code"),
    ("fct_aging", "disputed_amount"): ("disputed_amount", f"{BALANCE} and items.bucket_code = cell.bucket_code"),
    ("fct_aging_wide", "total_amount"): ("outstanding_amount", BALANCE),
    ("fct_receivables_rollforward", "closing_amount"): ("outstanding_amount", BALANCE),
    ("fct_provision", "outstanding_amount"): ("outstanding_amount", f"{BALANCE} and items.bucket_code = cell.bucket_code"),
    ("fct_turnover", "closing_base_amount"): ("outstanding_base_amount", LEVEL),
    ("fct_financing_pool", "outstanding_base_amount"): ("outstanding_base_amount", ITEM),
    ("fct_limitation_periods", "outstanding_amount"): ("outstanding_amount", ITEM),
    ("fct_dunning", "outstanding_amount"): ("outstanding_amount", ITEM),
    ("fct_customer_360", "outstanding_base_amount"): ("outstanding_base_amount", CUSTOMER),
    ("fct_customer_360", "overdue_base_amount"): ("outstanding_base_amount", f"{CUSTOMER} and {OVERDUE}"),
    ("fct_credit_exposure", "receivable_base_amount"): ("outstanding_base_amount", f"{CUSTOMER} and {OWED}"),
    ("fct_collection_worklist", "overdue_base_amount"): ("outstanding_base_amount", f"{CUSTOMER} and {OVERDUE}"),
    ("fct_sales_performance", "receivable_base_amount"): ("outstanding_base_amount", f"{SALESPERSON} and {OWED}"),
    ("fct_sales_performance", "overdue_base_amount"): ("outstanding_base_amount", f"{SALESPERSON} and {OVERDUE}"),
}  # fmt: skip


@dataclass(frozen=True)
class Source:
    """One line of one file, what it states, and the line's own text."""

    table: str
    record: str
    amount: Decimal | None
    file: str
    sha256: str
    line_number: int
    text: str
    correction: str | None


@dataclass(frozen=True)
class Part:
    """An open item: what it adds to the figure, and its balance as the lines give it."""

    company_code: str
    document_no: str
    instalment_no: int
    amount: Decimal | None
    outstanding_amount: Decimal
    stated_amount: Decimal | None
    applied_amount: Decimal
    sources: tuple[Source, ...]

    @property
    def adds_up(self) -> bool:
        """Whether what the line states and what was applied to it come to the open balance."""
        return self.stated_amount is not None and self.stated_amount + self.applied_amount == self.outstanding_amount


@dataclass(frozen=True)
class Trace:
    """A published figure and what it came from. `parts` is None where open items do not make the figure up."""

    publication_id: str
    mart: str
    model: str
    model_sql: str
    key: dict[str, Any]
    column: str
    value: Any
    parts: tuple[Part, ...] | None
    policy: dict[str, Any] | None
    inputs: tuple[dict[str, Any], ...]

    @property
    def adds_up(self) -> bool | None:
        """Whether the parts come to the figure and each part's lines to the part; None where there are no parts."""
        if self.parts is None:
            return None
        total = sum((part.amount or Decimal(0) for part in self.parts), Decimal(0))
        return all(part.adds_up for part in self.parts) and (self.value == total)

    def as_json(self) -> str:
        """All of it, as one JSON object."""
        return json.dumps({**asdict(self), "adds_up": self.adds_up}, ensure_ascii=False, indent=1, default=str)

    def as_html(self) -> str:
        """All of it, with the model's SQL, as one page that needs nothing else."""
        return rendered("trace.html", trace=self)

    def as_text(self) -> Iterator[str]:
        """All of it, as lines for a person."""
        told = ", ".join(f"{name} {value}" for name, value in self.key.items())
        yield f"{self.mart}.{self.column} = {self.value}"
        yield f"  of {told}"
        yield f"  computed by {self.model} in publication {self.publication_id}"
        if self.policy:
            yield "  under policy {policy_version}, by {author}, approved by {approver}: {reason}".format(**self.policy)
        if self.parts is None:
            yield "\nOpen items do not make this figure up. It was computed from:"
            for entry in self.inputs:
                told = f"{entry['table_name']}, {entry['loaded_row_count']:,} rows, {entry['file_sha256']}"
                yield f"  {entry['file_name']}  ({told})"
            return
        yield f"\n{len(self.parts)} open items come to it: {'yes, to the cent' if self.adds_up else 'NO'}"
        for part in self.parts:
            yield f"\n{part.amount}  {part.company_code} {part.document_no} instalment {part.instalment_no}"
            yield f"  open {part.outstanding_amount} = stated {part.stated_amount} and applied {part.applied_amount}"
            for source in part.sources:
                yield f"  {source.amount}  {source.record}: {source.file} line {source.line_number}"
                yield f"      {source.text}"
                if source.correction:
                    yield f"      read as {source.correction}"


def trace(settings: Settings, mart: str, asked: Mapping[str, str], column: str | None) -> Trace:
    """Follow one cell. Refused when the mart, the column or the row is not published, or several rows are meant."""
    manifest = required_manifest(settings)
    with duckdb.connect(str(settings.serving_database), read_only=True) as con:
        columns = [
            row[0] for row in con.execute("select column_name from duckdb_columns() where table_name = ?", [mart]).fetchall()
        ]
        if not columns:
            raise DataRefusedError(f"No mart {mart} is published.", "docs/connect_bi.md lists the marts")
        column = column or next((name for known, name in MADE_OF_ITEMS if known == mart), columns[-1])
        for name in (column, *asked):
            if name not in columns:
                raise DataRefusedError(f"{mart} has no column {name}.", f"choose from: {', '.join(columns)}")
        key = {"as_of_date": manifest["as_of_date"], **asked} if "as_of_date" in columns else dict(asked)
        row = _row(con, mart, key)
        parts = _parts(con, settings, manifest, mart, key, column)
        policy = _policy(con, row.get("policy_version"))
    model, sql = _model(settings, mart)
    return Trace(manifest["publication_id"], mart, model, sql, key, column, row[column], parts, policy, tuple(manifest["inputs"]))


def _model(settings: Settings, mart: str) -> tuple[str, str]:
    """Where the SQL of a mart stands, and the SQL."""
    for path in settings.dbt_project.glob(f"models/marts/*/{mart}.sql"):
        return path.relative_to(settings.dbt_project.parent).as_posix(), path.read_text(encoding="utf-8")
    return "the publication itself", ""


def _where(key: Mapping[str, str]) -> str:
    return " and ".join(f"{quoted(name)}::varchar = {literal(str(value))}" for name, value in key.items()) or "true"


def _row(con: duckdb.DuckDBPyConnection, mart: str, key: Mapping[str, str]) -> dict[str, Any]:
    """The one row that the key means."""
    names, rows = fetched(con, f"select * from marts.{quoted(mart)} where {_where(key)} limit 2")
    told = ", ".join(f"{name}={value}" for name, value in key.items())
    if not rows:
        raise DataRefusedError(f"{mart} has no row with {told}.", "check the values; a date is written 2026-10-31")
    if len(rows) > 1:
        differing = [name for name, one, other in zip(names, *rows, strict=True) if one != other]
        raise DataRefusedError(
            f"{mart} has several rows with {told}.", f"give more of the key, such as {', '.join(differing[:5])}"
        )
    return dict(zip(names, rows[0], strict=True))


def _policy(con: duckdb.DuckDBPyConnection, version: str | None) -> dict[str, Any] | None:
    names, rows = fetched(
        con,
        "select policy_version, policy_area, effective_from, author, approver, reason, reference from marts.dim_policies "
        "where policy_version = ?",
        [version],
    )
    return dict(zip(names, rows[0], strict=True)) if rows else None


def _parts(
    con: duckdb.DuckDBPyConnection,
    settings: Settings,
    manifest: Mapping[str, Any],
    mart: str,
    key: Mapping[str, str],
    column: str,
) -> tuple[Part, ...] | None:
    """The open items that make the cell up, each with its lines; None where it is not made of them."""
    if (mart, column) not in MADE_OF_ITEMS:
        return None
    measure, condition = MADE_OF_ITEMS[mart, column]
    con.execute(
        f"""create temp table parts as
        select items.*, items.{measure} as part_amount, policies.receipt_allocation, policies.instalment_allocation
        from marts.fct_open_items as items
        inner join (select * from marts.{quoted(mart)} where {_where(key)}) as cell
            on items.as_of_date = cell.as_of_date and {condition}
        inner join marts.dim_aging_policies as policies on items.policy_version = policies.policy_version
        where items.{measure} is distinct from 0"""
    )
    con.execute(
        """create temp table applied as
        select parts.company_code, parts.document_no, parts.instalment_no, settled.application_no,
            settled.debit_document_no, settled.credit_document_no, settled.balance_change_amount
        from parts
        inner join marts.fct_settlements as settled
            on parts.company_code = settled.company_code and parts.document_no = settled.document_no
            and parts.instalment_no = settled.instalment_no and settled.effective_date <= parts.as_of_date
            and settled.receipt_allocation in ('any', parts.receipt_allocation)
            and settled.instalment_allocation in ('any', parts.instalment_allocation)"""
    )
    sources = _sources(con, settings, {entry["load_id"]: entry for entry in manifest["inputs"]})
    rows = con.execute(
        """select parts.company_code, parts.document_no, parts.instalment_no, parts.part_amount, parts.outstanding_amount,
            coalesce(instalment.amount, document.amount),
            coalesce((
                select sum(balance_change_amount) from applied
                where applied.company_code = parts.company_code and applied.document_no = parts.document_no
                    and applied.instalment_no = parts.instalment_no
            ), 0)::decimal(18, 2)
        from parts
        left join marts.fct_source_lines as instalment
            on instalment.table_name = 'erp.instalments' and parts.company_code = instalment.company_code
            and parts.document_no = instalment.document_no and parts.instalment_no::varchar = instalment.part_code
        left join marts.fct_source_lines as document
            on document.table_name = 'erp.documents' and parts.company_code = document.company_code
            and parts.document_no = document.document_no
        order by all"""
    ).fetchall()
    return tuple(
        Part(company, document, instalment, amount, outstanding, stated, applied, sources[company, document, instalment])
        for company, document, instalment, amount, outstanding, stated, applied in rows
    )


def _sources(
    con: duckdb.DuckDBPyConnection, settings: Settings, inputs: Mapping[int, Mapping[str, Any]]
) -> dict[tuple[Any, ...], tuple[Source, ...]]:
    """The lines of each part: its document, its instalment, and what was applied to it with the credits or debts behind that."""
    rows = con.execute(
        """select parts.company_code, parts.document_no, parts.instalment_no, lines.table_name, lines.document_no,
            lines.part_code, lines.amount, lines.load_id, lines.line_number
        from parts
        inner join marts.fct_source_lines as lines
            on parts.company_code = lines.company_code and parts.document_no = lines.document_no
            and (lines.table_name = 'erp.documents'
                or (lines.table_name = 'erp.instalments' and lines.part_code = parts.instalment_no::varchar))
        union
        select applied.company_code, applied.document_no, applied.instalment_no, lines.table_name, lines.document_no,
            lines.part_code, lines.amount, lines.load_id, lines.line_number
        from applied
        inner join marts.fct_source_lines as lines
            on applied.company_code = lines.company_code
            and ((lines.table_name = 'erp.applications' and lines.document_no = applied.debit_document_no
                    and lines.part_code = applied.application_no)
                or (lines.table_name = 'erp.documents' and lines.document_no <> applied.document_no
                    and lines.document_no in (applied.debit_document_no, applied.credit_document_no)))
        order by all"""
    ).fetchall()
    wanted: dict[int, set[int]] = defaultdict(set)
    for *_, load_id, line_number in rows:
        wanted[load_id].add(line_number)
    corrections = {
        (load_id, line_number): told
        for load_id, line_number, told in con.execute(
            """select load_id, line_number, corrected_values || ', decided by ' || decided_by || ', approved by ' || approver
                || ': ' || decision_reason
            from marts.fct_quarantined_rows where status_code = 'corrected'"""
        ).fetchall()
    }
    texts = {load_id: line_texts(settings.archive, inputs[load_id], numbers) for load_id, numbers in wanted.items()}
    found: dict[tuple[Any, ...], list[Source]] = defaultdict(list)
    for company, document, instalment, table, record, part, amount, load_id, line in rows:
        entry = inputs[load_id]
        name = f"{table.partition('.')[2].removesuffix('s')} {record if part == 'document' else f'{record} {part}'}"
        text, correction = texts[load_id].get(line, ""), corrections.get((load_id, line))
        source = Source(table, name, amount, entry["file_name"], entry["file_sha256"], line, text, correction)
        found[company, document, instalment].append(source)
    return {key: tuple(sources) for key, sources in found.items()}
