"""The cash forecast of the demo once more, in plain Python from SEMANTICS 1, 3, 7 and 8 and what docs and policy columns say.

Rates are exact fractions and powers of binary floats; amounts are Decimal, and rounded where the published ones are said to be.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from itertools import pairwise
from math import ceil

from orchestration.audit.reference_engine import CENT, ZERO
from tests.reference.dunning import at, histories
from tests.reference.payments import ASKED, MONEY, Book, rounded

DAYS_OF_A_WEEK = 7

Item = tuple[str, str, int]
Cell = tuple[str, str, int]


@dataclass(frozen=True)
class Debt:
    """What is owed of an instalment on a date, in document currency and at its document's rate."""

    item: Item
    customer: str
    due: date
    amount: Decimal
    rate: Decimal
    bucket: str

    @property
    def base(self) -> Decimal:
        return cents(self.amount * self.rate)


@dataclass(frozen=True)
class Paid:
    """All that moved of a receipt on an instalment, in the order of the days from which it counts."""

    item: Item
    customer: str
    rate: Decimal
    days_late: int
    moved: tuple[tuple[date, Decimal], ...]

    def stands(self, on: date) -> Decimal:
        """What of the receipt lies on the instalment at the end of a day."""
        return sum((amount for day, amount in self.moved if day <= on), ZERO)

    def by(self, day: date, known: date) -> Decimal:
        """What came by a day and stands later; what was given back and taken again is of the day on which it first came."""
        most, left = ZERO, ZERO
        for moved_on, amount in self.moved:
            if moved_on <= day:
                left += amount
                most = max(most, left)
        return max(min(most, self.stands(known)), ZERO)

    def base_between(self, after: date, until: date, known: date) -> Decimal:
        """Base amount of what came after a day and until another, as far as it stands at a third."""
        if not any(after < day <= until for day, _ in self.moved):
            return ZERO
        return cents((self.by(until, known) - self.by(after, known)) * self.rate)


@dataclass(frozen=True)
class Promise:
    """An amount of a document, in its currency, that is promised for a day."""

    made: date
    day: date
    amount: Decimal


@dataclass(frozen=True)
class Dispute:
    """What is contested of a document, or of one instalment: an amount, or all that is open."""

    instalment: int | None
    opened: date
    resolved: date | None
    amount: Decimal | None


@dataclass(frozen=True)
class Scenario:
    """A row of policy_cash_forecast_scenarios."""

    code: str
    lateness_factor: Fraction
    extra_days: int
    backlog_factor: float
    loss_factor: Decimal
    trusts_promises: bool
    counts_disputed: bool


@dataclass(frozen=True)
class Claims:
    """Promises and disputes by company and document."""

    promises: dict[tuple[str, str], list[Promise]]
    disputes: dict[tuple[str, str], list[Dispute]]


@dataclass
class Week:
    """What is expected in one week of a company and scenario, or later."""

    items: int = 0
    open: Decimal = ZERO
    expected: Decimal = ZERO
    overdue: Decimal = ZERO
    assumed: Decimal = ZERO


def cents(value: Decimal) -> Decimal:
    """Half a cent and more goes away from zero."""
    return value.quantize(CENT, ROUND_HALF_UP)


