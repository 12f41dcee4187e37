"""Payments and what is said of them, once more from SEMANTICS 1 and 5 in plain Python: independent of the warehouse's models."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

from orchestration.audit.reference_engine import Application, Document, Instalment, Ledger, Settlement, laid_in_turn

MONEY = ("receipt", "advance")
ASKED = ("invoice", "debit_note")
MICRO = Decimal("0.000001")


@dataclass(frozen=True)
class Payment:
    """Money of one receipt that stands on one instalment as of a date."""

    company: str
    customer: str
    receipt: str
    document: str
    instalment: int
    currency: str
    paid_on: date
    due_on: date
    first_effective: date
    amount: Decimal
    base_amount: Decimal

    @property
    def days_late(self) -> int:
        """Days from the due date to the payment, below zero when it came before."""
        return (self.paid_on - self.due_on).days


@dataclass(frozen=True)
class Movement:
    """What one application moves on one instalment, from the day on which it counts."""

    effective: date
    application: str
    credit: str
    instalment: int
    amount: Decimal


class Book:
    """A company's ledger with its documents, parts and applications looked up by number."""

    def __init__(self, ledger: Ledger) -> None:
        self.company = ledger.company
        self.documents = {document.number: document for document in ledger.documents}
        parts: dict[str, list[Instalment]] = defaultdict(list)
        for part in ledger.instalments:
            parts[part.document].append(part)
        self._parts = {number: sorted(found, key=lambda part: (part.due_date, part.number)) for number, found in parts.items()}
        self.applications: dict[str, list[Application]] = defaultdict(list)
        for application in [*ledger.applications, *self.named_by_reference(ledger)]:
            self.applications[application.debit].append(application)

    def parts(self, document: Document) -> list[Instalment]:
        """Instalments in the order in which they fall due; a document without any is one."""
        whole = Instalment(document.number, 1, document.due_date or document.document_date, document.amount)
        return self._parts.get(document.number) or [whole]

    def effective(self, application: Application) -> date:
        """SEMANTICS 1: the latest of the application's date and both documents' accounting dates."""
        credit, debit = self.documents[application.credit], self.documents[application.debit]
        return max(application.applied_on, credit.accounting_date, debit.accounting_date)

    def named_by_reference(self, ledger: Ledger) -> list[Application]:
        """By reference: a credit that its sender applied to nothing settles the debt that it names, as far as that is open."""
        used = {application.credit for application in ledger.applications}
        made: list[Application] = []
        waiting = [
            one for one in ledger.documents if one.amount < 0 and one.number not in used and one.reference in self.documents
        ]
        waiting = [one for one in waiting if one.document_type in (*MONEY, "credit_note", "write_off")]
        for credit in sorted(waiting, key=lambda one: (one.accounting_date, one.number)):
            debt = self.documents[credit.reference or ""]
            if debt.amount <= 0 or (debt.customer, debt.currency) != (credit.customer, credit.currency):
                continue
            settled = [one for one in [*ledger.applications, *made] if one.debit == debt.number]
            left = -credit.amount
            start = max(credit.accounting_date, debt.accounting_date)
            for day in sorted({start, *(self.effective(one) for one in settled)}):
                room = debt.amount - sum(one.amount for one in settled if self.effective(one) <= day)
                if day >= start and min(room, left) > 0:
                    number = f"exact_reference:{credit.number}:{debt.number}:{day}"
                    made.append(Application(number, credit.number, debt.number, None, day, min(room, left)))
                    settled.append(made[-1])
                    left -= min(room, left)
        return made

    def movements(self, document: Document, as_of: date) -> list[Movement]:
        """What moved each instalment up to a date, one application after another."""
        applied = sorted((self.effective(one), one.number, one) for one in self.applications[document.number])
        counted = [one for one in applied if one[0] <= as_of]
        settlements = [Settlement(one.credit, one.instalment, one.amount) for *_, one in counted]
        return [
            Movement(counted[index][0], counted[index][1], credit, number, amount)
            for index, credit, number, amount in laid_in_turn(self.parts(document), settlements)
        ]

    def payments(self, as_of: date) -> list[Payment]:
        """SEMANTICS 1: money of a receipt or advance that settles what an invoice or debit note asked for."""
        result = []
        for document in self.documents.values():
            if document.document_type not in ASKED or document.accounting_date > as_of:
                continue
            stands: dict[tuple[str, int], list[Movement]] = defaultdict(list)
            for movement in self.movements(document, as_of):
                stands[movement.credit, movement.instalment].append(movement)
            due = {part.number: part.due_date for part in self.parts(document)}
            for (credit, instalment), moved in stands.items():
                receipt, paid = self.documents[credit], sum((one.amount for one in moved), Decimal(0))
                if receipt.document_type in MONEY and paid > 0:
                    base = (paid * (document.fx_rate or Decimal(1))).quantize(Decimal("0.01"), ROUND_HALF_UP)
                    first = min(one.effective for one in moved)
                    result.append(
                        Payment(self.company, document.customer, credit, document.number, instalment, document.currency,
                                receipt.document_date, due[instalment], first, paid, base)
                    )  # fmt: skip
        return result


def rounded(value: Fraction) -> Decimal:
    """Six decimals, halves away from zero."""
    return (Decimal(value.numerator) / Decimal(value.denominator)).quantize(MICRO, ROUND_HALF_UP)


def weighted_days_late(payments: Iterable[Payment]) -> Fraction | None:
    """SEMANTICS 5: sum(paid amount x (paid on - due)) / sum(paid amount); None without payments."""
    payments = list(payments)
    paid = sum((Fraction(one.base_amount) for one in payments), Fraction(0))
    return sum((Fraction(one.base_amount) * one.days_late for one in payments), Fraction(0)) / paid if paid else None


def spread(days: list[int]) -> Decimal | None:
    """Standard deviation of a sample; None of fewer than two."""
    if len(days) < 2:
        return None
    mean = Fraction(sum(days), len(days))
    variance = sum(((Fraction(one) - mean) ** 2 for one in days), Fraction(0)) / (len(days) - 1)
    return (Decimal(variance.numerator) / Decimal(variance.denominator)).sqrt().quantize(MICRO, ROUND_HALF_UP)
