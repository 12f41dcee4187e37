"""What can hardly be so in a load, counted with examples: warnings, by thresholds of the landing policy.

Each rule is one query of the load's suspicious rows. The contract's own promises stand in `suites.py`. On a new home landing
comes before dbt, so the policy is read from its seeds.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path

import duckdb

from ingestion.archive import archived_path
from ingestion.contract import Contract
from ingestion.formats import COUNTED_DATES
from ingestion.kinds import encoding_below_mark
from ingestion.loader import Load
from ingestion.profile import FileFormat, TableMapping
from ingestion.sql import literal, quoted
from orchestration.quality.evidence import CheckOutcome
from orchestration.quality.examples import printable, rows_found
from orchestration.settings import Settings

DATES, AMOUNTS, FILES = "landing_dates", "landing_amounts", "landing_files"
PLAUSIBILITY = {
    DATES: "Dates of the loads are possible, and can be read in one way only.",
    AMOUNTS: "Amounts of the loads are of the customer's usual size and those that were delivered before.",
    FILES: "Files are whole, and full deliveries hold about what stood before.",
}
# Tables whose amounts are posted and do not change afterwards; others, such as orders, are told anew as they stand.
POSTED = ("erp.documents", "erp.instalments", "erp.applications")
# Months are at most this; a day beyond tells a date's day from its month.
MONTHS = 12
# How a whole file ends: with a line's end, or the mark that old systems put behind it.
LINE_ENDS = ("\n", "\r", "\x1a")
END_BYTES, SHOWN_CHARACTERS = 400, 40


@dataclass(frozen=True)
class Rule:
    """A rule of the landing policy: what is suspicious, on how much evidence, and how many such rows are no reason to warn."""

    threshold_value: Decimal | None
    evidence_count: int
    allowed_count: int


@dataclass(frozen=True)
class Subject:
    """A load with all that its rules look at."""

    con: duckdb.DuckDBPyConnection
    contract: Contract
    load: Load
    mapping: TableMapping | None
    archive: Path

    @property
    def rows(self) -> str:
        """SQL of the load's rows as it brought them."""
        table = f"raw.{quoted(self.contract.raw_name)}"
        return f"(select * from {table} where _load_id = {self.load.load_id} and _is_corrected is not true)"

    @property
    def is_whole(self) -> bool:
        """Whether the load's delivery is the whole, by the contract or by its profile."""
        asked = "select 1 from raw.loads where load_id = ? and delivery_mode = 'full'"
        return self.con.execute(asked, [self.load.load_id]).fetchone() is not None

    @property
    def keys(self) -> tuple[str, ...]:
        """The contract's key, for SQL."""
        return tuple(quoted(key) for key in self.contract.key)


def landing_policy(settings: Settings, day: date) -> dict[str, Rule]:
    """Rules of the landing policy in force on a day, by code."""
    seeds = settings.dbt_project / "seeds" / "policy"
    with duckdb.connect() as con:
        rows = con.execute(
            f"""select rule_code, try_cast(threshold_value as decimal(18, 2)), coalesce(evidence_count::integer, 0),
                allowed_count::integer
            from read_csv({literal(str(seeds / "policy_landing.csv"))}, all_varchar = true)
            where policy_version = (
                select max_by(policy_version, effective_from)
                from read_csv({literal(str(seeds / "policy_versions.csv"))}, all_varchar = true)
                where policy_area = 'landing' and effective_from <= $day)""",
            {"day": day.isoformat()},
        ).fetchall()
    return {code: Rule(*values) for code, *values in rows}


def check_plausibility(
    settings: Settings, contract: Contract, load: Load, mapping: TableMapping | None, rules: Mapping[str, Rule]
) -> list[CheckOutcome]:
    """One outcome a check: what the rules find in a load. `mapping`: how its profile reads it, where it is still there."""
    with duckdb.connect(str(settings.working_database)) as con:
        subject = Subject(con, contract, load, mapping, settings.archive)
        found = {DATES: _dates(subject, rules), AMOUNTS: _amounts(subject, rules), FILES: _files(subject, rules)}
        return [_outcome(check, load, list(findings)) for check, findings in found.items()]


def _outcome(check: str, load: Load, findings: list[tuple[str, str]]) -> CheckOutcome:
    told = "; ".join(text for _, text in findings)
    summary = f"{printable(load.file_name)}: {told or 'nothing suspicious'}"
    return CheckOutcome(check, f"load {load.load_id}", not findings, summary, {"rules": [code for code, _ in findings]})


