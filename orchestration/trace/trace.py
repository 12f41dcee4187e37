"""From a published figure to the lines of the senders' files: `receivables trace`.

A figure is followed from mart to mart (derivations.py) down to open items, postings or rows that cite a line. An open item is
what its document or instalment states, changed by what was applied to it. Each of these stands on one line of one file. All of it
is read from the published database but the lines' own text, which the archive keeps. All parts are added up, the largest shown.
"""

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import date
from decimal import Decimal
from difflib import get_close_matches
from itertools import count
from pathlib import Path
from typing import Any

import duckdb

from ingestion.errors import NameRefusedError
from ingestion.lines import line_texts
from ingestion.sql import fetched, literal, quoted, whole_number
from orchestration.project.manifest import proven_manifest
from orchestration.project.marts import mart_sources, read_marts
from orchestration.publication.serving import required_manifest
from orchestration.report.page import rendered
from orchestration.report.render import readable
from orchestration.settings import Settings
from orchestration.trace.derivations import CITING, OPEN_ITEMS, POSTINGS, Derivation, derivations_of, records_of

SHOWN = 50
# Units whose code a row may name.
NAMED_BY_ROW = {
    "document currency": "currency_code",
    "currency of the row": "currency_code",
    "base currency": "base_currency_code",
}
KEY_HINTS = {
    "as_of_date": "as_of_date is one of dim_reporting_dates, written 2026-10-31",
    "customer_id": "customer_id is that of dim_customers, which `receivables explain` finds by ERP number or name",
}
# What is meant of a mart of balances where no figure is named.
BALANCE = "outstanding_amount"
ANY = "any"  # in policy rows: whatever the code
# Where ways end: what of open items, postings and rows that name their line is noted on the way.
ENDS = {
    "items": "as_of_date date, company_code varchar, document_no varchar, instalment_no integer, amount decimal(18, 2)",
    "postings": "company_code varchar, document_no varchar",
    "cited": "load_id bigint, line_number bigint, record varchar",
}


@dataclass(frozen=True)
class Policy:
    """A policy version that rows were computed under, who stands for it, and those of its rows that speak of them."""

    policy_version: str
    policy_area: str
    effective_from: date | None
    author: str
    approver: str
    reason: str
    reference: str | None
    rows: tuple[dict[str, Any], ...]


@dataclass(frozen=True)
class Step:
    """Figures of one column of a mart, and the parts that they come from: how many, whether they come to them, the largest.

    `policies`: of the parts, with those of their rows that no step before told.
    """

    figure: str
    formula: str | None
    parts: str
    part_count: int
    adds_up: bool | None
    rows: tuple[dict[str, Any], ...]
    policies: tuple[Policy, ...]


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

    as_of_date: str
    company_code: str
    document_no: str
    instalment_no: int
    amount: Decimal | None
    outstanding_amount: Decimal
    stated_amount: Decimal | None
    applied_amount: Decimal
    sources: tuple[Source, ...]


@dataclass(frozen=True)
class Ends:
    """Where the way ends: open items, postings and cited lines, how many there are, how many do not add up, and the largest."""

    item_count: int
    items_not_adding_up: int
    items: tuple[Part, ...]
    posting_count: int
    postings_not_adding_up: int
    line_count: int
    lines: tuple[Source, ...]


