"""What may be done to a ledger without changing what must not change."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from decimal import ROUND_DOWN, Decimal

from orchestration.audit.reference_engine import CENT, ZERO, Ledger

SHIFT = timedelta(days=29)
SCALE = 7


def permuted(ledger: Ledger) -> Ledger:
    """The same rows in the opposite order."""
    return Ledger(
        f"{ledger.company}-permuted",
        ledger.documents[::-1],
        ledger.instalments[::-1],
        ledger.applications[::-1],
        ledger.payers,
        ledger.terms,
    )


def without_terms(ledger: Ledger) -> Ledger:
    """The same, with the parts that terms give written out: months are of different length, and shares are rounded."""
    agreed = {one.number: parts for one in ledger.documents if (parts := ledger.agreed(one)) and parts == ledger.parts(one)}
    delivered = [part for part in ledger.instalments if part.document not in agreed]
    return Ledger(
        ledger.company, [replace(one, term=None) for one in ledger.documents],
        [*delivered, *(part for parts in agreed.values() for part in parts)], ledger.applications, ledger.payers,
    )  # fmt: skip


def shifted(ledger: Ledger) -> Ledger:
    """Every date moved by the same number of days."""
    ledger = without_terms(ledger)
    return Ledger(
        f"{ledger.company}-shifted",
        [
            replace(
                one, document_date=one.document_date + SHIFT, accounting_date=one.accounting_date + SHIFT,
                due_date=one.due_date and one.due_date + SHIFT,
            )
            for one in ledger.documents
        ],
        [replace(one, due_date=one.due_date + SHIFT) for one in ledger.instalments],
        [replace(one, applied_on=one.applied_on + SHIFT) for one in ledger.applications],
        ledger.payers,
    )  # fmt: skip


def scaled(ledger: Ledger) -> Ledger:
    """Every amount multiplied."""
    ledger = without_terms(ledger)
    return Ledger(
        f"{ledger.company}-scaled",
        [replace(one, amount=one.amount * SCALE) for one in ledger.documents],
        [replace(one, amount=one.amount * SCALE) for one in ledger.instalments],
        [
            replace(one, amount=one.amount * SCALE, credit_amount=one.credit_amount and one.credit_amount * SCALE)
            for one in ledger.applications
        ],
        ledger.payers,
    )


def receipts_split(ledger: Ledger) -> Ledger:
    """Every receipt that is not over-applied received in two, each application of it halved between them."""
    documents, applications = [], list(ledger.applications)
    for document in ledger.documents:
        own = [one for one in applications if one.credit == document.number]
        is_whole = not any(part.document == document.number for part in ledger.instalments)
        is_plain = own and all(one.amount > 0 and one.credit_amount is None for one in own)
        fits = is_plain and sum(one.amount for one in own) <= -document.amount
        if document.document_type != "receipt" or not is_whole or not fits:
            documents.append(document)
            continue
        halves = {one.number: (one.amount / 2).quantize(CENT, ROUND_DOWN) for one in own}
        first = sum(halves.values(), ZERO)
        documents += [
            replace(document, number=f"{document.number}a", amount=-first),
            replace(document, number=f"{document.number}b", amount=document.amount + first),
        ]
        applications = [one for one in applications if one.credit != document.number]
        for one in own:
            applications += [
                replace(one, number=f"{one.number}a", credit=f"{document.number}a", amount=halves[one.number]),
                replace(one, number=f"{one.number}b", credit=f"{document.number}b", amount=one.amount - halves[one.number]),
            ]
    return Ledger(
        f"{ledger.company}-split", documents, ledger.instalments, [one for one in applications if one.amount != Decimal(0)],
        ledger.payers, ledger.terms,
    )  # fmt: skip


VARIANTS: dict[str, Callable[[Ledger], Ledger]] = {
    "permuted": permuted,
    "shifted": shifted,
    "scaled": scaled,
    "split": receipts_split,
}