def _finding(subject: Subject, rules: Mapping[str, Rule], code: str, words: str, query: str) -> Iterator[tuple[str, str]]:
    """A finding with the first rows, when a rule is in force and its query gives more rows than it allows."""
    rule = rules.get(code)
    if rule is None:
        return
    (count,) = subject.con.execute(f"select count(*) from ({query}) as found").fetchone() or (0,)
    if count > rule.allowed_count:
        yield code, f"{words}: {rows_found(subject.con, query, subject.contract.key)}"


def _dates(subject: Subject, rules: Mapping[str, Rule]) -> Iterator[tuple[str, str]]:
    load_id, name = subject.load.load_id, subject.contract.name
    if name == "erp.documents":
        query = (
            "select company_code, document_no, document_date, due_date, _load_id, _line_number "
            f"from {subject.rows} where due_date < document_date"
        )
        yield from _finding(subject, rules, "due_before_document", "due before the date of the document", query)
    if name in ("erp.documents", "erp.instalments"):
        query = (
            "select instalments.company_code, instalments.document_no, instalments.instalment_no, documents.document_date, "
            "instalments.due_date, instalments._load_id, instalments._line_number "
            "from raw.erp__instalments as instalments "
            "inner join raw.erp__documents as documents using (company_code, document_no) "
            f"where {load_id} in (instalments._load_id, documents._load_id) and instalments.due_date < documents.document_date"
        )
        yield from _finding(subject, rules, "due_before_document", "instalments due before the date of the document", query)
    columns = [quoted(column.name) for column in subject.contract.columns if column.type == "date"]
    if columns and subject.mapping is not None:
        yield from _ambiguous(subject, rules, columns, subject.mapping.file_format)
        yield from _exchanged(subject, rules, subject.mapping.file_format)


def _ambiguous(
    subject: Subject, rules: Mapping[str, Rule], columns: list[str], file_format: FileFormat
) -> Iterator[tuple[str, str]]:
    """A file without a day beyond 12: nothing in it says that days are not months."""
    in_order = [one for one in file_format.date_formats if one not in COUNTED_DATES]
    is_year_first = file_format.format == "xlsx" or all(one.lower().startswith("%y") for one in in_order)
    code = "year_first_dates_fit_both_ways" if is_year_first else "dates_fit_both_ways"
    days = " union all ".join(
        f"select {column} as told_date, _load_id, _line_number from {subject.rows} where {column} is not null"
        for column in columns
    )
    least = rules[code].evidence_count if code in rules else 0
    query = (
        f"with dates as ({days}) select told_date, _load_id, _line_number from dates where day(told_date) <> month(told_date) "
        f"and (select max(day(told_date)) <= {MONTHS} and count(distinct day(told_date)) >= {least} from dates)"
    )
    yield from _finding(subject, rules, code, "every date also fits with day and month exchanged", query)


def _exchanged(subject: Subject, rules: Mapping[str, Rule], file_format: FileFormat) -> Iterator[tuple[str, str]]:
    """Dates that were set aside and fit with day and month exchanged: then those that fit both ways were read wrongly."""
    # A leading zero more or less says nothing of which is which.
    written = [one.replace("%-", "%") for one in file_format.date_formats]
    told = [one for one in written if "%d" in one and "%m" in one]
    exchanged = [one.replace("%d", "%_").replace("%m", "%d").replace("%_", "%m") for one in told]
    columns = ", ".join(literal(column.name) for column in subject.contract.columns if column.type == "date")
    if told:
        formats, others = (f"[{', '.join(literal(one) for one in some)}]" for some in (told, exchanged))
        query = (
            "select column_name, value, load_id as _load_id, line_number as _line_number from raw.quarantined_rows "
            f"where load_id = {subject.load.load_id} and column_name in ({columns}) "
            f"and try_strptime(value, {formats}) is null and try_strptime(value, {others}) is not null"
        )
        words = "dates fit only with day and month exchanged, so others that fit both ways were read wrongly"
        yield from _finding(subject, rules, "dates_fit_exchanged", words, query)


