"""The reference engine: the receivables ledger once more, written from SEMANTICS 1-3 in plain Python and Decimal.

It walks lists, one document after another, and shares nothing with the models: tests compare the warehouse with it on random
ledgers, and an evidence pack re-performs a sample of published cells with it. Slow and short on purpose.
"""

from calendar import monthrange
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

CENT = Decimal("0.01")
ZERO = Decimal("0.00")

Item = tuple[str, int]

# What no rule matches and no bucket ages: the books revalued.
NO_DEBT = ("fx_revaluation",)
# Credits that policy may match: what a customer paid by every rule, the others by the name that they give alone.
PAYING = ("receipt", "advance")
MATCHED = (*PAYING, "credit_note", "write_off")
RULES = {
    "reference": ("reference",),
    "reference_amount": ("reference", "amount"),
    "reference_amount_fifo": ("reference", "amount", "oldest"),
}

# Applications of one day count in the order of their numbers.
RULE_NAMES = {"reference": "exact_reference", "amount": "exact_amount", "oldest": "oldest_first"}


@dataclass(frozen=True)
class Document:
    """A posting on a customer's account; amounts in document currency, debts above zero."""

    number: str
    document_type: str
    customer: str
    document_date: date
    accounting_date: date
    due_date: date | None
    currency: str
    amount: Decimal
    fx_rate: Decimal | None = None
    reference: str | None = None
    term: str | None = None


@dataclass(frozen=True)
class TermPart:
    """A part of a term of payment, as it is for documents from a day on."""

    term: str
    valid_from: date
    number: int
    pct: Decimal
    counted_from: str
    months: int
    days: int
    due_day: int | None


@dataclass(frozen=True)
class Instalment:
    """A part of a document that falls due on its own day."""

    document: str
    number: int
    due_date: date
    amount: Decimal


@dataclass(frozen=True)
class Application:
    """An amount of a credit that settles a debt, or one instalment of it; `credit_amount`: of a credit in another currency."""

    number: str
    credit: str
    debit: str
    instalment: int | None
    applied_on: date
    amount: Decimal
    credit_amount: Decimal | None = None

    @property
    def used_up(self) -> Decimal:
        """What it takes off the credit."""
        return self.amount if self.credit_amount is None else self.credit_amount


@dataclass(frozen=True)
class Settlement:
    """An application as one of its documents sees it: the other document, the part that it names if any, the amount."""

    other: str
    instalment: int | None
    amount: Decimal


@dataclass(frozen=True)
class Policy:
    """A version of the aging policy: its choices, and its buckets as (code, from_days, to_days)."""

    aging_basis: str
    unapplied_view: str
    instalment_allocation: str
    receipt_allocation: str
    buckets: tuple[tuple[str, int | None, int | None], ...]


@dataclass
class Ledger:
    """The postings of one company; `payers`: who pays for a customer, besides itself."""

    company: str
    documents: list[Document]
    instalments: list[Instalment] = field(default_factory=list)
    applications: list[Application] = field(default_factory=list)
    payers: dict[str, set[str]] = field(default_factory=dict)
    terms: list[TermPart] = field(default_factory=list)

    def document(self, number: str) -> Document:
        """The document of a number; StopIteration when there is none."""
        return next(document for document in self.documents if document.number == number)

    def parts(self, document: Document) -> list[Instalment]:
        """Instalments in the order in which they fall due; a document without any that come to it, or that are agreed, is one."""
        found = [part for part in self.instalments if part.document == document.number]
        if sum((part.amount for part in found), ZERO) != document.amount:
            found = []
        found = found or self.agreed(document)
        whole = Instalment(document.number, 1, document.due_date or document.document_date, document.amount)
        return sorted(found or [whole], key=lambda part: (part.due_date, part.number))

    def agreed(self, document: Document) -> list[Instalment]:
        """Parts of a debt that says no due date, by what its term said on its date; none where the term is not known."""
        if document.due_date is not None or document.amount <= 0 or document.document_type in NO_DEBT:
            return []
        known = [one for one in self.terms if one.term == document.term and one.valid_from <= document.document_date]
        latest = max((one.valid_from for one in known), default=None)
        term = sorted((one for one in known if one.valid_from == latest), key=lambda one: one.number)
        if sum((one.pct for one in term), ZERO) != 100:
            return []
        through, given, parts = ZERO, ZERO, []
        for one in term:
            through += one.pct
            due = cents(Fraction(document.amount) * Fraction(through) / 100)
            parts.append(Instalment(document.number, one.number, due_on(one, document.document_date), due - given))
            given = due
        return parts

    def fitting(self) -> list[Application]:
        """Applications that fit their documents: both are there, of one payer, and the amount is known in both currencies."""
        documents = {document.number: document for document in self.documents}
        return [one for one in self.applications if self._fits(one, documents.get(one.credit), documents.get(one.debit))]

    def _fits(self, one: Application, credit: Document | None, debit: Document | None) -> bool:
        if credit is None or debit is None or not self._payers(credit.customer) & self._payers(debit.customer):
            return False
        if credit.currency == debit.currency:
            return one.credit_amount in (None, one.amount)
        return one.credit_amount is not None and one.credit_amount * one.amount >= 0

    def _payers(self, customer: str) -> set[str]:
        return {customer, *self.payers.get(customer, ())}


