"""Random ledgers: what hypothesis draws them from, and how they are written as canonical files."""

import csv
from collections.abc import Iterable
from dataclasses import asdict
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from orchestration.audit.reference_engine import Application, Document, Instalment, Ledger, TermPart

FIRST_DAY = date(2023, 12, 20)
LAST_DAY = date(2026, 3, 31)
# Days on which mistakes live: leap day, month ends, year end; and any other.
DAYS = st.one_of(
    st.sampled_from(
        [date(2024, 2, 29), date(2024, 3, 1), date(2025, 2, 28), date(2024, 12, 31), date(2025, 1, 31), date(2025, 3, 31)]
    ),
    st.dates(FIRST_DAY, LAST_DAY),
)
CENTS = st.one_of(st.sampled_from([1, 2, 3, 100, 10_000, 99_999]), st.integers(1, 5_000_000))
# Terms of every ledger: one changes, one has parts, one does not come to the whole; X is nobody's.
TERMS = [
    TermPart("N", date(2020, 1, 1), 1, Decimal(100), "document_date", 0, 30, None),
    TermPart("N", date(2025, 1, 1), 1, Decimal(100), "month_end", 0, 60, None),
    TermPart("T", date(2024, 3, 1), 1, Decimal(100), "document_date", 2, 0, 10),
    *(
        TermPart("S", date(2020, 1, 1), number, Decimal(pct), "month_end", number, 5, 31)
        for number, pct in ((1, 33), (2, 33), (3, 34))
    ),
    TermPart("H", date(2020, 1, 1), 1, Decimal(50), "document_date", 0, 30, None),
]
# (type, sign) of what can be posted. A recovery takes back a write-off: a debt again.
DEBTS = ["invoice", "invoice", "invoice", "debit_note", "refund", "recovery", "fx_revaluation"]
CREDITS = ["receipt", "receipt", "receipt", "advance", "credit_note", "write_off", "fx_revaluation"]


def money(cents: int) -> Decimal:
    return Decimal(cents).scaleb(-2)


@st.composite
def ledgers(draw: st.DrawFn) -> Ledger:
    """One company's ledger: up to three customers, two currencies, a dozen documents, partial, over-, early and late payments,
    some for another customer or in another currency, and rows that do not fit."""
    documents, instalments = [], []
    for number in range(draw(st.integers(1, 12))):
        document = draw(posting(f"D{number}", [one.number for one in documents]))
        documents.append(document)
        instalments += draw(split(document))
    pairs = [(credit, debit) for credit in documents for debit in documents if credit.amount < 0 < debit.amount]
    plain = [(credit, debit) for credit, debit in pairs if account(credit) == account(debit)]
    across = [pair for pair in pairs if pair not in plain]
    applications = []
    for number in range(draw(st.integers(0, 8)) if pairs else 0):
        wanted = draw(st.sampled_from([plain, plain, plain, plain, across]))
        credit, debit = draw(st.sampled_from(wanted or pairs))
        amount = draw(applied(int(min(-credit.amount, debit.amount) * 100)))
        parts = [part.number for part in instalments if part.document == debit.number]
        named = draw(st.sampled_from([None, None, *parts, 99]))
        used_up = None
        if credit.currency != debit.currency and draw(st.sampled_from([True, True, True, False])):
            used_up = abs(draw(applied(int(-credit.amount * 100)))) * (1 if amount > 0 else -1)
        lost = draw(st.sampled_from(["", "", "", "", "", "", "", "", "credit", "debit"]))
        applications.append(
            Application(
                f"A{number}", "LOST" if lost == "credit" else credit.number, "LOST" if lost == "debit" else debit.number, named,
                draw(DAYS), amount, used_up,
            )
        )  # fmt: skip
    payers = draw(st.sampled_from([{}, {"K2": {"K1"}}, {"K2": {"K1"}, "K3": {"K1"}}, {"K1": {"K3"}, "K2": {"K3"}}]))
    return Ledger("", documents, instalments, applications, payers, TERMS)


def account(document: Document) -> tuple[str, str]:
    return document.customer, document.currency


@st.composite
def applied(draw: st.DrawFn, most: int) -> Decimal:
    """Up to so many cents, or as many given back."""
    most = max(most, 1)
    return money(draw(st.one_of(st.just(most), st.integers(1, most), st.integers(1, most), st.integers(-most, -1))))


