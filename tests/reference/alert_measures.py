"""Measures behind the alert rules once more, in plain Python from the demo's extracts, SEMANTICS 7, policy and contracts."""

from calendar import monthrange
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

from tests.reference import demo_extracts
from tests.reference.credit_exposure import ZERO, Account, OpenItem, Order, rounded
from tests.reference.payments import Payment, weighted_days_late

# Kinds of events that happen and do not last: they count for a window of days. The others last until the bureau ends them.
PASSING = ("litigation", "control_change", "negative_news")

Measures = dict[str, Decimal | None]
Document = tuple[str, str]


@dataclass(frozen=True)
class Event:
    """What the bureau reports on a legal entity."""

    credit_code: str
    event_type: str
    happened_on: date
    published_on: date
    ended_on: date | None
    share: Decimal | None
    amount: Decimal | None


@dataclass(frozen=True)
class Explanation:
    """A contact that brought an explanation or a promise: its day, and the company and document that it named, if any."""

    told_on: date
    company: str
    document: str


@dataclass(frozen=True)
class Dispute:
    """What is contested of a document: an instalment or all of them, an amount or all that is open."""

    instalment: str
    amount: Decimal | None
    opened_on: date
    resolved_on: date | None


@dataclass
class Reports:
    """The bureau's events, the day from which it knows a legal entity, explanations by CRM account, promises (made on, until) and
    disputes by document, days of sealed statements by ERP account, and who sold a document."""

    events: dict[str, list[Event]]
    known_from: dict[str, date]
    explained: dict[str, list[Explanation]]
    promised: dict[Document, list[tuple[date, date]]]
    disputed: dict[Document, list[Dispute]]
    confirmed: dict[Account, list[date]]
    sellers: dict[Document, str]


def read_reports(extracts: Path, set_aside: set[tuple[str, int]]) -> Reports:
    """All that bureau and CRM said; lines in quarantine, given by file and line, are left out."""
    events = defaultdict(list)
    for row in demo_extracts.jsonl_rows(extracts, "bureau/events.jsonl"):
        events[row["uscc"]].append(
            Event(
                row["uscc"],
                row["type"],
                demo_extracts.known_day(row["event_date"]),
                demo_extracts.known_day(row["published"]),
                demo_extracts.day(row["ended"]),
                Decimal(row["share"]) if row["share"] else None,
                Decimal(row["amount"]) if row["amount"] else None,
            )
        )
    known_from: dict[str, date] = {}
    for row in demo_extracts.jsonl_rows(extracts, "bureau/registrations.jsonl"):
        published = demo_extracts.known_day(row["published"])
        known_from[row["uscc"]] = min(published, known_from.get(row["uscc"], published))
    disputed, explained, promised = defaultdict(list), defaultdict(list), defaultdict(list)
    for row in demo_extracts.xlsx_rows(extracts, "crm/disputes_*.xlsx"):
        contested = demo_extracts.amount(row["争议金额"]) if row["争议金额"] else None
        opened, resolved = demo_extracts.known_day(row["提出日期"]), demo_extracts.day(row["解决日期"])
        disputed[row["公司代码"], row["凭证号"]].append(Dispute(row["期次"], contested, opened, resolved))
    for row in demo_extracts.xlsx_rows(extracts, "crm/promises_*.xlsx"):
        span = demo_extracts.known_day(row["承诺日"]), demo_extracts.known_day(row["承诺付款日"])
        promised[row["公司代码"], row["凭证号"]].append(span)
    activities = demo_extracts.xlsx_rows(extracts, "crm/collection_activities_*.xlsx")
    for line, row in enumerate(activities, start=2):
        if ("crm/collection_activities_001.xlsx", line) in set_aside or row["结果"] not in ("已说明", "承诺付款"):
            continue
        told = Explanation(demo_extracts.known_day(row["活动日期"]), row["公司代码"], row["凭证号"])
        explained[row["客户账号"]].append(told)
    return Reports(events, known_from, explained, promised, disputed, read_confirmations(extracts), read_sellers(extracts))


def read_confirmations(extracts: Path) -> dict[Account, list[date]]:
    """Days on which each account sealed a statement."""
    confirmed = defaultdict(list)
    for row in demo_extracts.csv_rows(extracts, "erp/statement_confirmations.csv"):
        confirmed[row["公司代码"], row["客户编号"]].append(demo_extracts.known_day(row["确认日期"]))
    return confirmed


