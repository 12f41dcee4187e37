"""Credit exposure and limits of the demo's customers once more, in plain Python from SEMANTICS 1, 2 and 6 and the contracts."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

from orchestration.audit import reference_engine as engine
from tests.reference import demo_extracts

CENT, ZERO = Decimal("0.01"), Decimal(0)

Account = tuple[str, str]


@dataclass(frozen=True)
class OpenItem:
    """What is open of an instalment on a date; amounts in document currency and in base currency at the document's rate."""

    company: str
    document: str
    instalment: int
    document_type: str
    account: Account
    due_date: date
    currency: str
    amount: Decimal
    base_amount: Decimal


@dataclass(frozen=True)
class Order:
    """A sales order as its sender describes it."""

    company: str
    number: str
    account: Account
    ordered_on: date
    requested_on: date | None
    currency: str
    amount: Decimal
    fx_rate: Decimal
    delivered_on: date | None
    delivered_amount: Decimal | None
    closed_on: date | None


@dataclass(frozen=True)
class Limit:
    """A limit that a credit application approved for an account."""

    number: str
    account: Account
    decided_on: date
    valid_until: date | None
    amount: Decimal


@dataclass(frozen=True)
class Guarantee:
    """What secures a document, or without one all that an account owes in a currency."""

    account: Account
    document: str | None
    currency: str
    amount: Decimal
    valid_from: date
    valid_until: date | None


@dataclass
class Books:
    """The demo's extracts as far as exposure needs them; bills are (accounting date, signed amount) of an order."""

    ledgers: dict[str, engine.Ledger]
    settlements: dict[tuple[str, str], list[tuple[date, str, engine.Settlement]]]
    parts: dict[tuple[str, str], list[engine.Instalment]]
    orders: list[Order]
    bills: dict[tuple[str, str], list[tuple[date, Decimal]]]
    limits: dict[Account, list[Limit]]
    master_limits: dict[Account, Decimal | None]
    guarantees: list[Guarantee]


@dataclass
class Exposure:
    """A customer's row of fct_credit_exposure."""

    receivable: Decimal = ZERO
    not_billed: Decimal = ZERO
    open_order: Decimal = ZERO
    advance: Decimal = ZERO
    secured: Decimal = ZERO
    limit: Decimal | None = None
    sources: set[str] = field(default_factory=set)
    note: str | None = None

    @property
    def exposure(self) -> Decimal:
        """SEMANTICS 6."""
        return self.receivable + self.not_billed + self.open_order - self.advance - self.secured

    @property
    def headroom(self) -> Decimal | None:
        return None if self.limit is None else self.limit - self.exposure

    @property
    def is_over_limit(self) -> bool | None:
        """Equality passes."""
        return None if self.limit is None else self.exposure > self.limit

    @property
    def source(self) -> str | None:
        """Of the accounts that have a limit; no limit has none."""
        return "both" if len(self.sources) > 1 else next(iter(self.sources), None)


def rounded(value: Decimal) -> Decimal:
    return value.quantize(CENT, ROUND_HALF_UP)


def read_books(extracts: Path, aging: engine.Policy) -> Books:
    """All that the extracts say; orders with a negative amount are set aside, and of an order delivered twice the last counts."""
    ledgers = demo_extracts.ledgers(extracts)
    orders: dict[tuple[str, str], Order] = {}
    for row in demo_extracts.csv_rows(extracts, "erp/sales_orders_*.csv"):
        if demo_extracts.amount(row["订单金额"]) >= 0:
            orders[row["公司代码"], row["订单号"]] = _order(row)
    limits: dict[Account, list[Limit]] = defaultdict(list)
    for row in demo_extracts.xlsx_rows(extracts, "crm/credit_applications.xlsx"):
        if row["审批结果"] == "批准":
            account = row["公司代码"], row["客户编号"]
            decided, until = demo_extracts.known_day(row["审批日期"]), demo_extracts.day(row["有效期至"])
            limits[account].append(Limit(row["授信申请编号"], account, decided, until, demo_extracts.amount(row["批准额度"])))
    master = {
        (row["公司代码"], row["客户编号"]): demo_extracts.amount(row["信用额度"]) if row["信用额度"] else None
        for row in demo_extracts.csv_rows(extracts, "erp/customers.csv")
    }
    guarantees = [
        Guarantee(
            (row["公司代码"], row["客户编号"]),
            row["凭证号"] or None,
            row["币种"],
            demo_extracts.amount(row["担保金额"]),
            demo_extracts.known_day(row["生效日"]),
            demo_extracts.day(row["到期日"]),
        )
        for row in demo_extracts.xlsx_rows(extracts, "crm/guarantees_*.xlsx")
    ]
    parts = {
        (code, document.number): sorted(found, key=lambda part: (part.due_date, part.number))
        for code, ledger in ledgers.items()
        for document, found in _parts(ledger)
    }
    bills = _bills(extracts, ledgers)
    return Books(ledgers, _settlements(ledgers, aging), parts, list(orders.values()), bills, limits, master, guarantees)