@st.composite
def posting(draw: st.DrawFn, number: str, earlier: list[str]) -> Document:
    is_debt = draw(st.booleans())
    kind = draw(st.sampled_from(DEBTS if is_debt else CREDITS))
    written = draw(DAYS)
    counted = min(max(written + timedelta(draw(st.sampled_from([0, 0, 0, -40, -3, 5, 35]))), FIRST_DAY), LAST_DAY)
    due = written + timedelta(draw(st.sampled_from([0, 1, 30, 31, 60, 90, 120]))) if is_debt and draw(st.booleans()) else None
    currency = draw(st.sampled_from(["CNY"] * 4 + ["USD"]))
    rate = Decimal(1) if currency == "CNY" else Decimal(draw(st.integers(69_000, 73_000))).scaleb(-4)
    reference = draw(st.sampled_from([None, *earlier])) if not is_debt else None
    amount = money(draw(CENTS)) * (1 if is_debt else -1)
    term = draw(st.sampled_from([None, None, None, "N", "T", "S", "S", "H", "X"]))
    return Document(
        number,
        kind,
        draw(st.sampled_from(["K1"] * 6 + ["K2", "K3"])),
        written,
        counted,
        due,
        currency,
        amount,
        rate,
        reference,
        term,
    )


@st.composite
def split(draw: st.DrawFn, document: Document) -> list[Instalment]:
    """None (the document is one whole), or up to four parts that sum to it; now and then a cent is missing."""
    count = draw(st.sampled_from([0, 0, 0, 1, 2, 3, 4]))
    cents = int(abs(document.amount) * 100)
    if count == 0 or cents < count:
        return []
    cuts = (
        sorted(draw(st.lists(st.integers(1, cents - 1), min_size=count - 1, max_size=count - 1, unique=True)))
        if count > 1
        else []
    )
    sizes = [high - low for low, high in zip([0, *cuts], [*cuts, cents], strict=True)]
    sign = 1 if document.amount > 0 else -1
    sizes[0] += draw(st.sampled_from([0] * 11 + [1]))
    dues = [document.document_date + timedelta(draw(st.integers(0, 200))) for _ in sizes]
    return [
        Instalment(document.number, number, due, money(size) * sign)
        for number, (due, size) in enumerate(zip(dues, sizes, strict=True), 1)
    ]  # fmt: skip


def drawn_ledgers(count: int) -> list[Ledger]:
    """`count` ledgers, each its own company: the same in every run of the same code, as hypothesis draws constants of loaded
    modules too. One build of the warehouse is far dearer than one ledger, so they are drawn first and built together; a test
    names the smallest one that differs."""
    found: list[Ledger] = []

    @settings(
        max_examples=count,
        derandomize=True,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(ledgers())
    def collect(ledger: Ledger) -> None:
        ledger.company = f"L{len(found):04d}"
        found.append(ledger)

    collect()
    return found


def write_canonical(folder: Path, ledgers: Iterable[Ledger], suffix: str = "") -> None:
    """Canonical CSV files of ledgers; `suffix` tells one delivery's files from another's."""
    folder.mkdir(parents=True, exist_ok=True)
    documents, instalments, applications, companies, customers, terms = [], [], [], [], [], []
    for ledger in ledgers:
        terms += [
            {
                "company_code": ledger.company,
                "payment_terms_code": one.term,
                "valid_from": one.valid_from,
                "part_no": one.number,
                "part_pct": one.pct,
                "counted_from": one.counted_from,
                "months_after": one.months,
                "days_after": one.days,
                "due_day": one.due_day,
            }
            for one in ledger.terms
        ]
        customers += [
            {
                "company_code": ledger.company,
                "customer_code": customer,
                "customer_name": f"{customer} of {ledger.company}",
                "paying_customer_code": next(iter(ledger.payers.get(customer, ())), None),
            }
            for customer in sorted({*ledger.payers, *(payer for payers in ledger.payers.values() for payer in payers)})
        ]
        companies.append({"company_code": ledger.company, "company_name": ledger.company, "base_currency_code": "CNY"})
        for document in ledger.documents:
            names = {
                "number": "document_no",
                "customer": "customer_code",
                "currency": "currency_code",
                "reference": "reference_no",
                "term": "payment_terms_code",
            }
            row = {names.get(name, name): value for name, value in asdict(document).items()}
            documents.append({"company_code": ledger.company, **row})
        instalments += [
            {
                "company_code": ledger.company,
                "document_no": part.document,
                "instalment_no": part.number,
                "due_date": part.due_date,
                "amount": part.amount,
            }
            for part in ledger.instalments
        ]
        applications += [
            {
                "company_code": ledger.company,
                "application_no": one.number,
                "credit_document_no": one.credit,
                "debit_document_no": one.debit,
                "debit_instalment_no": one.instalment,
                "application_date": one.applied_on,
                "applied_amount": one.amount,
                "credit_applied_amount": one.credit_amount,
            }
            for one in ledger.applications
        ]
    tables = {
        "documents": documents, "instalments": instalments, "applications": applications, "companies": companies,
        "customers": customers, "payment_terms": terms,
    }  # fmt: skip
    for table, rows in tables.items():
        if rows:
            with (folder / f"{table}{suffix}.csv").open("w", newline="", encoding="utf-8") as out:
                writer = csv.DictWriter(out, list(rows[0]))
                writer.writeheader()
                writer.writerows(rows)