def open_items(ledger: Ledger, as_of: date, policy: Policy) -> dict[Item, Decimal]:
    """What is open of each instalment at the end of a day; nothing that is zero."""
    counted = sorted(
        (effective_date(ledger, application), application.number, application)
        for application in ledger.fitting() + receipts_applied(ledger, policy)
        if effective_date(ledger, application) <= as_of
    )
    result = {}
    for document in ledger.documents:
        if document.accounting_date > as_of:
            continue
        settlements = [
            Settlement(one.credit, one.instalment, one.amount)
            if one.debit == document.number
            else Settlement(one.debit, None, one.used_up)
            for *_, one in counted
            if document.number in (one.debit, one.credit)
        ]
        settled = settle(ledger.parts(document), settlements, policy.instalment_allocation)
        for part in ledger.parts(document):
            sign = 1 if as_credit_document(document) else -1
            left = part.amount + sign * settled[part.number]
            if left != 0:
                result[document.number, part.number] = left
    return result


def due_on(part: TermPart, day: date) -> date:
    """The day on which a part of a document of a day falls due: months, then days, then the day of the month come to."""
    if part.counted_from == "month_end":
        day = _in_month(day.year, day.month, 31)
    month = day.month - 1 + part.months
    day = _in_month(day.year + month // 12, month % 12 + 1, day.day) + timedelta(part.days)
    return day if part.due_day is None else _in_month(day.year, day.month, part.due_day)


def _in_month(year: int, month: int, day: int) -> date:
    return date(year, month, min(day, monthrange(year, month)[1]))


def as_credit_document(document: Document) -> bool:
    """Credits are used up towards zero from below, debts from above."""
    return document.amount < 0


def effective_date(ledger: Ledger, application: Application) -> date:
    """SEMANTICS 1: the latest of the application's date and both documents' accounting dates."""
    credit, debit = ledger.document(application.credit), ledger.document(application.debit)
    return max(application.applied_on, credit.accounting_date, debit.accounting_date)


def settle(parts: list[Instalment], settlements: list[Settlement], allocation: str) -> dict[int, Decimal]:
    """How much of each part is settled, in the order in which it was."""
    settled = {part.number: ZERO for part in parts}
    if len(parts) == 1 or allocation == "fifo_by_due_date":
        for _, _, number, amount in laid_in_turn(parts, settlements):
            settled[number] += amount
        return settled
    unnamed = ZERO
    for one in settlements:
        if one.instalment in settled:
            settled[one.instalment] += one.amount
        else:
            unnamed += one.amount
    if unnamed < 0:
        settled[parts[0].number] += unnamed
        return settled
    room = {part.number: max(abs(part.amount) - settled[part.number], ZERO) for part in parts}
    for number, share in in_proportion(parts, room, unnamed).items():
        settled[number] += share
        unnamed -= share
    settled[parts[-1].number] += unnamed
    return settled


def laid_in_turn(parts: list[Instalment], settlements: list[Settlement]) -> list[tuple[int, str, int, Decimal]]:
    """What each settlement moves, as (its index, the document moved, part, amount), the earliest due first.

    A named one takes its part and moves on what lay there unnamed. One below zero takes back what the same document laid.
    """
    if len(parts) == 1:
        return [(index, one.other, parts[0].number, one.amount) for index, one in enumerate(settlements)]
    lying, result = Lying(parts), []
    for index, one in enumerate(settlements):
        moved = lying.settle(index, one)
        result += [(index, *cell, amount) for cell, amount in sorted(moved.items()) if amount != 0]
    return result


class Lying:
    """What lies on each part, named and unnamed, by the document that brought it."""

    def __init__(self, parts: list[Instalment]) -> None:
        self.sizes = {part.number: abs(part.amount) for part in parts}
        self.numbers = [part.number for part in parts]
        self.totals = dict.fromkeys(self.numbers, ZERO)
        self.named: dict[tuple[str, int], Decimal] = defaultdict(lambda: ZERO)
        self.unnamed: dict[tuple[str, int], Decimal] = defaultdict(lambda: ZERO)
        self.laid_at: dict[tuple[str, int], int] = {}
        self.moved: dict[tuple[str, int], Decimal] = {}

    def settle(self, index: int, one: Settlement) -> dict[tuple[str, int], Decimal]:
        """Lay one settlement, move on what has no room beside it, and say what moved."""
        before, self.moved = dict(self.unnamed), defaultdict(lambda: ZERO)
        number = one.instalment if one.instalment in self.sizes else None
        if one.amount < 0:
            self._take_back(one.other, number, -one.amount)
        elif number is not None:
            self._lay(self.named, (one.other, number), one.amount)
        moving = self._lift()
        if one.amount > 0 and number is None:
            moving.append((one.other, one.amount))
        for other, amount in moving:
            self._fill(other, amount)
        for cell in self.moved:
            if self.unnamed[cell] > before.get(cell, ZERO):
                self.laid_at[cell] = index
        return self.moved

    def _lay(self, kind: dict[tuple[str, int], Decimal], cell: tuple[str, int], amount: Decimal) -> None:
        kind[cell] += amount
        self.totals[cell[1]] += amount
        self.moved[cell] += amount

    def _take_back(self, other: str, number: int | None, amount: Decimal) -> None:
        """From where the document lies, the named part before the latest due; then, without a name, from what others laid."""
        latest_first = [*([] if number is None else [number]), *(one for one in reversed(self.numbers) if one != number)]
        for one in latest_first:
            cell = other, one
            lies = self.unnamed[cell] + (self.named[cell] if number in (None, one) else ZERO)
            taken = min(amount, max(lies, ZERO))
            from_unnamed = min(taken, max(self.unnamed[cell], ZERO))
            self._lay(self.unnamed, cell, -from_unnamed)
            self._lay(self.named, cell, from_unnamed - taken)
            amount -= taken
        if number is not None:
            self._lay(self.named, (other, number), -amount)
            return
        for one in latest_first:
            of_others = self.totals[one] - self.named[other, one] - self.unnamed[other, one]
            taken = min(amount, max(of_others, ZERO))
            self._lay(self.unnamed, (other, one), -taken)
            amount -= taken
        self._lay(self.unnamed, (other, self.numbers[0]), -amount)

    def _lift(self) -> list[tuple[str, Decimal]]:
        """Take off each part what it holds unnamed beyond its size, the last laid first; in the order in which it was laid."""
        lifted = []
        for place, number in enumerate(self.numbers):
            beyond = self.totals[number] - self.sizes[number]
            if beyond <= 0:
                continue
            cells = [cell for cell in self.unnamed if cell[1] == number]
            beyond = min(beyond, sum((self.unnamed[cell] for cell in cells), ZERO))
            for cell in sorted(cells, key=lambda cell: (self.laid_at.get(cell, -1), cell), reverse=True):
                amount = min(max(self.unnamed[cell], ZERO), max(beyond, ZERO))
                if amount > 0:
                    self._lay(self.unnamed, cell, -amount)
                    beyond -= amount
                    lifted.append((self.laid_at.get(cell, -1), place, cell[0], amount))
        return [(other, amount) for *_, other, amount in sorted(lifted)]

    def _fill(self, other: str, amount: Decimal) -> None:
        """The earliest due part with room first; what no part has room for stays on the last."""
        for number in self.numbers:
            is_last = number == self.numbers[-1]
            share = amount if is_last else min(max(self.sizes[number] - self.totals[number], ZERO), amount)
            if share > 0:
                self._lay(self.unnamed, (other, number), share)
                amount -= share


def in_proportion(parts: list[Instalment], room: dict[int, Decimal], amount: Decimal) -> dict[int, Decimal]:
    """Each part's share of the amount through it, rounded, less what the parts before it have: the cents always add up."""
    whole, through, given, shares = sum(room.values(), ZERO), ZERO, ZERO, {}
    amount = min(amount, whole)
    for part in parts:
        through += room[part.number]
        due = cents(Fraction(amount) * Fraction(through) / Fraction(whole)) if whole else ZERO
        shares[part.number] = due - given
        given = due
    return shares


def cents(value: Fraction) -> Decimal:
    """Half a cent and more goes up. Never negative here."""
    return Decimal(int(value * 100 + Fraction(1, 2))) * CENT


def receipts_applied(ledger: Ledger, policy: Policy) -> list[Application]:
    """Applications that policy makes of credits that the sender applied to nothing: day by day, of what stands that day."""
    if policy.receipt_allocation == "none":
        return []
    used, fitting = {application.credit for application in ledger.applications}, ledger.fitting()
    documents = _in_turn(ledger.documents)
    credits = [one for one in documents if one.document_type in MATCHED and one.amount < 0 and one.number not in used]
    debts = [one for one in documents if one.document_type not in NO_DEBT and one.amount > 0]
    days = {one.accounting_date for one in ledger.documents} | {effective_date(ledger, one) for one in fitting}
    made: list[Application] = []
    for day in sorted(days):
        for rule in RULES[policy.receipt_allocation]:
            # What is left of each document at this moment of the day.
            left = {one.number: -one.amount for one in credits if one.accounting_date <= day}
            owed = {one.number: one.amount for one in debts if one.accounting_date <= day}
            for application in [*(one for one in fitting if effective_date(ledger, one) <= day), *made]:
                if application.credit in left:
                    left[application.credit] -= application.used_up
                if application.debit in owed:
                    owed[application.debit] -= application.amount
            for credit in (one for one in credits if left.get(one.number, ZERO) > 0):
                for debt in (one for one in debts if owed.get(one.number, ZERO) > 0):
                    if left[credit.number] > 0 and owed[debt.number] > 0 and _may_settle(credit, debt, rule, left, owed):
                        amount = min(left[credit.number], owed[debt.number])
                        left[credit.number] -= amount
                        owed[debt.number] -= amount
                        name = f"{RULE_NAMES[rule]}:{credit.number}:{debt.number}:{day}"
                        made.append(Application(name, credit.number, debt.number, None, day, amount))
    return made


def _in_turn(documents: list[Document]) -> list[Document]:
    """In the order of posting; of a day's debts the earliest due first."""

    def place(one: Document) -> tuple[date, date, str]:
        return one.accounting_date, (one.due_date or one.document_date) if one.amount > 0 else one.accounting_date, one.number

    return sorted(documents, key=place)


def _may_settle(credit: Document, debt: Document, rule: str, left: dict[str, Decimal], owed: dict[str, Decimal]) -> bool:
    if (credit.customer, credit.currency) != (debt.customer, debt.currency):
        return False
    if rule == "reference":
        return credit.reference == debt.number
    return credit.document_type in PAYING and (rule == "oldest" or left[credit.number] == owed[debt.number])


def days_past_due(ledger: Ledger, item: Item, as_of: date, basis: str) -> int:
    """Days from the day that the policy ages from to the as-of date."""
    document = ledger.document(item[0])
    if basis == "due_date":
        return (as_of - next(part.due_date for part in ledger.parts(document) if part.number == item[1])).days
    return (as_of - (document.document_date if basis == "document_date" else document.accounting_date)).days


def bucket_of(days: int, policy: Policy) -> str:
    """The one bucket whose edges hold the days; ValueError when none or several do."""
    (code,) = [
        code for code, low, high in policy.buckets if (low is None or days >= low) and (high is None or days <= high)
    ]  # fmt: skip
    return code


def aging(ledger: Ledger, as_of: date, policy: Policy) -> dict[tuple[str, str, str], Decimal]:
    """Amount by customer, currency and bucket, in the policy's view of unapplied credits; nothing that is zero."""
    result = defaultdict(lambda: ZERO, bucketed(ledger, as_of, policy))
    if policy.unapplied_view == "applied_oldest_first":
        for customer, currency in {(customer, currency) for customer, currency, _ in result}:
            for bucket, _, _ in reversed(policy.buckets):
                owed, credit = result[customer, currency, bucket], -result[customer, currency, "unapplied"]
                result[customer, currency, bucket] -= min(owed, credit)
                result[customer, currency, "unapplied"] += min(owed, credit)
    return {key: amount for key, amount in result.items() if amount != 0}


def bucketed(ledger: Ledger, as_of: date, policy: Policy) -> dict[tuple[str, str, str], Decimal]:
    """Amount by customer, currency and bucket in which an item is open, credits not taken off debts; 0 where items cancel out."""
    result: dict[tuple[str, str, str], Decimal] = defaultdict(lambda: ZERO)
    for item, amount in open_items(ledger, as_of, policy).items():
        document = ledger.document(item[0])
        bucket = bucket_of(days_past_due(ledger, item, as_of, policy.aging_basis), policy)
        column = "unapplied" if amount < 0 and policy.unapplied_view != "aged_by_own_date" else bucket
        if document.document_type in NO_DEBT:
            column = "fx_difference"
        result[document.customer, document.currency, column] += amount
    return dict(result)


def base_amounts(ledger: Ledger, as_of: date, policy: Policy) -> dict[Item, Decimal | None]:
    """Open items at their documents' own rates, to the cent; None without a rate."""
    rates = {document.number: document.fx_rate for document in ledger.documents}
    return {
        item: None if rates[item[0]] is None else (amount * rates[item[0]]).quantize(CENT, ROUND_HALF_UP)  # type: ignore[operator]
        for item, amount in open_items(ledger, as_of, policy).items()
    }