def _order(row: demo_extracts.Row) -> Order:
    return Order(
        row["公司代码"],
        row["订单号"],
        (row["公司代码"], row["客户编号"]),
        demo_extracts.known_day(row["下单日期"]),
        demo_extracts.day(row["要求交货日"]),
        row["币种"],
        demo_extracts.amount(row["订单金额"]),
        Decimal(row["汇率"]),
        demo_extracts.day(row["交货日"]),
        demo_extracts.amount(row["交货金额"]) if row["交货金额"] else None,
        demo_extracts.day(row["关闭日"]),
    )


def _parts(ledger: engine.Ledger) -> Iterable[tuple[engine.Document, list[engine.Instalment]]]:
    named = defaultdict(list)
    for part in ledger.instalments:
        named[part.document].append(part)
    for one in ledger.documents:
        yield one, named[one.number] or [engine.Instalment(one.number, 1, one.due_date or one.document_date, one.amount)]


def _settlements(
    ledgers: dict[str, engine.Ledger], aging: engine.Policy
) -> dict[tuple[str, str], list[tuple[date, str, engine.Settlement]]]:
    """What each document was settled by: (effective date, application, settlement), in the order in which it counts."""
    result: dict[tuple[str, str], list[tuple[date, str, engine.Settlement]]] = defaultdict(list)
    for code, ledger in ledgers.items():
        posted = {one.number: one.accounting_date for one in ledger.documents}
        for one in [*ledger.applications, *_matched(ledger, aging)]:
            effective = max(one.applied_on, posted[one.credit], posted[one.debit])
            result[code, one.debit].append((effective, one.number, engine.Settlement(one.credit, one.instalment, one.amount)))
            result[code, one.credit].append((effective, one.number, engine.Settlement(one.debit, None, one.amount)))
    for settlements in result.values():
        settlements.sort(key=lambda one: one[:2])
    return result


def _matched(ledger: engine.Ledger, aging: engine.Policy) -> list[engine.Application]:
    """Applications that policy makes, told by the engine account by account: none goes from one account to another."""
    used = {one.credit for one in ledger.applications}
    accounts = {
        one.customer
        for one in ledger.documents
        if one.document_type in engine.MATCHED and one.amount < 0 and one.number not in used and one.reference
    }
    made = []
    for account in sorted(accounts):
        own = {one.number for one in ledger.documents if one.customer == account}
        applications = [one for one in ledger.applications if {one.credit, one.debit} & own]
        named = own.union(*({one.credit, one.debit} for one in applications))
        documents = [one for one in ledger.documents if one.number in named]
        made += engine.receipts_applied(engine.Ledger(ledger.company, documents, [], applications), aging)
    return made


def _bills(extracts: Path, ledgers: dict[str, engine.Ledger]) -> dict[tuple[str, str], list[tuple[date, Decimal]]]:
    """Invoices of an order, and the credit notes that name it or an invoice of it."""
    order_of = {
        (row["公司代码"], row["凭证号"]): row["订单号"]
        for row in demo_extracts.csv_rows(extracts, "erp/ar_documents_*.csv")
        if row["订单号"]
    }
    result = defaultdict(list)
    for code, ledger in ledgers.items():
        for one in ledger.documents:
            number = order_of.get((code, one.number))
            if one.document_type == "credit_note" and not number and one.reference:
                number = order_of.get((code, one.reference))
            if number and one.document_type in ("invoice", "credit_note"):
                result[code, number].append((one.accounting_date, one.amount))
    return result


def open_items(books: Books, as_of: date, allocation: str) -> list[OpenItem]:
    """What is open at the end of a day, by instalment (SEMANTICS 2)."""
    result = []
    for code, ledger in books.ledgers.items():
        for one in ledger.documents:
            if one.accounting_date > as_of:
                continue
            parts = books.parts[code, one.number]
            applied = [settlement for day, _, settlement in books.settlements.get((code, one.number), []) if day <= as_of]
            settled = engine.settle(parts, applied, allocation)
            for part in parts:
                left = part.amount - settled[part.number] if one.amount > 0 else part.amount + settled[part.number]
                if left:
                    base = rounded(left * one.fx_rate)
                    account = code, one.customer
                    found = OpenItem(
                        code, one.number, part.number, one.document_type, account, part.due_date, one.currency, left, base
                    )
                    result.append(found)
    return result


def orders_as_of(
    order: Order, bills: list[tuple[date, Decimal]], as_of: date, horizon: int, lapse: int
) -> tuple[Decimal, Decimal]:
    """Delivered and not billed; ordered within the horizon, neither delivered nor billed; in base currency (SEMANTICS 6)."""
    if order.ordered_on > as_of:
        return ZERO, ZERO
    posted = [(day, amount) for day, amount in bills if day <= as_of]
    billed = sum((amount for _, amount in posted), ZERO)
    is_delivered = order.delivered_on is not None and order.delivered_on <= as_of
    is_closed = order.closed_on is not None and order.closed_on <= as_of
    delivered = (order.amount if order.delivered_amount is None else order.delivered_amount) if is_delivered else ZERO
    returned = sum((-amount for day, amount in posted if amount < 0 and _came_back(order, day, posted, as_of, lapse)), ZERO)
    not_billed = max(delivered - returned - billed, ZERO)
    left = ZERO if is_closed else max(order.amount - max(delivered, billed + returned), ZERO)
    if order.requested_on:
        if order.requested_on > as_of + timedelta(horizon):
            left = ZERO
        if not is_delivered and not posted and as_of >= order.requested_on + timedelta(lapse):
            left = ZERO
    return rounded(not_billed * order.fx_rate), rounded(left * order.fx_rate)


