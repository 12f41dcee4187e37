"""Dunning of the demo re-performed from its raw extracts, run by run: every cell of fct_dunning on every reporting date.

SEMANTICS 7 'Dunning runs'; ladder of `policy_collection_stages`, runs on every day, no level skipped, nobody in
credit dunned (`collection-1`).
"""

import csv
from collections import defaultdict
from datetime import date
from functools import partial

from tests.conftest import ROOT, Home
from tests.reference.demo_extracts import ledgers
from tests.reference.dunning import Blocks, History, Stage, at, balances, blocks, histories, level, stage_of
from tests.reference.payments import Book

LADDER = ROOT / "dbt_project" / "seeds" / "policy" / "policy_collection_stages.csv"
Cells = dict[tuple[date, str, str, int], tuple[object, ...]]


def ladder() -> list[Stage]:
    """The stages of the policy in force."""
    with LADDER.open(encoding="utf-8", newline="") as lines:
        return [
            Stage(
                row["stage_code"],
                int(row["from_days"]) if row["from_days"] else None,
                int(row["to_days"]) if row["to_days"] else None,
                int(row["dunning_level"]),
            )
            for row in csv.DictReader(lines)
        ]


def dunned(book: Book, customers: dict[tuple[str, str], str], kept_out: Blocks, dates: list[date]) -> Cells:
    """The rows of one company: its overdue instalments with stage, level or the reason why they are kept out."""
    stages, company = ladder(), book.company
    result: Cells = {}
    owed: dict[str, list[History]] = defaultdict(list)
    for code, history in balances(book).items():
        owed[customers[company, code]].append(history)

    def reason(customer: str, document: str, number: int, on: date) -> str | None:
        if kept_out.disputed(company, document, number, on):
            return "disputed"
        if kept_out.promised_until(company, document, on):
            return "promised"
        return "in_credit" if sum(at(one, on) for one in owed[customer]) <= 0 else None

    def is_out(customer: str, document: str, number: int, on: date) -> bool:
        return reason(customer, document, number, on) is not None

    for (number, part), history in histories(book).items():
        document = book.documents[number]
        customer = customers[company, document.customer]
        due = next(one.due_date for one in book.parts(document) if one.number == part)
        for as_of in dates:
            days = (as_of - due).days
            if days <= 0 or at(history, as_of) <= 0:
                continue
            stage, why = stage_of(days, stages), reason(customer, number, part, as_of)
            given = None
            if why is None:
                given = level(history, due, as_of, stages, partial(is_out, customer, number, part))
            until = kept_out.promised_until(company, number, as_of) if why == "promised" else None
            result[as_of, company, number, part] = (
                customer, document.currency, due, days, at(history, as_of), stage.code, stage.level, given, why, until
            )  # fmt: skip
    return result


def test_levels_and_blocks(demo_home: Home) -> None:
    """SEMANTICS 7: a level follows the ladder and the last level sent; runs do not count while an item is kept out."""
    extracts = demo_home.path / "extracts"
    sql = "select company_code, source_record, customer_id from marts.dim_customer_records where source_system = 'erp'"
    customers = {(company, code): customer for company, code, customer in demo_home.query(sql)}
    dates = [as_of for (as_of,) in demo_home.query("select as_of_date from marts.dim_reporting_dates")]
    kept_out = blocks(extracts)
    mine: Cells = {}
    for ledger in ledgers(extracts).values():
        mine |= dunned(Book(ledger), customers, kept_out, dates)
    published = {
        (as_of, company, number, part): tuple(cells)
        for as_of, company, number, part, *cells in demo_home.query(
            """select as_of_date, company_code, document_no, instalment_no, customer_id, currency_code, due_date, days_overdue,
            outstanding_amount, stage_code, asked_level, dunning_level, block_reason, blocked_until from marts.fct_dunning"""
        )
    }
    assert len(published) > 4000
    assert mine.keys() == published.keys()
    assert [(key, cells, published[key]) for key, cells in mine.items() if cells != published[key]] == []