@dataclass(frozen=True)
class Trace:
    """A published figure and what it came from.

    `not_followed`: columns on the way of which only the files are told, and of a customer's figure its records in them.
    """

    publication_id: str
    mart: str
    model: str
    model_sql: str
    key: dict[str, Any]
    column: str
    value: Any
    unit: str | None
    policies: tuple[Policy, ...]
    steps: tuple[Step, ...]
    ends: Ends
    not_followed: tuple[str, ...]
    inputs: tuple[dict[str, Any], ...]

    @property
    def adds_up(self) -> bool | None:
        """Whether all steps' parts come to their figures and lines to items and postings; None where nothing was added."""
        told = [step.adds_up for step in self.steps if step.adds_up is not None]
        if self.ends.item_count or self.ends.posting_count:
            told.append(self.ends.items_not_adding_up + self.ends.postings_not_adding_up == 0)
        return all(told) if told else None

    @property
    def verdict(self) -> str:
        """The same in words."""
        return {True: "yes, to the cent", False: "NO", None: "nothing to add up"}[self.adds_up]

    @property
    def value_told(self) -> str:
        """The figure with its unit, for a person."""
        told = readable(self.value)
        return told if self.unit is None or self.value is None else f"{told} {'in ' * (self.unit in NAMED_BY_ROW)}{self.unit}"

    def as_json(self) -> str:
        """All of it, as one JSON object."""
        return json.dumps({**asdict(self), "adds_up": self.adds_up}, ensure_ascii=False, indent=1, default=str)

    def as_html(self) -> str:
        """All of it, with the model's SQL, as one page that needs nothing else."""
        return rendered(Path(__file__).parent, "trace.html", trace=self, readable=readable)

    def as_text(self) -> Iterator[str]:
        """All of it, as lines for a person."""
        yield f"{self.mart}.{self.column} = {self.value_told}"
        yield f"  of {_told(self.key)}"
        yield f"  computed by {self.model} in publication {self.publication_id}"
        yield from _under(self.policies)
        yield f"\nAdds up: {self.verdict}"
        for step in self.steps:
            comes = {True: "comes from", False: "DOES NOT COME from", None: "rests on"}[step.adds_up]
            yield f"\n{step.figure} {comes} {step.parts}{f': {step.formula}' if step.formula else ''}"
            yield from (f"  {_told(row)}" for row in step.rows)
            yield from _rest(step.part_count, len(step.rows))
            yield from _under(step.policies)
        yield from self._ends_as_text()
        if self.not_followed:
            yield f"\nNot followed further: {', '.join(self.not_followed)}. Computed from:"
            for entry in self.inputs:
                told = f"{entry['table_name']}, {entry['loaded_row_count']:,} rows, {entry['file_sha256']}"
                yield f"  {entry['file_name']}  ({told})"

    def _ends_as_text(self) -> Iterator[str]:
        ends = self.ends
        if ends.item_count:
            yield f"\n{ends.item_count:,} open items, of which {ends.items_not_adding_up:,} do not come to what their lines state"
        for part in ends.items:
            item = f"{part.company_code} {part.document_no} instalment {part.instalment_no} on {part.as_of_date}"
            yield f"\n{readable(part.amount)}  {item}"
            open_amount, stated, applied = map(readable, (part.outstanding_amount, part.stated_amount, part.applied_amount))
            yield f"  open {open_amount} = stated {stated} and applied {applied}"
            yield from (line for source in part.sources for line in _line(source))
        yield from _rest(ends.item_count, len(ends.items))
        if ends.posting_count:
            yield f"\n{ends.posting_count:,} postings, of which {ends.postings_not_adding_up:,} are not what their lines state"
        if ends.line_count:
            yield f"\n{ends.line_count:,} lines of postings and of rows that name their line"
        yield from (line for source in ends.lines for line in _line(source))
        yield from _rest(ends.line_count, len(ends.lines))


