"""Aging of any past date under any policy version, read from the published database.

Computes nothing of its own: the rules are the dbt project's macros, rendered here with the names of published tables.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import jinja2

from ingestion.errors import DataRefusedError, NameRefusedError
from ingestion.sql import fetched, literal, quoted
from orchestration.publication.serving import required_manifest
from orchestration.settings import Settings

MACROS = ("money.sql", "aging.sql")
GROUPINGS = {
    "company": (),
    "customer": ("customer_id",),
    "segment": ("segment_code",),
    "salesperson": ("salesperson_code",),
}
CUSTOMER_KEYS = ("as_of_date", "policy_version", "company_code", "customer_id", "currency_code")
AMOUNT = {
    "own_column": "own_column_outstanding_amount",
    "left_out": "own_column_outstanding_amount",
    "aged_by_own_date": "aged_by_own_date_outstanding_amount",
    "applied_oldest_first": "applied_oldest_first_outstanding_amount",
}


@dataclass(frozen=True)
class AgingQuestion:
    """What is asked: the date, one company or all (None), the grouping, and the policy version (None: in force that day)."""

    as_of_date: date
    company_code: str | None = None
    grouping: str = "company"
    policy_version: str | None = None


class AgedLedger:
    """The ledger as it stood on the asked date: open items, buckets and totals, as relations of one connection."""

    def __init__(self, con: duckdb.DuckDBPyConnection, question: AgingQuestion, unapplied_view: str, rules: Any) -> None:
        self._con = con
        self._keys = ("company_code", *GROUPINGS[question.grouping], "currency_code")
        self._view = unapplied_view
        self._rules = rules

    def wide_rows(self) -> tuple[list[str], list[tuple[Any, ...]]]:
        """Column names and rows of the report: a row for each group and currency, a column for each bucket of the policy."""
        codes = [row[0] for row in self._con.execute("select bucket_code from asked_buckets order by bucket_order").fetchall()]
        columns = [f"coalesce(sum(amount) filter (bucket_code = {literal(code)}), 0) as {quoted(code)}" for code in codes]
        total = "sum(amount) filter (bucket_code <> 'unapplied')" if self._view == "left_out" else "sum(amount)"
        keys = ", ".join(self._keys)
        query = (
            f"select {keys}, {', '.join(columns)}, coalesce(sum(amount) filter (bucket_code = 'unapplied'), 0) as unapplied, "
            "coalesce(sum(amount) filter (bucket_code = 'fx_difference'), 0) as fx_difference, "
            f"coalesce({total}, 0) as total from ({self._by_bucket()}) group by {keys} order by {keys}"
        )
        return fetched(self._con, query)

    def items(self) -> tuple[list[str], list[tuple[Any, ...]]]:
        """Column names and rows of the open items."""
        return fetched(self._con, self._open_items())

    def as_json(self, about: dict[str, object]) -> str:
        """What the answer is about, totals, buckets and open items as one JSON object; DuckDB writes the exact decimals."""
        parts = {"totals": self._totals(), "buckets": self._bucket_rows(), "open_items": self._open_items()}
        told = [f"{json.dumps(key)}: {json.dumps(value, ensure_ascii=False)}" for key, value in about.items()]
        for name, query in parts.items():
            row = self._con.execute(f"select coalesce(to_json(list(answer)), '[]') from ({query}) as answer").fetchone()
            told.append(f"{json.dumps(name)}: {row[0] if row else '[]'}")
        return "{" + ",\n ".join(told) + "}"

    def _by_bucket(self) -> str:
        keys = dict.fromkeys((*CUSTOMER_KEYS, *self._keys))
        views = self._rules.unapplied_views("asked_items", list(keys))
        kept = ", ".join(self._keys)
        return (
            f"select {kept}, bucket_code, bucket_order, sum({AMOUNT[self._view]}) as amount, "
            f"sum({AMOUNT[self._view].replace('outstanding_amount', 'outstanding_base_amount')}) as base_amount "
            f"from ({views}) as viewed group by {kept}, bucket_code, bucket_order having sum({AMOUNT[self._view]}) <> 0"
        )

    def _bucket_rows(self) -> str:
        keys = ", ".join(self._keys)
        return (
            f"select {keys}, bucket_code, amount::decimal(18, 2) as outstanding_amount, "
            f"base_amount::decimal(18, 2) as outstanding_base_amount from ({self._by_bucket()}) order by {keys}, bucket_order"
        )

    def _totals(self) -> str:
        return (
            "select company_code, currency_code, sum(outstanding_amount)::decimal(18, 2) as outstanding_amount, "
            "case when count(outstanding_base_amount) = count(*) then sum(outstanding_base_amount)::decimal(18, 2) end "
            "as outstanding_base_amount, "
            "coalesce(sum(outstanding_amount) filter (outstanding_amount > 0 and days_overdue > 0), 0)::decimal(18, 2) "
            "as overdue_amount, "
            "coalesce(sum(outstanding_amount) filter (outstanding_amount < 0 and bucket_code <> 'fx_difference'), 0)"
            "::decimal(18, 2) as unapplied_amount, "
            "sum(disputed_amount)::decimal(18, 2) as disputed_amount, count(*) as item_count "
            f"from ({self._claimed()}) group by company_code, currency_code order by company_code, currency_code"
        )

    def _open_items(self) -> str:
        columns = (
            "as_of_date, company_code, document_no, instalment_no, customer_id, customer_code, document_type, document_date, "
            "due_date, currency_code, days_past_due, bucket_code, ledger_status, outstanding_amount, outstanding_base_amount, "
            "outstanding_closing_base_amount, disputed_amount, "
            "(outstanding_amount - disputed_amount)::decimal(18, 2) as collectable_amount, secured_amount, policy_version"
        )
        return f"select {columns} from ({self._claimed()}) order by company_code, document_no, instalment_no"

    def _claimed(self) -> str:
        """The open items with what is disputed and secured of them; unknown where nobody delivers disputes or guarantees."""
        joins = "".join(
            f" left join ({self._rules.claimed_amounts('asked_items', f'asked_{kind}_claims')}) as {kind} "
            "using (as_of_date, company_code, document_no, instalment_no)"
            for kind in ("disputed", "secured")
        )
        amounts = ", ".join(
            f"case when (select is_delivered from marts.dim_data_sources where table_name = '{table}') "
            f"then coalesce({kind}.claimed_amount, 0) end as {kind}_amount"
            for kind, table in (("disputed", "crm.disputes"), ("secured", "crm.guarantees"))
        )
        return f"select items.*, {amounts} from asked_items as items{joins}"


@contextmanager
def aged_ledger(settings: Settings, question: AgingQuestion) -> Iterator[tuple[AgedLedger, dict[str, object]]]:
    """The ledger as asked, and what the answer is about; refused when nothing is published or the date or policy is not known."""
    manifest = required_manifest(settings)
    if question.as_of_date.isoformat() > manifest["as_of_date"]:
        raise DataRefusedError(
            f"The published set is as of {manifest['as_of_date']} and knows nothing of {question.as_of_date}.",
            f"run `receivables refresh --as-of {question.as_of_date}`, or ask for a date up to {manifest['as_of_date']}",
        )
    with duckdb.connect(str(settings.serving_database), read_only=True) as con:
        policy_version, unapplied_view = _policy(con, question)
        _refuse_unknown_company(con, question)
        rules = _rules()
        _ask(con, question, policy_version, rules)
        about: dict[str, object] = {
            "as_of_date": question.as_of_date.isoformat(),
            "policy_version": policy_version,
            "unapplied_view": unapplied_view,
            "publication_id": manifest["publication_id"],
            "published_as_of_date": manifest["as_of_date"],
        }
        yield AgedLedger(con, question, unapplied_view, rules), about


def _refuse_unknown_company(con: duckdb.DuckDBPyConnection, question: AgingQuestion) -> None:
    found = con.execute("select distinct company_code from marts.fct_balance_periods order by company_code").fetchall()
    known = [str(code) for (code,) in found]
    if question.company_code is not None and question.company_code not in known:
        raise NameRefusedError(f"No company {question.company_code} is published.", f"choose one of: {', '.join(known)}")


def _policy(con: duckdb.DuckDBPyConnection, question: AgingQuestion) -> tuple[str, str]:
    """Version and view of unapplied credits of the policy that is asked for, or in force on the date."""
    if question.policy_version is None:
        found = con.execute(
            "select policy_version, unapplied_view from marts.dim_aging_policies "
            f"where effective_from <= {literal(question.as_of_date.isoformat())} order by effective_from desc limit 1"
        ).fetchone()
    else:
        found = con.execute(
            "select policy_version, unapplied_view from marts.dim_aging_policies "
            f"where policy_version = {literal(question.policy_version)}"
        ).fetchone()
    if found is None:
        known = con.execute(
            "select string_agg(policy_version, ', ' order by policy_version) from marts.dim_aging_policies"
        ).fetchone()
        raise NameRefusedError(
            f"No aging policy {question.policy_version or f'is in force on {question.as_of_date}'}.",
            f"choose one of: {known[0] if known else 'none'}",
        )
    return str(found[0]), str(found[1])


def _ask(con: duckdb.DuckDBPyConnection, question: AgingQuestion, policy_version: str, rules: Any) -> None:
    """Temporary relations of the asked date: its policy, buckets, claims and aged open items."""
    day = f"date {literal(question.as_of_date.isoformat())}"
    holds = f"valid_from <= {day} and (valid_before is null or valid_before > {day})"
    version = f"policy_version = {literal(policy_version)}"
    company = f"and company_code = {literal(question.company_code)}" if question.company_code else ""
    con.execute(
        f"create temp view asked_policies as select * replace ({day} as as_of_date) from marts.dim_aging_policies where {version}"
    )
    con.execute(f"create temp view asked_buckets as select * from marts.dim_aging_buckets where {version}")
    for kind in ("disputed", "secured"):
        con.execute(
            f"create temp view asked_{kind}_claims as select * replace ({day} as as_of_date) from marts.fct_claim_periods "
            f"where claim_type = '{kind}' and {holds}"
        )
    con.execute(
        f"""create temp view asked_periods as
        select
            periods.* replace ({day} as as_of_date),
            case when periods.currency_code = periods.base_currency_code then 1 else rates.fx_rate end as closing_fx_rate
        from (select * from marts.fct_balance_periods where {holds} {company}) as periods
        left join (select * from marts.dim_fx_rates where {holds}) as rates
            on periods.currency_code = rates.currency_code and periods.base_currency_code = rates.base_currency_code"""
    )
    con.execute(f"create temp view asked_items as {rules.aged_items('asked_periods', 'asked_policies', 'asked_buckets')}")


def _rules() -> Any:
    """The dbt project's macros, rendered without dbt: plain functions that give SQL."""
    folder = Path(__file__).parents[2] / "dbt_project" / "macros"
    text = "\n".join((folder / name).read_text(encoding="utf-8") for name in MACROS)
    environment = jinja2.Environment(undefined=jinja2.StrictUndefined, autoescape=False)
    dialect = {
        "days_between": lambda earlier, later: f"date_diff('day', {earlier}, {later})",
        "each_number": lambda lowest, highest: f"unnest(range({lowest}, {highest} + 1))",
    }
    return environment.from_string(text, globals=dialect).module