def read_sellers(extracts: Path) -> dict[Document, str]:
    """Who sold what a document is about: as it says itself, else who looks after the account."""
    minds = {(row["公司代码"], row["客户编号"]): row["销售员"] for row in demo_extracts.csv_rows(extracts, "erp/customers.csv")}
    return {
        (row["公司代码"], row["凭证号"]): row["销售员"] or minds.get((row["公司代码"], row["客户编号"])) or "unassigned"
        for row in demo_extracts.csv_rows(extracts, "erp/ar_documents_*.csv")
    }


def of_events(events: list[Event], as_of: date, window: int) -> Measures:
    """What the bureau's events that are known and in force on a date come to; one without an end holds for a window of days."""
    held = [
        one
        for one in events
        if one.published_on <= as_of
        and (one.ended_on > as_of if one.ended_on else one.event_type not in PASSING or (as_of - one.happened_on).days <= window)
    ]  # fmt: skip

    def of(event_type: str) -> list[Event]:
        return [one for one in held if one.event_type == event_type]

    return {
        "pledged_share_pct": sum((one.share or ZERO for one in of("pledge")), ZERO),
        "mortgage_count": Decimal(len(of("mortgage"))),
        "control_change_count": Decimal(len(of("control_change"))),
        "litigation_amount": sum((one.amount or ZERO for one in of("litigation")), ZERO),
        "dishonest_listing_count": Decimal(len(of("dishonest_debtor_listing"))),
        "bankrupt_customer_count": Decimal(len(of("customer_bankruptcy"))),
    }


def of_bureau(reports: Reports, credit_codes: list[str], as_of: date, window: int) -> Measures:
    """What events of a customer come to; not known of one that the bureau had not registered by the date."""
    if any(reports.known_from.get(code, date.max) <= as_of for code in credit_codes):
        return of_events([event for code in credit_codes for event in reports.events.get(code, [])], as_of, window)
    return dict.fromkeys(of_events([], as_of, window))


def disputed_amounts(reports: Reports, items: list[OpenItem], as_of: date) -> dict[OpenItem, Decimal]:
    """What is contested of each debt: of its own instalment first, then what is contested of the document, oldest due first."""
    result = {}
    left: dict[Document, Decimal] = {}
    for item in sorted(items, key=lambda one: (one.due_date, one.instalment)):
        document = item.company, item.document
        running = [one for one in reports.disputed.get(document, []) if one.opened_on <= as_of < (one.resolved_on or date.max)]
        own = [one for one in running if one.instalment == str(item.instalment)]
        whole = [one for one in running if not one.instalment]
        if any(one.amount is None for one in own + whole):
            result[item] = item.amount
            continue
        taken = min(sum((one.amount or ZERO for one in own), ZERO), item.amount)
        left.setdefault(document, sum((one.amount or ZERO for one in whole), ZERO))
        more = min(left[document], item.amount - taken)
        left[document] -= more
        result[item] = taken + more
    return result


def is_explained(reports: Reports, explanations: list[Explanation], item: OpenItem, as_of: date, valid_days: int) -> bool:
    """Whether a contact that was about it says lately why it is late, or a promise about its document runs."""
    return any(
        0 <= (as_of - one.told_on).days < valid_days and one.company in ("", item.company) and one.document in ("", item.document)
        for one in explanations
    ) or any(made <= as_of <= until for made, until in reports.promised.get((item.company, item.document), []))


def of_items(
    reports: Reports, explanations: list[Explanation], items: list[OpenItem], as_of: date, policy: dict[str, int]
) -> Measures:
    """Longest days overdue, longest of what nothing explains, percent of debts long overdue; 0 without any."""
    debts = [one for one in items if one.amount > 0 and one.document_type != "fx_revaluation"]
    overdue = {one: (as_of - one.due_date).days for one in debts}
    owed = sum((one.base_amount for one in debts), ZERO)
    late = sum((one.base_amount for one in debts if overdue[one] > policy["late_beyond_days"]), ZERO)
    disputed = disputed_amounts(reports, debts, as_of)
    unexplained = [
        days
        for one, days in overdue.items()
        if disputed[one] < one.amount and not is_explained(reports, explanations, one, as_of, policy["explanation_valid_days"])
    ]
    return {
        "longest_overdue_days": Decimal(max([0, *overdue.values()])),
        "longest_unexplained_overdue_days": Decimal(max([0, *unexplained])),
        "late_share_pct": 100 * late / owed if owed else ZERO,
    }


