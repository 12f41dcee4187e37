"""A sample of published aging cells, computed once more by the reference engine from the loaded rows."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb

from ingestion.deliveries import ranked_deliveries
from ingestion.sql import literal
from orchestration.audit.reference_engine import Application, Document, Instalment, Ledger, Policy, TermPart, aging
from orchestration.settings import Settings

Account = tuple[str, str]

# The row of each key that was delivered last of what the publication may know and no later whole replaces, without the models.
KNOWN = f"""select * from (
        select raw.*, ranked.delivery_rank,
            max(case loads.delivery_mode when 'full' then ranked.delivery_rank else 0 end)
                over (partition by ranked.profile_name, raw.company_code) as whole_rank
        from raw.{{table}} as raw
        inner join ({ranked_deliveries("delivery_id <= $known_through")}) as ranked on raw._load_id = ranked.load_id
        inner join raw.loads as loads on raw._load_id = loads.load_id
    ) as delivered
    where delivery_rank >= whole_rank
    qualify row_number() over (partition by {{key}} order by delivery_rank desc) = 1"""
DOCUMENTS = f"""select document_no, document_type, customer_code, document_date, coalesce(accounting_date, document_date),
    due_date, currency_code, amount, fx_rate, reference_no, payment_terms_code
    from ({KNOWN.format(table="erp__documents", key="company_code, document_no")})
    where company_code = $company and (list_contains($accounts, customer_code) or list_contains($others, document_no))"""
INSTALMENTS = f"""select document_no, instalment_no, due_date, amount
    from ({KNOWN.format(table="erp__instalments", key="company_code, document_no, instalment_no")})
    where company_code = $company and list_contains($numbers, document_no)"""
APPLICATIONS = f"""select application_no, credit_document_no, debit_document_no, debit_instalment_no,
    coalesce(application_date, date '0001-01-01'), applied_amount, credit_applied_amount
    from ({KNOWN.format(table="erp__applications", key="company_code, application_no")})
    where company_code = $company
        and (list_contains($numbers, credit_document_no) or list_contains($numbers, debit_document_no))"""

TERMS = f"""select payment_terms_code, valid_from, part_no, part_pct, counted_from, coalesce(months_after, 0),
    coalesce(days_after, 0), due_day
    from ({KNOWN.format(table="erp__payment_terms", key="company_code, payment_terms_code, valid_from, part_no")})
    where company_code = $company"""
# What any delivery of the master said of who pays for whom.
PAYERS = """select distinct customer_code, paying_customer_code from raw.erp__customers
    where company_code = $company and paying_customer_code is not null and _load_id <= $known_through"""


@dataclass(frozen=True)
class Cell:
    """One published amount of fct_aging and the same amount by the reference engine, in document currency."""

    company_code: str
    customer_id: str
    currency_code: str
    bucket_code: str
    published_amount: Decimal
    reperformed_amount: Decimal

    @property
    def is_same(self) -> bool:
        """Whether both are equal to the cent."""
        return self.published_amount == self.reperformed_amount


def reperformed_cells(settings: Settings, publication: Path, manifest: Mapping[str, Any], count: int) -> list[Cell]:
    """`count` cells of the as-of date, drawn by the publication's content hash: nobody chooses them, anybody draws the same."""
    drawn = f"md5({literal(manifest['content_hash'])} || concat_ws('/', company_code, customer_id, currency_code, bucket_code))"
    with duckdb.connect(str(publication / settings.serving_database.name), read_only=True) as con:
        cells = con.execute(
            f"""select company_code, customer_id, currency_code, bucket_code, outstanding_amount, policy_version
            from marts.fct_aging where as_of_date = ? order by {drawn} limit ?""",
            [manifest["as_of_date"], count],
        ).fetchall()
        policies = {version: _policy(con, version) for version in {cell[-1] for cell in cells}}
        customers = _customers(con)
    ledgers: dict[Account, Ledger] = {}
    with duckdb.connect(str(settings.working_database)) as con:
        for company, customer, *_ in cells:
            if (company, customer) not in ledgers:
                ledgers[company, customer] = _ledger(con, company, customer, customers, int(manifest["known_through"]))
    as_of_date, found = date.fromisoformat(manifest["as_of_date"]), []
    for company, customer, currency, bucket, amount, version in cells:
        buckets = aging(ledgers[company, customer], as_of_date, policies[version])
        found.append(
            Cell(company, customer, currency, bucket, amount, buckets.get((customer, currency, bucket), Decimal("0.00")))
        )
    return found


def _policy(con: duckdb.DuckDBPyConnection, version: str) -> Policy:
    ((basis, view, instalments, receipts),) = con.execute(
        "select aging_basis, unapplied_view, instalment_allocation, receipt_allocation from marts.dim_aging_policies "
        "where policy_version = ?",
        [version],
    ).fetchall()
    buckets = con.execute(
        "select bucket_code, from_days, to_days from marts.dim_aging_buckets where policy_version = ? order by bucket_order",
        [version],
    ).fetchall()
    return Policy(basis, view, instalments, receipts, tuple((code, low, high) for code, low, high in buckets))


def _customers(con: duckdb.DuckDBPyConnection) -> dict[Account, str]:
    """The unified customer of each ERP account."""
    rows = con.execute(
        "select company_code, source_record, customer_id from marts.dim_customer_records where source_system = 'erp'"
    ).fetchall()
    return {(company, account): customer for company, account, customer in rows}


def _ledger(
    con: duckdb.DuckDBPyConnection, company: str, customer: str, customers: Mapping[Account, str], known_through: int
) -> Ledger:
    """Everything on a customer's accounts with a company, and the documents of others that it was applied to."""
    by_customer: dict[str, list[str]] = defaultdict(list)
    for (owner, account), unified in customers.items():
        if owner == company:
            by_customer[unified].append(account)
    asked: dict[str, Any] = {"company": company, "known_through": known_through}
    own = con.execute(DOCUMENTS, {**asked, "accounts": by_customer[customer], "others": []}).fetchall()
    applied = con.execute(APPLICATIONS, {**asked, "numbers": [row[0] for row in own]}).fetchall()
    others = {number for row in applied for number in row[1:3]} - {row[0] for row in own}
    foreign = con.execute(DOCUMENTS, {**asked, "accounts": [], "others": sorted(others)}).fetchall()
    documents = [
        Document(number, kind, customers.get((company, account), account), *rest)
        for number, kind, account, *rest in own + foreign
    ]
    parts = con.execute(INSTALMENTS, {**asked, "numbers": [one.number for one in documents]}).fetchall()
    payers: dict[str, set[str]] = defaultdict(set)
    for account, payer in con.execute(PAYERS, asked).fetchall():
        payers[customers.get((company, account), account)].add(customers.get((company, payer), payer))
    terms = [TermPart(*row) for row in con.execute(TERMS, asked).fetchall()]
    instalments, applications = [Instalment(*row) for row in parts], [Application(*row) for row in applied]
    return Ledger(company, documents, instalments, applications, payers, terms)
