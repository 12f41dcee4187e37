"""The turnover family once more from SEMANTICS 5, in exact fractions: independent of the warehouse's models."""

import calendar
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

from tests.reference.payments import rounded

SALES = ("invoice", "debit_note", "credit_note")

Figures = dict[str, Decimal | None]


@dataclass(frozen=True)
class Period:
    """What one company, segment, salesperson or customer owed and was billed in a period; opening None where it is unknown."""

    days: int
    opening: Decimal | None
    closing: Decimal
    not_due: Decimal
    sales: Decimal

    def figures(self) -> Figures:
        """The figures of the family but for count-back; None where there is nothing to divide by."""
        sold = Fraction(self.sales) if self.sales > 0 else None
        closing, not_due = Fraction(self.closing), Fraction(self.not_due)
        opening = None if self.opening is None else Fraction(self.opening)
        average = None if opening is None else (opening + closing) / 2
        simple = None if sold is None or closing < 0 else closing / sold * self.days
        best = None if sold is None else not_due / sold * self.days
        ratio = None if sold is None or average is None or average <= 0 else sold / average
        return {
            "dso_simple": micro(simple),
            "dso_average": micro(None if sold is None or average is None or average < 0 else average / sold * self.days),
            "best_possible_dso": micro(best),
            "average_days_delinquent": None if simple is None or best is None else rounded(simple) - rounded(best),
            "collection_effectiveness_index": micro(self._effectiveness(opening)),
            "turnover_ratio": micro(ratio),
            "turnover_days": micro(None if ratio is None else self.days / ratio),
        }

    def _effectiveness(self, opening: Fraction | None) -> Fraction | None:
        if opening is None or self.sales <= 0:
            return None
        to_collect = opening + Fraction(self.sales) - Fraction(self.not_due)
        if to_collect == 0:
            return None
        return 100 * (opening + Fraction(self.sales) - Fraction(self.closing)) / to_collect


def micro(value: Fraction | None) -> Decimal | None:
    """Six decimals, None as it is."""
    return None if value is None else rounded(value)


def countback(as_of: date, closing: Decimal, sales: dict[date, Decimal]) -> Fraction | None:
    """Days of the newest sales that a balance amounts to; sales by the month's last day. None where they do not reach."""
    if closing < 0:
        return None
    left, days, month = Fraction(closing), Fraction(0), as_of
    oldest = min(sales, default=as_of)
    while left > 0:
        if month < oldest:
            return None
        length, sold = calendar.monthrange(month.year, month.month)[1], Fraction(sales.get(month, Decimal(0)))
        if sold > 0 and sold >= left:
            return days + left / sold * length
        left, days, month = left - sold, days + length, date(month.year, month.month, 1) - timedelta(1)
    return days