class Forecaster:
    """The demo's debts, payments and claims, from which any reporting date is forecast."""

    def __init__(self, books: list[Book], customers: dict[tuple[str, str], str], claims: Claims, bucket_of: Callable[[int], str]):
        self.claims, self.bucket_of = claims, bucket_of
        self._debts = [
            (
                (book.company, number, part),
                customers[book.company, document.customer],
                due,
                document.fx_rate or Decimal(1),
                history,
            )
            for book in books
            for (number, part), history in histories(book).items()
            for document in [book.documents[number]]
            for due in [next(one.due_date for one in book.parts(document) if one.number == part)]
        ]
        self._paid: dict[Item, list[Paid]] = defaultdict(list)
        for one in (one for book in books for one in paid(book, customers)):
            self._paid[one.item].append(one)
        self._debts_of: dict[date, list[Debt]] = {}

    def debts(self, as_of: date) -> list[Debt]:
        """What is owed at the end of a day (SEMANTICS 2), with the bucket of its days past due."""
        if as_of not in self._debts_of:
            self._debts_of[as_of] = [
                Debt(item, customer, due, amount, rate, self.bucket_of((as_of - due).days))
                for item, customer, due, rate, history in self._debts
                for amount in [at(history, as_of)]
                if amount > 0
            ]
        return self._debts_of[as_of]

    def paid_between(self, item: Item, after: date, until: date, known: date) -> Decimal:
        """Base amount of what came on an instalment after a day and until another, as far as it stands at a third."""
        return sum((one.base_between(after, until, known) for one in self._paid.get(item, [])), ZERO)

    def days_late(self, as_of: date, window_days: int) -> tuple[dict[str, Fraction], Fraction]:
        """SEMANTICS 5: days late of each customer's payments of the window, weighted by amount, in millionths; and those of all,
        which stand in where a customer has none, as unknown is not zero (SEMANTICS 2). The demo's books are in one currency."""
        late: dict[str, Fraction] = defaultdict(Fraction)
        whole: dict[str, Fraction] = defaultdict(Fraction)
        for one in (one for found in self._paid.values() for one in found):
            came = one.base_between(as_of - timedelta(window_days), as_of, as_of)
            late[one.customer] += Fraction(came) * one.days_late
            whole[one.customer] += Fraction(came)
        own = {customer: Fraction(rounded(late[customer] / amount)) for customer, amount in whole.items() if amount}
        return own, Fraction(rounded(sum(late.values()) / sum(whole.values())))

    def observed(self, dates: list[date]) -> dict[date, dict[str, tuple[Decimal, Decimal]]]:
        """Of each date: what was due by bucket, and what of it was paid by the next date."""
        result = {}
        for day, following in pairwise(dates):
            found: dict[str, tuple[Decimal, Decimal]] = defaultdict(lambda: (ZERO, ZERO))
            for debt in self.debts(day):
                if debt.due <= day:
                    owed, came = found[debt.bucket]
                    found[debt.bucket] = owed + debt.base, came + self.paid_between(debt.item, day, following, following)
            result[day] = found
        return result

    def promised(self, debts: list[Debt], as_of: date) -> dict[Item, list[tuple[date, Decimal]]]:
        """SEMANTICS 7: what of each debt is promised for which day; the earliest promise and the oldest due first."""
        result: dict[Item, list[tuple[date, Decimal]]] = defaultdict(list)
        for document, owed in by_document(debts).items():
            running = [one for one in self.claims.promises[document] if one.made <= as_of < one.day]
            left = {debt.item: debt.amount for debt in owed}
            for promise in sorted(running, key=lambda one: one.day):
                rest = promise.amount
                for debt in owed:
                    taken = min(rest, left[debt.item])
                    if taken:
                        result[debt.item].append((promise.day, taken))
                        left[debt.item] -= taken
                        rest -= taken
        return result

    def disputed(self, debts: list[Debt], as_of: date) -> dict[Item, Decimal]:
        """What of each debt is contested: of its instalment first, then of its document, the oldest due first."""
        result: dict[Item, Decimal] = {}
        for document, owed in by_document(debts).items():
            standing = [
                one
                for one in self.claims.disputes[document]
                if one.opened <= as_of and (one.resolved is None or as_of < one.resolved)
            ]
            free = {debt.item: debt.amount for debt in owed}
            for dispute in sorted(standing, key=lambda one: one.instalment is None):
                mine = [debt for debt in owed if dispute.instalment in (None, debt.item[2])]
                rest = sum((debt.amount for debt in mine), ZERO) if dispute.amount is None else dispute.amount
                for debt in mine:
                    taken = min(rest, free[debt.item])
                    free[debt.item] -= taken
                    rest -= taken
            result.update({debt.item: debt.amount - free[debt.item] for debt in owed})
        return result


def by_document(debts: list[Debt]) -> dict[tuple[str, str], list[Debt]]:
    """Debts of each document in the order in which they fall due."""
    result: dict[tuple[str, str], list[Debt]] = defaultdict(list)
    for debt in sorted(debts, key=lambda one: (one.due, one.item)):
        result[debt.item[:2]].append(debt)
    return result


def paid(book: Book, customers: dict[tuple[str, str], str]) -> Iterator[Paid]:
    """Payments (SEMANTICS 1) of each receipt on each instalment of what was asked for."""
    for document in book.documents.values():
        if document.document_type not in ASKED:
            continue
        due = {part.number: part.due_date for part in book.parts(document)}
        moved: dict[tuple[str, int], list[tuple[date, Decimal]]] = defaultdict(list)
        for one in book.movements(document, date.max):
            moved[one.credit, one.instalment].append((one.effective, one.amount))
        for (credit, number), found in moved.items():
            receipt = book.documents[credit]
            if receipt.document_type in MONEY:
                yield Paid(
                    (book.company, document.number, number),
                    customers[book.company, document.customer],
                    document.fx_rate or Decimal(1),
                    (receipt.document_date - due[number]).days,
                    tuple(found),
                )


