"""Measures behind the alert rules once more, in plain Python from the demo's extracts, SEMANTICS 7, policy and contracts."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

from tests.reference import demo_extracts
from tests.reference.credit_exposure import ZERO, OpenItem, Order, rounded

# Kinds of events that happen and do not last: they count for a window of days. The others last until the bureau ends them.
PASSING = ("litigation", "control_change", "negative_news")

Measures = dict[str, Decimal | None]


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


@dataclass
class Reports:
    """The bureau's events, the day from which it knows a legal entity, explanations by CRM account, disputes by document."""

    events: dict[str, list[Event]]
    known_from: dict[str, date]
    explained: dict[str, list[date]]
    disputed: dict[tuple[str, str], list[tuple[str, date, date | None]]]


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
    disputed, explained = defaultdict(list), defaultdict(list)
    for row in demo_extracts.xlsx_rows(extracts, "crm/disputes_*.xlsx"):
        span = row["期次"], demo_extracts.known_day(row["提出日期"]), demo_extracts.day(row["解决日期"])
        disputed[row["公司代码"], row["凭证号"]].append(span)
    activities = demo_extracts.xlsx_rows(extracts, "crm/collection_activities_*.xlsx")
    for line, row in enumerate(activities, start=2):
        if ("crm/collection_activities_001.xlsx", line) in set_aside or row["结果"] not in ("已说明", "承诺付款"):
            continue
        explained[row["客户账号"]].append(demo_extracts.known_day(row["活动日期"]))
    return Reports(events, known_from, explained, disputed)


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


def is_disputed(reports: Reports, item: OpenItem, as_of: date) -> bool:
    """Whether somebody disputes it, or a part of it, on a date."""
    return any(
        part in ("", str(item.instalment)) and opened <= as_of < (resolved or date.max)
        for part, opened, resolved in reports.disputed.get((item.company, item.document), [])
    )


def of_items(reports: Reports, items: list[OpenItem], as_of: date, late_beyond: int, is_explained: bool) -> Measures:
    """Longest days overdue, longest of what is neither explained nor disputed, percent of debts long overdue; 0 without any."""
    debts = [one for one in items if one.amount > 0 and one.document_type != "fx_revaluation"]
    overdue = {one: (as_of - one.due_date).days for one in debts}
    owed = sum((one.base_amount for one in debts), ZERO)
    late = sum((one.base_amount for one in debts if overdue[one] > late_beyond), ZERO)
    unexplained = [days for one, days in overdue.items() if not is_explained and not is_disputed(reports, one, as_of)]
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