def of_orders(orders: list[Order], as_of: date, policy: dict[str, int]) -> Measures:
    """Change of what was ordered against the same window before, and the largest recent order against the largest before."""

    def ordered(last: date, days: int) -> list[Decimal]:
        return [rounded(one.amount * one.fx_rate) for one in orders if last - timedelta(days) < one.ordered_on <= last]

    result: Measures = {"order_change_pct": None, "largest_order_ratio": None}
    window, recent_days = policy["order_window_days"], policy["recent_order_window_days"]
    now = ordered(as_of, window)
    before = ordered(as_of - timedelta(policy["order_comparison_offset_days"]), window)
    if len(before) >= policy["minimum_order_count"] and sum(before) >= policy["minimum_order_amount"]:
        result["order_change_pct"] = 100 * (sum(now, ZERO) - sum(before)) / sum(before)
    # Compared with the largest order since the older window of the change began, but for the recent ones.
    recent = ordered(as_of, recent_days)
    known = policy["order_comparison_offset_days"] + window
    usual = ordered(as_of - timedelta(recent_days), known - recent_days)
    if len(usual) >= policy["minimum_order_count"] and recent and max(recent) >= policy["minimum_order_amount"]:
        result["largest_order_ratio"] = max(recent) / max(usual)
    return result


def of_payments(payments: Iterable[Payment], as_of: date, policy: dict[str, int]) -> Measures:
    """By how much what was paid of late is later than what was paid before it in the window; not known of too few payments."""
    window = timedelta(policy["payment_window_days"])
    within = [one for one in payments if as_of - window < one.first_effective <= as_of]
    start = as_of - timedelta(policy["recent_payment_window_days"])
    recent = [one for one in within if one.first_effective > start]
    before = [one for one in within if one.first_effective <= start]
    if min(len(recent), len(before)) < policy["minimum_payment_count"]:
        return {"days_late_change": None}
    later, earlier = weighted_days_late(recent), weighted_days_late(before)
    assert later is not None
    assert earlier is not None
    change = later - earlier
    return {"days_late_change": Decimal(change.numerator) / Decimal(change.denominator)}


def of_statements(
    items: list[OpenItem], sealed: dict[str, list[date]], first_posted: date | None, as_of: date, limitation_months: int
) -> Measures:
    """Days until the first overdue debt is barred: so many months after its due day, or after the last statement sealed with its
    company where that is later. Whole months since a statement was sealed with any company, else since the first posting."""
    known = {company: max(days) for company, found in sealed.items() if (days := [day for day in found if day <= as_of])}
    barred = [
        months_after(max(one.due_date, known.get(one.company, one.due_date)), limitation_months)
        for one in items
        if one.amount > 0 and one.document_type != "fx_revaluation" and one.due_date < as_of
    ]
    since = max(known.values(), default=first_posted)
    return {
        "limitation_days_left": Decimal((min(barred) - as_of).days) if barred else None,
        "months_since_confirmation": Decimal(whole_months(since, as_of)) if since else None,
    }


def of_salesperson(items: list[OpenItem], as_of: date, red_line: Decimal) -> Decimal | None:
    """By how much the percent overdue of what is owed for a salesperson's sales exceeds the red line; not known of no debts."""
    debts = [one for one in items if one.amount > 0 and one.document_type != "fx_revaluation"]
    owed = sum((one.base_amount for one in debts), ZERO)
    overdue = sum((one.base_amount for one in debts if one.due_date < as_of), ZERO)
    return 100 * overdue / owed - red_line if owed else None


def months_after(day: date, months: int) -> date:
    """The same day so many months later, or the last of a month that is shorter."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def whole_months(earlier: date, later: date) -> int:
    """Months that are full."""
    turns = (later.year - earlier.year) * 12 + later.month - earlier.month
    return turns if months_after(earlier, turns) <= later else turns - 1
