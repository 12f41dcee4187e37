"""Dunning levels once more from SEMANTICS 7 in plain Python, run by run: independent of the warehouse's models."""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

from orchestration.audit.reference_engine import CENT, ZERO, Settlement, settle
from tests.reference.demo_extracts import day, known_day, xlsx_rows
from tests.reference.payments import Book

# The day and what holds from it on, in order.
History = list[tuple[date, Decimal]]
ONE_DAY = timedelta(1)


@dataclass(frozen=True)
class Stage:
    """A stage of the ladder: its closed range of days overdue and the level that it asks for."""

    code: str
    first: int | None
    last: int | None
    level: int


def at(history: History, on: date) -> Decimal:
    """What holds on a day; nothing before the first one."""
    place = bisect_right(history, on, key=lambda one: one[0])
    return history[place - 1][1] if place else ZERO


def histories(book: Book) -> dict[tuple[str, int], History]:
    """What is open of each debt's instalments from each day on which that changes."""
    result: dict[tuple[str, int], History] = defaultdict(list)
    for document in book.documents.values():
        if document.document_type == "fx_revaluation" or document.amount <= 0:
            continue
        applied = sorted((book.effective(one), one.number, one) for one in book.applications[document.number])
        for on in sorted({document.accounting_date, *(on for on, *_ in applied)}):
            moved = [Settlement(one.credit, one.instalment, one.amount) for effective, _, one in applied if effective <= on]
            settled = settle(book.parts(document), moved, "fifo_by_due_date")
            for part in book.parts(document):
                result[document.number, part.number].append((on, part.amount - settled[part.number]))
    return result


def balances(book: Book) -> dict[str, History]:
    """What each customer owes the company on balance in base currency, unapplied credits deducted, from each day on."""
    changes: dict[str, dict[date, Decimal]] = defaultdict(lambda: defaultdict(lambda: ZERO))
    moves: dict[str, list[tuple[date, Decimal]]] = defaultdict(list)
    for document in book.documents.values():
        moves[document.number].append((document.accounting_date, document.amount))
    for applications in book.applications.values():
        for one in applications:
            moves[one.debit].append((book.effective(one), -one.amount))
            moves[one.credit].append((book.effective(one), one.amount))
    for number, moved in moves.items():
        document, left, before = book.documents[number], ZERO, ZERO
        if document.document_type == "fx_revaluation":
            continue
        for on, amount in sorted(moved):
            left += amount
            base = (left * (document.fx_rate or 1)).quantize(CENT, ROUND_HALF_UP)
            changes[document.customer][on] += base - before
            before = base
    result: dict[str, History] = {}
    for customer, by_day in changes.items():
        total, result[customer] = ZERO, []
        for on in sorted(by_day):
            total += by_day[on]
            result[customer].append((on, total))
    return result


@dataclass
class Blocks:
    """Disputes and promises by company and document, as the CRM says."""

    disputes: dict[tuple[str, str], list[tuple[int | None, date, date | None]]]
    promises: dict[tuple[str, str], list[tuple[date, date]]]

    def disputed(self, company: str, document: str, instalment: int, on: date) -> bool:
        """Whether a dispute about the instalment lasts on a day: from its opening to the day before it was resolved."""
        return any(
            number in (None, instalment) and opened <= on and (resolved is None or on < resolved)
            for number, opened, resolved in self.disputes[company, document]
        )

    def promised_until(self, company: str, document: str, on: date) -> date | None:
        """Last day of the promises about the document that run on a day."""
        return max((last for made, last in self.promises[company, document] if made <= on <= last), default=None)


def blocks(extracts: Path) -> Blocks:
    """Disputes and promises of the extracts."""
    result = Blocks(defaultdict(list), defaultdict(list))
    for row in xlsx_rows(extracts, "crm/disputes_*.xlsx"):
        number = int(row["期次"]) if row["期次"] else None
        result.disputes[row["公司代码"], row["凭证号"]].append((number, known_day(row["提出日期"]), day(row["解决日期"])))
    for row in xlsx_rows(extracts, "crm/promises_*.xlsx"):
        result.promises[row["公司代码"], row["凭证号"]].append((known_day(row["承诺日"]), known_day(row["承诺付款日"])))
    return result


def stage_of(days: int, ladder: list[Stage]) -> Stage:
    """The one stage whose range holds the days overdue."""
    (found,) = [one for one in ladder if (one.first is None or days >= one.first) and (one.last is None or days <= one.last)]
    return found


def level(history: History, due: date, as_of: date, ladder: list[Stage], is_kept_out: Callable[[date], bool]) -> int:
    """The level after the runs of every day up to a date: what the ladder asks for, one more than the last at the most."""
    given, on = 0, max(due, history[0][0])
    while on <= as_of:
        if at(history, on) <= 0:
            given = 0
        elif not is_kept_out(on):
            given = max(given, min(stage_of((on - due).days, ladder).level, given + 1))
        on += ONE_DAY
    return given