def weekly_rates(
    observed: dict[date, dict[str, tuple[Decimal, Decimal]]], dates: list[date], as_of: date, first: date
) -> dict[str, float]:
    """Of what was overdue of an age on the dates from `first` on, the part that was paid in a week: 1 - (1 - f)^(1 / weeks)."""
    owed: dict[str, Decimal] = defaultdict(lambda: ZERO)
    came: dict[str, Decimal] = defaultdict(lambda: ZERO)
    days: dict[str, list[int]] = defaultdict(list)
    for day, following in pairwise(dates):
        if first <= day and following <= as_of:
            for bucket, (overdue, part) in observed[day].items():
                owed[bucket] += overdue
                came[bucket] += part
                days[bucket].append((following - day).days)
    result = {}
    for bucket, whole in owed.items():
        if whole:
            weeks = sum(days[bucket]) / len(days[bucket]) / DAYS_OF_A_WEEK
            result[bucket] = 1 - max(1 - float(came[bucket] / whole), 0) ** (1 / weeks)
    return result


def forecast(
    forecaster: Forecaster,
    as_of: date,
    scenario: Scenario,
    weeks: int,
    days_late: tuple[dict[str, Fraction], Fraction],
    allowance: Callable[[Debt], Decimal],
    rates: Mapping[str, float],
    fallback: float,
) -> dict[tuple[str, int], Week]:
    """What each week of each company brings; the week after the last holds what comes later."""
    result: dict[tuple[str, int], Week] = defaultdict(Week)
    backlog: dict[tuple[str, str], list[Decimal]] = defaultdict(lambda: [ZERO, ZERO])
    debts, (own_days_late, pooled_days_late) = forecaster.debts(as_of), days_late
    promised = forecaster.promised(debts, as_of) if scenario.trusts_promises else {}
    disputed = {} if scenario.counts_disputed else forecaster.disputed(debts, as_of)
    for debt in debts:
        contested = cents(debt.base * disputed.get(debt.item, ZERO) / debt.amount)
        admitted = debt.base - contested
        expected = admitted - min(cents(allowance(debt) * scenario.loss_factor), admitted)
        company, moved, moved_base = debt.item[0], ZERO, ZERO
        for day, part in promised.get(debt.item, []):
            moved += part
            through = cents(debt.base * moved / debt.amount)
            week = result[company, _week(as_of, day, weeks)]
            week.items += 1
            week.open += through - moved_base
            week.expected += min(through, expected) - min(moved_base, expected)
            moved_base = through
        if moved_base == debt.base:
            continue
        rest, rest_expected = debt.base - moved_base, expected - min(moved_base, expected)
        late = ceil(max(own_days_late.get(debt.customer, pooled_days_late), 0) * scenario.lateness_factor)
        scheduled = debt.due + timedelta(late + scenario.extra_days)
        if scheduled > as_of:
            week = result[company, _week(as_of, scheduled, weeks)]
            week.items += 1
            week.open += rest
            week.expected += rest_expected
            week.assumed += rest_expected if scenario.lateness_factor and debt.customer not in own_days_late else ZERO
        else:
            backlog[company, debt.bucket][0] += rest
            backlog[company, debt.bucket][1] += rest_expected
    for (company, bucket), (rest, rest_expected) in backlog.items():
        _spread(result, company, rest, rest_expected, 1 - min(rates.get(bucket, fallback) * scenario.backlog_factor, 1), weeks)
    return result


def _week(as_of: date, day: date, weeks: int) -> int:
    return min(ceil((day - as_of).days / DAYS_OF_A_WEEK), weeks + 1)


def _spread(
    result: dict[tuple[str, int], Week], company: str, rest: Decimal, expected: Decimal, stays: float, weeks: int
) -> None:
    """Each week brings a part of what is left; what is left after the last comes later."""
    before = before_expected = ZERO
    for number in range(1, weeks + 2):
        share = Decimal(1 if number > weeks else 1 - stays**number)
        through, through_expected = cents(rest * share), cents(expected * share)
        week = result[company, number]
        week.open += through - before
        week.expected += through_expected - before_expected
        week.overdue += through_expected - before_expected
        before, before_expected = through, through_expected


def received(forecaster: Forecaster, as_of: date, known: date, weeks: int) -> dict[tuple[str, int], Decimal]:
    """What came in each week after a date on what was owed on it, as far as it stands at the date of the publication."""
    result: dict[tuple[str, int], Decimal] = defaultdict(lambda: ZERO)
    ends = [as_of + timedelta(DAYS_OF_A_WEEK * number) for number in range(weeks + 1)]
    for debt in forecaster.debts(as_of):
        for number in range(1, weeks + 1):
            if ends[number - 1] < known:
                came = forecaster.paid_between(debt.item, ends[number - 1], min(ends[number], known), known)
                if came:
                    result[debt.item[0], number] += came
    return result