def trace(settings: Settings, mart: str, asked: Mapping[str, str], column: str | None, shown: int = SHOWN) -> Trace:
    """Follow one cell. Refused when the mart, the column or the row is not published, or several rows are meant."""
    manifest = required_manifest(settings)
    described = proven_manifest(settings)
    grains = {one.name: one.grain for one in read_marts(described)}
    with duckdb.connect(str(settings.serving_database), read_only=True) as con:
        columns = list(_column_types(con, mart))
        if not columns:
            near = get_close_matches(mart, grains, n=3)
            meant = f"did you mean {' or '.join(near)}? " if near else ""
            raise NameRefusedError(f"No mart {mart} is published.", f"{meant}README.md lists the marts")
        for name in (*([column] if column else []), *asked):
            if name not in columns:
                raise NameRefusedError(f"{mart} has no column {name}.", f"choose from: {', '.join(columns)}")
        key = {"as_of_date": manifest["as_of_date"], **asked} if "as_of_date" in columns else dict(asked)
        row = _row(con, mart, key, grains.get(mart, ()))
        column = column or _figure(described, mart, row)
        way = _Way(con, grains, described, shown)
        policies = way.follow(mart, column, key)
        lines = _Lines(con, settings, {entry["load_id"]: entry for entry in manifest["inputs"]})
        ends = _ends(con, lines, shown)
        unit = _unit(con, mart, column, row)
    sources = set().union(*(mart_sources(described, name.split(".")[0]) for name in way.not_followed))
    inputs = tuple(entry for entry in manifest["inputs"] if entry["table_name"] in sources)
    return Trace(
        manifest["publication_id"], mart, *_model(settings, mart), key, column, row[column], unit, policies,
        tuple(way.steps), ends, tuple(dict.fromkeys(way.not_followed)), inputs,
    )  # fmt: skip