def _came_back(order: Order, credited_on: date, posted: list[tuple[date, Decimal]], as_of: date, lapse: int) -> bool:
    """What a credit note took back: closed on or after its day, or not billed again for as long as an order lapses after."""
    if order.closed_on and credited_on <= order.closed_on <= as_of:
        return True
    last = credited_on + timedelta(lapse)
    is_billed_again = any(amount > 0 and credited_on < day <= last for day, amount in posted)
    return as_of >= last and not is_billed_again


def secured(items: list[OpenItem], guarantees: list[Guarantee], as_of: date) -> list[tuple[OpenItem, Decimal]]:
    """What guarantees in force cover of debts: those of a document first, then those of all, the oldest due first."""
    left = {one: one.amount for one in items if one.amount > 0 and one.document_type != "fx_revaluation"}
    covered = dict.fromkeys(left, ZERO)
    of_account = defaultdict(list)
    for item in sorted(left, key=lambda item: (item.due_date, item.document, item.instalment)):
        of_account[item.account].append(item)
    for one in sorted(guarantees, key=lambda one: one.document is None):
        if not one.valid_from <= as_of <= (one.valid_until or as_of):
            continue
        rest = one.amount
        for item in of_account[one.account]:
            if item.currency == one.currency and one.document in (None, item.document):
                taken = min(rest, left[item] - covered[item])
                covered[item] += taken
                rest -= taken
    return [(item, amount) for item, amount in covered.items() if amount]


def limit_of(books: Books, written: list[Account], as_of: date) -> tuple[Decimal | None, str]:
    """The limit approved last that still holds, else the lowest of the customer master, of a number however it is written."""
    limits = [one for account in written for one in books.limits.get(account, [])]
    approved = [one for one in limits if one.decided_on <= as_of and (one.valid_until or as_of) >= as_of]
    if approved:
        return max(approved, key=lambda one: (one.decided_on, one.number)).amount, "credit_application"
    master = [limit for account in written if (limit := books.master_limits.get(account)) is not None]
    return min(master, default=None), "erp_master"


def exposures(
    books: Books, customer_of: dict[Account, str], as_of: date, aging: engine.Policy, horizon: int, lapse: int
) -> dict[str, Exposure]:
    """Exposure by customer, of customers with a posting or an order by the date."""
    used = {
        (code, one.customer) for code, ledger in books.ledgers.items() for one in ledger.documents if one.accounting_date <= as_of
    }
    used |= {one.account for one in books.orders if one.ordered_on <= as_of}
    result = {customer_of[account]: Exposure() for account in used}
    items = open_items(books, as_of, aging.instalment_allocation)
    # SEMANTICS 3: an exchange difference is no debt, and no credit that anybody could use.
    for item in (one for one in items if one.document_type != "fx_revaluation"):
        row = result[customer_of[item.account]]
        if item.amount > 0:
            row.receivable += item.base_amount
        else:
            row.advance -= item.base_amount
    rates = {(code, one.number): one.fx_rate for code, ledger in books.ledgers.items() for one in ledger.documents}
    for item, amount in secured(items, books.guarantees, as_of):
        result[customer_of[item.account]].secured += rounded(amount * rates[item.company, item.document])
    for order in books.orders:
        not_billed, left = orders_as_of(order, books.bills.get((order.company, order.number), []), as_of, horizon, lapse)
        if not_billed or left:
            result[customer_of[order.account]].not_billed += not_billed
            result[customer_of[order.account]].open_order += left
    accounts = defaultdict(list)
    for account, customer in customer_of.items():
        accounts[customer].append(account)
    for customer, row in result.items():
        _add_limit(books, row, accounts[customer], used, as_of)
    return result


def _add_limit(books: Books, row: Exposure, accounts: list[Account], used: set[Account], as_of: date) -> None:
    """The sum over the accounts; none where an account in use has none. A number is one account, padded with noughts or not."""
    written: dict[Account, list[Account]] = defaultdict(list)
    for company, code in accounts:
        written[company, code.lstrip("0")].append((company, code))
    limits = {account: limit_of(books, ways, as_of) for account, ways in written.items()}
    known = {account: limit for account, (limit, _) in limits.items() if limit is not None}
    in_use = {account for account, ways in written.items() if used & set(ways)}
    if not known:
        row.note = "no limit is set"
    elif in_use & (limits.keys() - known.keys()):
        row.note = "an account has no limit set"
    else:
        row.limit = sum(known.values(), ZERO)
        row.sources = {limits[account][1] for account in known}
