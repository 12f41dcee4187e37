"""Roll rates, loss rates and allowances once more from SEMANTICS 8 in plain Python: independent of the warehouse's models."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from itertools import pairwise

from orchestration.audit.reference_engine import Document
from tests.reference.payments import Book

CENT = Decimal("0.01")
BUCKETS = ("not_due", "1-30", "31-60", "61-90", "90+")

Row = dict[str, str]


@dataclass
class Left:
    """What left a bucket in some months: in all, and of that what grew older or was written off."""

    amount: Decimal = Decimal(0)
    rolled: Decimal = Decimal(0)
    count: int = 0
    months: int = 0

    def add(self, other: "Left") -> None:
        """Count another month, or another company."""
        self.amount += other.amount
        self.rolled += other.rolled
        self.count += other.count
        self.months += other.months

    def is_enough(self, policy: Row) -> bool:
        """Whether policy lets a rate rest on it."""
        return self.amount >= Decimal(policy["evidence_base_amount"]) and self.count >= int(policy["evidence_count"])


def bucket(days_past_due: int) -> str:
    """Bucket of the default aging policy."""
    edges = (0, 30, 60, 90)
    return BUCKETS[sum(days_past_due > edge for edge in edges)]


def month_end_before(as_of: date, months: int) -> date:
    """The month-end before the last so many month-ends on or before a date."""
    month = 12 * as_of.year + as_of.month - 1 + ((as_of + timedelta(1)).month != as_of.month) - months
    return date(month // 12, month % 12 + 1, 1) - timedelta(1)


def observed_dates(kept: list[date], months: int) -> list[date]:
    """Reporting dates, and before them the month-ends that a window of so many months reaches back to from the first."""
    before = [month_end_before(kept[0], number) for number in range(months, 0, -1)]
    return [*before, *kept]


def cents(value: Decimal | Fraction) -> Decimal:
    """To the cent, halves away from zero."""
    exact = Fraction(value)
    return (Decimal(exact.numerator) / Decimal(exact.denominator)).quantize(CENT, ROUND_HALF_UP)


def parts_left(books: Iterable[Book], ends: list[date]) -> dict[tuple[date, str, str], Left]:
    """What left each bucket in each month between two month-ends, by the month's end and company.

    A debt that was open at the first end is split: what is still open, what was written off, what was settled. Each part is in
    base currency what the whole is after it less what it was before.
    """
    result: dict[tuple[date, str, str], Left] = defaultdict(Left)
    for book in books:
        for document in book.documents.values():
            if document.amount > 0 and document.document_type != "fx_revaluation":
                _follow(book, document, ends, result)
    for left in result.values():
        left.months = 1
    return result


def _follow(book: Book, document: Document, ends: list[date], result: dict[tuple[date, str, str], Left]) -> None:
    rate, moved = document.fx_rate or Decimal(1), book.movements(document, ends[-1])
    for part in book.parts(document):
        mine = [one for one in moved if one.instalment == part.number]
        for before, after in pairwise(ends):
            if document.accounting_date > before:
                continue
            opened = part.amount - sum((one.amount for one in mine if one.effective <= before), Decimal(0))
            if opened <= 0:
                continue
            in_month = [one for one in mine if before < one.effective <= after]
            stands = min(max(opened - sum((one.amount for one in in_month), Decimal(0)), Decimal(0)), opened)
            lost = sum((one.amount for one in in_month if book.documents[one.credit].document_type == "write_off"), Decimal(0))
            lost = max(min(opened - stands, lost), Decimal(0))
            was, becomes = bucket((before - part.due_date).days), bucket((after - part.due_date).days)
            left = result[after, book.company, was]
            ends_of_parts = [stands, stands + lost, opened]
            bases = [cents(one * rate) for one in ends_of_parts]
            for amount, base, is_rolled, is_gone in (
                (stands, bases[0], True, was != becomes),
                (lost, bases[1] - bases[0], True, True),
                (opened - stands - lost, bases[2] - bases[1], False, True),
            ):
                if amount > 0 and is_gone:
                    left.amount += base
                    left.rolled += base if is_rolled else Decimal(0)
                    left.count += 1


def loss_rates(own: dict[str, Left], pooled: dict[str, Left], policy: Row, overlays: dict[str, Decimal]) -> dict[str, tuple]:
    """Of each bucket: what its roll rate rests on, roll rate, roll rate to loss, loss rate; exact."""
    to_loss, result = Fraction(1), {}
    for code in reversed(BUCKETS):
        source = "own" if own[code].is_enough(policy) else "pooled" if pooled[code].is_enough(policy) else "unproven"
        if source == "unproven":
            rate = Fraction(policy["unproven_roll_rate_pct"]) / 100
        else:
            left = own[code] if source == "own" else pooled[code]
            rate = Fraction(left.rolled) / Fraction(left.amount)
        rate = max(rate, Fraction(policy["lowest_roll_rate_pct"]) / 100)
        to_loss *= rate
        overlay = Fraction(overlays.get(code, overlays["any"]))
        loss = min(to_loss * Fraction(policy["loss_given_default_pct"]) / 100 * overlay, Fraction(1))
        result[code] = (source, rate, to_loss, loss)
    return result