class _Way:
    """The steps from a figure to where its way ends: temporary tables `items`, `postings` and `cited` of the connection."""

    def __init__(
        self, con: duckdb.DuckDBPyConnection, grains: Mapping[str, tuple[str, ...]], described: Path, shown: int
    ) -> None:  # fmt: skip
        self.con, self.grains, self.described, self.shown = con, grains, described, shown
        self.steps: list[Step] = []
        self.not_followed: list[str] = []
        self.numbers = count(1)
        self.told_of_policy: set[str] = set()
        for name, columns in ENDS.items():
            con.execute(f"create temp table found_{name} ({columns})")

    def follow(self, mart: str, column: str, key: Mapping[str, str]) -> tuple[Policy, ...]:
        """Follow a column of the row that the key means to every end; the policy that the row was computed under."""
        self.con.execute(
            f"create temp table step_0 as select 0 as _of, 1 as _cell, * from marts.{quoted(mart)} where {_where(key)}"
        )
        policies = self._policies(mart, "step_0")
        waiting, known = [(mart, column, "step_0")], set()
        while waiting:
            one = waiting.pop(0)
            if one not in known:
                known.add(one)
                waiting += self._followed(*one)
        # Two figures of the way may rest on one row.
        for name in ENDS:
            self.con.execute(f"create temp table {name} as select distinct * from found_{name}")
        return policies

    def _followed(self, mart: str, column: str, cells: str) -> Iterator[tuple[str, str, str]]:
        """Tell of one step, and give what to follow next."""
        if mart == OPEN_ITEMS:
            amount = f"try_cast({quoted(column)} as decimal(18, 2))"
            self.con.execute(
                f"insert into found_items select as_of_date, company_code, document_no, instalment_no, {amount} from {cells}"
            )
            return
        if mart == POSTINGS:
            self.con.execute(f"insert into found_postings select company_code, document_no from {cells}")
            return
        known = derivations_of(self.described, mart, column)
        for derivation in known:
            yield from self._derived(mart, column, cells, derivation)
        derived = " or ".join(f"({derivation.when})" for derivation in known) or "false"
        left = f"not ({derived}){f' and {quoted(column)} is not null' if known else ''}"
        if mart in CITING:
            load, line = CITING[mart]
            grain = " || ' ' || ".join(f"coalesce({quoted(name)}::varchar, '')" for name in self.grains[mart])
            self.con.execute(f"insert into found_cited select {load}, {line}, {grain} from {cells} where {line} is not null")
            left = f"{line} is null and not ({derived})"
        if not (without := self._count(f"{cells} where {left}")):
            return
        records = records_of(mart_sources(self.described, mart), _column_types(self.con, mart), left)
        if records:
            yield from self._derived(mart, column, cells, records)
        self.not_followed.append(f"{mart}.{column}{f' of {without:,} rows that name no line' if mart in CITING else ''}")

    def _derived(self, mart: str, column: str, cells: str, derivation: Derivation) -> Iterator[tuple[str, str, str]]:
        condition = f"{quoted(column)} is not null and ({derivation.when})"
        met = f"(select * from {cells} where {condition})"
        cell_count = self._count(met)
        if not cell_count:
            return
        figure, parts, value = f"{mart}.{column}", cells, derivation.value
        if derivation.mart is None:
            told, part_count = f"other columns of {mart}", cell_count
            compared = f"select {quoted(column)} as figure, {value} as value from {met} as cell"
        else:
            parts = f"step_{next(self.numbers)}"
            self.con.execute(
                f"create temp table {parts} as select cell._cell as _of, row_number() over () as _cell, part.* "
                f"from marts.{quoted(derivation.mart)} as part inner join {met} as cell on {derivation.where}"
            )
            part_count = self._count(parts)
            told = f"{part_count:,} rows of {derivation.mart}"
            compared = (
                f"select any_value(cell.{quoted(column)}) as figure, {value} as value from {met} as cell "
                f"left join {parts} as part on cell._cell = part._of group by cell._cell"
            )
        adds_up = None
        if value is not None:
            # Compared in the figure's own type, as the mart rounds it.
            sql_type = _column_types(self.con, mart)[column]
            adds_up = self._count(f"({compared}) where cast(value as {sql_type}) is distinct from figure") == 0
        grain = self.grains[derivation.mart or mart]
        largest = [f"abs(try_cast({quoted(name)} as double)) desc nulls last" for name in derivation.columns]
        listed = ", ".join(quoted(name) for name in dict.fromkeys((*grain, *derivation.columns)))
        names, rows = fetched(
            self.con,
            f"select * from (select distinct {listed} from {parts}) "
            f"order by {', '.join([*largest, *map(quoted, grain)])} limit {self.shown}",
        )
        formula = None if value is None else value.replace("part.", "").replace("cell.", "")
        self.steps.append(
            Step(
                figure, formula, told, part_count, adds_up, tuple(dict(zip(names, row, strict=True)) for row in rows),
                self._policies(derivation.mart, parts) if derivation.mart else (),
            )
        )  # fmt: skip
        for name in derivation.columns:
            yield derivation.mart or mart, name, parts

    def _policies(self, mart: str, cells: str) -> tuple[Policy, ...]:
        """Policy versions of rows, each with those of its rows that speak of them: that name no code which none of them has."""
        columns = _column_types(self.con, mart)
        if "policy_version" not in columns:
            return ()
        of_cells = f"policy_version in (select policy_version from {cells})"
        names, versions = fetched(
            self.con,
            "select policy_version, policy_area, effective_from, author, approver, reason, reference from marts.dim_policies "
            f"where {of_cells} order by policy_version",
        )
        told = self.con.execute(
            f"select policy_version, policy_table, policy_row from marts.dim_policy_rows where {of_cells} order by all"
        ).fetchall()
        rows = [{"policy_version": version, "policy_table": table, **json.loads(row)} for version, table, row in told]
        codes = {
            name: {None, ANY, *(code for (code,) in self.con.execute(f"select distinct {quoted(name)} from {cells}").fetchall())}
            for name in columns
            if name.endswith("_code") and any(name in row for row in rows)
        }
        speaking = [row for row in rows if all(row.get(name) in values for name, values in codes.items())]
        new = [row for row in speaking if json.dumps(row) not in self.told_of_policy]
        self.told_of_policy.update(map(json.dumps, new))
        return tuple(
            Policy(**dict(zip(names, version, strict=True)), rows=tuple(_of_version(new, version[0]))) for version in versions
        )

    def _count(self, rows: str) -> int:
        return whole_number(self.con, f"select count(*) from {rows}")