def _amounts(subject: Subject, rules: Mapping[str, Rule]) -> Iterator[tuple[str, str]]:
    load_id, name = subject.load.load_id, subject.contract.name
    usual = rules.get("amount_far_from_usual")
    if name == "erp.documents" and usual is not None:
        account = "company_code, customer_code, currency_code"
        query = f"""select found.company_code, found.document_no, found.customer_code, found.amount, usual.usual_amount,
                found._load_id, found._line_number
            from {subject.rows} as found
            inner join (
                select {account}, coalesce(
                    case when count(*) filter (_load_id < {load_id}) >= {usual.evidence_count}
                        then median(abs(amount)) filter (_load_id < {load_id}) end,
                    case when count(*) >= {usual.evidence_count} then median(abs(amount)) end
                )::decimal(18, 2) as usual_amount
                from raw.erp__documents where _load_id <= {load_id} and amount <> 0 group by {account}
            ) as usual using ({account})
            where abs(found.amount) >= usual.usual_amount * {usual.threshold_value} and usual.usual_amount > 0"""
        times = f"{usual.threshold_value.normalize():f}" if usual.threshold_value else "0"
        words = f"amounts {times} times what is usual for the customer, or more"
        yield from _finding(subject, rules, "amount_far_from_usual", words, query)
    if name in POSTED and subject.contract.amount_column:
        amount, keys = quoted(subject.contract.amount_column), ", ".join(subject.keys)
        query = f"""select {", ".join(f"found.{key}" for key in subject.keys)}, found.{amount} as amount,
                earlier.{amount} as earlier_amount, loads.file_name || ' line ' || earlier._line_number as delivered_before,
                found._load_id, found._line_number
            from {subject.rows} as found
            inner join (
                select {keys}, {amount}, _load_id, _line_number from raw.{quoted(subject.contract.raw_name)}
                where _load_id < {load_id} qualify row_number() over (partition by {keys} order by _load_id desc) = 1
            ) as earlier using ({keys})
            inner join raw.loads as loads on earlier._load_id = loads.load_id
            where found.{amount} <> earlier.{amount}"""
        yield from _finding(subject, rules, "amount_changed", "amounts other than delivered before", query)


def _files(subject: Subject, rules: Mapping[str, Rule]) -> Iterator[tuple[str, str]]:
    load = subject.load
    if "cut_short" in rules and subject.mapping is not None and (end := _cut_end(subject, subject.mapping.file_format)):
        yield "cut_short", f"the file may be cut: its last line has no end ({printable(end)})"
    if not subject.is_whole:
        return
    if "nothing_delivered" in rules and load.loaded_row_count == 0:
        yield "nothing_delivered", "the file holds no row that can be used, and replaces nothing"
    members = f"(select load_id from raw.deliveries where delivery_id = {load.load_id})"
    keys = ", ".join(subject.keys)
    query = f"""select {keys}, count(*) as file_count, max(_load_id) as _load_id, max_by(_line_number, _load_id) as _line_number
        from raw.{quoted(subject.contract.raw_name)} where _load_id in {members} group by {keys} having count(*) > 1"""
    words = "several files of one delivery hold the same keys; if each is a whole, `delivery` in the profile must say so"
    yield from _finding(subject, rules, "parts_overlap", words, query)
    closed, rule = load.closed_row_count or 0, rules.get("rows_closed")
    if rule is not None and rule.threshold_value is not None and closed > rule.allowed_count:
        (held,) = subject.con.execute(
            f"select coalesce(sum(loaded_row_count), 0) from raw.loads where load_id in {members}"
        ).fetchone() or (0,)
        if closed * 100 > (closed + int(held)) * rule.threshold_value:
            yield "rows_closed", f"{closed:,} rows that stood before are in this full delivery no more; it holds {int(held):,}"


def _cut_end(subject: Subject, file_format: FileFormat) -> str | None:
    """The last characters of a file of lines that ends without an end of line; None of one that is whole."""
    path = archived_path(subject.archive, subject.load.file_sha256)
    if file_format.format == "xlsx" or not path.exists() or path.stat().st_size == 0:
        return None
    with path.open("rb") as file:
        # From a multiple of four, where a character of any encoding with code units of a fixed width begins.
        file.seek(max(0, (path.stat().st_size - END_BYTES) // 4 * 4))
        end = file.read().decode(encoding_below_mark(path) or file_format.encoding, errors="replace")
    return None if end.endswith(LINE_ENDS) else end.splitlines()[-1][-SHOWN_CHARACTERS:]