class _Lines:
    """Lines of archived files as sources, with what somebody corrected on them."""

    def __init__(self, con: duckdb.DuckDBPyConnection, settings: Settings, inputs: Mapping[int, Mapping[str, Any]]) -> None:
        self.settings, self.inputs = settings, inputs
        self.corrections = {
            (load_id, line_number): told
            for load_id, line_number, told in con.execute(
                """select load_id, line_number, corrected_values || ', decided by ' || decided_by || ', approved by ' || approver
                    || ': ' || decision_reason
                from marts.fct_quarantined_rows where status_code = 'corrected'"""
            ).fetchall()
        }

    def sources(self, rows: list[tuple[Any, ...]]) -> list[Source]:
        """Sources of rows (record, amount, load_id, line_number), in their order."""
        wanted: dict[int, set[int]] = defaultdict(set)
        for _, _, load_id, line_number in rows:
            wanted[load_id].add(line_number)
        texts = {load: line_texts(self.settings.archive, self.inputs[load], numbers) for load, numbers in wanted.items()}
        return [
            Source(
                self.inputs[load]["table_name"], record, amount, self.inputs[load]["file_name"], self.inputs[load]["file_sha256"],
                line, texts[load].get(line, ""), self.corrections.get((load, line)),
            )
            for record, amount, load, line in rows
        ]  # fmt: skip


def _ends(con: duckdb.DuckDBPyConnection, lines: _Lines, shown: int) -> Ends:
    """Add up the lines of the open items and postings that the way ends at; the largest with their sources."""
    con.execute(
        """create temp table applied as
        select parts.as_of_date, parts.company_code, parts.document_no, parts.instalment_no, settled.application_no,
            settled.debit_document_no, settled.credit_document_no, settled.balance_change_amount
        from (
            select distinct items.as_of_date, items.company_code, items.document_no, items.instalment_no,
                policies.receipt_allocation, policies.instalment_allocation
            from items
            inner join marts.fct_open_items as open using (as_of_date, company_code, document_no, instalment_no)
            inner join marts.dim_aging_policies as policies on open.policy_version = policies.policy_version
        ) as parts
        inner join marts.fct_settlements as settled
            on parts.company_code = settled.company_code and parts.document_no = settled.document_no
            and parts.instalment_no = settled.instalment_no and settled.effective_date <= parts.as_of_date
            and settled.receipt_allocation in ('any', parts.receipt_allocation)
            and settled.instalment_allocation in ('any', parts.instalment_allocation)"""
    )
    con.execute(
        """create temp table balanced as
        select items.as_of_date, items.company_code, items.document_no, items.instalment_no, items.amount,
            open.outstanding_amount, coalesce(instalment.amount, document.amount) as stated_amount,
            coalesce(sums.amount, 0)::decimal(18, 2) as applied_amount
        from items
        inner join marts.fct_open_items as open using (as_of_date, company_code, document_no, instalment_no)
        left join marts.fct_source_lines as instalment
            on instalment.table_name in ('erp.instalments', 'erp.payment_terms') and items.company_code = instalment.company_code
            and items.document_no = instalment.document_no and items.instalment_no::varchar = instalment.part_code
        left join marts.fct_source_lines as document
            on document.table_name = 'erp.documents' and items.company_code = document.company_code
            and items.document_no = document.document_no
        left join (
            select as_of_date, company_code, document_no, instalment_no, sum(balance_change_amount) as amount
            from applied group by all
        ) as sums using (as_of_date, company_code, document_no, instalment_no)"""
    )
    con.execute(
        f"create temp table largest as select row_number() over () as number, * from (select * from balanced "
        f"order by abs(amount) desc nulls last, company_code, document_no, instalment_no, as_of_date limit {shown})"
    )
    con.execute(
        """create temp table posted as
        select postings.company_code, postings.document_no, posting.amount, line.amount as stated_amount, line.load_id,
            line.line_number
        from postings
        inner join marts.fct_postings as posting using (company_code, document_no)
        left join marts.fct_source_lines as line
            on line.table_name = 'erp.documents' and postings.company_code = line.company_code
            and postings.document_no = line.document_no"""
    )
    counted = con.execute(
        """select (select count(*) from balanced),
            (select count(*) from balanced where stated_amount + applied_amount is distinct from outstanding_amount),
            (select count(*) from posted), (select count(*) from posted where amount is distinct from stated_amount),
            (select count(*) from posted) + (select count(*) from cited)"""
    ).fetchone()
    item_count, items_wrong, posting_count, postings_wrong, line_count = counted or (0,) * 5
    rows = con.execute(
        f"""select record, amount, load_id, line_number from (
            select company_code || ' ' || document_no as record, stated_amount as amount, load_id, line_number from posted
            union all
            select record, null, load_id, line_number from cited
        ) order by abs(amount) desc nulls last, record, load_id, line_number limit {shown}"""
    ).fetchall()
    shown_items, shown_lines = tuple(_items(con, lines)), tuple(lines.sources(rows))
    return Ends(item_count, items_wrong, shown_items, posting_count, postings_wrong, line_count, shown_lines)


def _items(con: duckdb.DuckDBPyConnection, lines: _Lines) -> Iterator[Part]:
    """The largest items with the lines of each: document, instalment, and what was applied to it with the documents behind."""
    cited = con.execute(
        """select largest.number, lines.table_name, lines.document_no, lines.part_code, lines.amount,
            lines.load_id, lines.line_number
        from largest
        inner join marts.fct_source_lines as lines
            on largest.company_code = lines.company_code and largest.document_no = lines.document_no
            and (lines.table_name = 'erp.documents'
                or (lines.table_name in ('erp.instalments', 'erp.payment_terms')
                    and lines.part_code = largest.instalment_no::varchar))
        union
        select largest.number, lines.table_name, lines.document_no, lines.part_code, lines.amount,
            lines.load_id, lines.line_number
        from largest
        inner join applied using (as_of_date, company_code, document_no, instalment_no)
        inner join marts.fct_source_lines as lines
            on applied.company_code = lines.company_code
            and ((lines.table_name = 'erp.applications' and lines.document_no = applied.debit_document_no
                    and lines.part_code = applied.application_no)
                or (lines.table_name = 'erp.documents' and lines.document_no <> applied.document_no
                    and lines.document_no in (applied.debit_document_no, applied.credit_document_no)))
        order by all"""
    ).fetchall()
    told = [
        (f"{table.partition('.')[2].removesuffix('s')} {document if part == 'document' else f'{document} {part}'}", *rest)
        for _, table, document, part, *rest in cited
    ]
    of_item: dict[int, list[Source]] = defaultdict(list)
    for (number, *_), source in zip(cited, lines.sources(told), strict=True):
        of_item[number].append(source)
    largest = con.execute(
        "select number, as_of_date::varchar, company_code, document_no, instalment_no, amount, outstanding_amount, "
        "stated_amount, applied_amount from largest order by number"
    ).fetchall()
    for number, day, company, document, instalment, amount, outstanding, stated, applied in largest:
        yield Part(day, company, document, instalment, amount, outstanding, stated, applied, tuple(of_item[number]))


def _figure(described: Path, mart: str, row: Mapping[str, Any]) -> str:
    """The figure that is meant where none is named: the only one that can be followed, what is outstanding, or the first amount.

    Refused where a row has several figures: the one that a person thinks of is seldom the first.
    """
    followed = [column for column in row if derivations_of(described, mart, column)]
    if len(followed) > 1 and BALANCE not in followed:
        told = "".join(f"\n    {column} = {readable(row[column])}" for column in followed)
        raise NameRefusedError(f"{mart} has {len(followed)} figures that can be followed.", f"name one with --column:{told}")
    amounts = [column for column in row if column.endswith("amount")]
    return BALANCE if BALANCE in followed else next(iter([*followed, *amounts]), list(row)[-1])


def _line(source: Source) -> Iterator[str]:
    amount = "" if source.amount is None else f"{readable(source.amount)}  "
    yield f"  {amount}{source.record}: {source.file} line {source.line_number}"
    yield from (f"      {text}" for text in source.text.split("\n"))
    if source.correction:
        yield f"      read as {source.correction}"


def _under(policies: Iterable[Policy]) -> Iterator[str]:
    for policy in policies:
        yield f"  under policy {policy.policy_version}, by {policy.author}, approved by {policy.approver}: {policy.reason}"
        yield from (f"    {_told(row)}" for row in policy.rows)


def _of_version(rows: Iterable[Mapping[str, Any]], version: str) -> Iterator[dict[str, Any]]:
    """Policy rows of a version, without what they leave open."""
    for row in rows:
        if row["policy_version"] == version:
            yield {name: value for name, value in row.items() if value is not None and name != "policy_version"}


def _rest(total: int, shown: int) -> Iterator[str]:
    if total > shown:
        yield f"  and {total - shown:,} more; --shown {total} shows them"


def _told(key: Mapping[str, Any]) -> str:
    return ", ".join(f"{name} {readable(value) if isinstance(value, Decimal) else value}" for name, value in key.items())


def _model(settings: Settings, mart: str) -> tuple[str, str]:
    """Where the SQL of a mart stands, and the SQL."""
    for path in settings.dbt_project.glob(f"models/marts/*/{mart}.sql"):
        return path.relative_to(settings.dbt_project.parent).as_posix(), path.read_text(encoding="utf-8")
    return "the publication itself", ""


def _where(key: Mapping[str, str]) -> str:
    return " and ".join(f"{quoted(name)}::varchar = {literal(str(value))}" for name, value in key.items()) or "true"


def _row(con: duckdb.DuckDBPyConnection, mart: str, key: Mapping[str, str], grain: tuple[str, ...]) -> dict[str, Any]:
    """The one row that the key means."""
    names, rows = fetched(con, f"select * from marts.{quoted(mart)} where {_where(key)} limit 2")
    told = ", ".join(f"{name}={value}" for name, value in key.items())
    if not rows:
        hints = "; ".join(["check the values", *(hint for name, hint in KEY_HINTS.items() if name in key)])
        raise NameRefusedError(f"{mart} has no row with {told}.", hints)
    if len(rows) > 1:
        missing = [name for name in grain if name not in key]
        raise NameRefusedError(f"{mart} has several rows with {told}.", f"give more of the key: {', '.join(missing)}")
    return dict(zip(names, rows[0], strict=True))


def _unit(con: duckdb.DuckDBPyConnection, mart: str, column: str, row: Mapping[str, Any]) -> str | None:
    """The unit of a figure, the row's own where it names one; None for plain numbers, and where what is published tells none."""
    if row.get("unit"):
        return str(row["unit"])
    if not _column_types(con, "dim_columns"):
        return None
    of_column = f"mart_name = {literal(mart)} and column_name = {literal(column)}"
    ((unit,),) = con.execute(f"select max(unit) from marts.dim_columns where {of_column}").fetchall()
    named = row.get(NAMED_BY_ROW.get(unit, ""))
    return unit if named is None else str(named)


def _column_types(con: duckdb.DuckDBPyConnection, mart: str) -> dict[str, str]:
    """Columns of a published mart with their types. No values are bound here or elsewhere: DuckDB would import pandas for it."""
    query = f"select column_name, data_type from duckdb_columns() where schema_name = 'marts' and table_name = {literal(mart)}"
    return dict(con.execute(query).fetchall())
