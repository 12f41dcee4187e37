"""Figures of the monthly meeting re-performed: bad debts, salespersons and key figures of the demo, on every
reporting date (salespersons on five of them).

SEMANTICS 1 'Payment', 2 and 5. Sums are taken from the raw extracts; what was open on a date and which alerts stood from
`fct_open_items` and `fct_alerts`, which are re-performed on their own, and days of turnover and punctuality from `fct_turnover`.
"""

import calendar
from collections import Counter, defaultdict
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction

import pytest

from tests.conftest import Home
from tests.integration.test_reperformance_payments import customer_ids, rows
from tests.integration.test_reperformance_turnover import month_end
from tests.reference.demo_extracts import Posting, amount, csv_rows, day, known_day, ledgers, postings, xlsx_rows
from tests.reference.payments import Book, rounded
from tests.reference.turnover import SALES, micro

Figures = list[object]

GRADED = "select as_of_date, grade_code, count(*) from marts.fct_risk_grades group by all"


@pytest.fixture(scope="module")
def posted(demo_home: Home) -> list[Posting]:
    """All documents of the demo."""
    return postings(demo_home.path / "extracts", customer_ids(demo_home))


def dates(home: Home) -> dict[date, date]:
    """Reporting dates, each with the end of the month before."""
    return dict(home.query("select as_of_date, opening_date from marts.dim_reporting_dates order by 1"))


def a_year_before(day: date) -> date:
    """The month's end twelve months before a month's end."""
    return date(day.year - 1, day.month, calendar.monthrange(day.year - 1, day.month)[1])


def percent(part: Decimal | int, whole: Decimal | int) -> Decimal | None:
    """A part in percent; None where there is nothing, or less, to take it of (SEMANTICS 5)."""
    return rounded(100 * Fraction(part) / Fraction(whole)) if whole > 0 else None


def test_bad_debts(demo_home: Home, posted: list[Posting]) -> None:
    """Write-offs less recoveries of the twelve months to the date in percent of their sales; equipment taken back and sold."""
    customers = customer_ids(demo_home)
    repossessed = list(csv_rows(demo_home.path / "extracts", "erp/repossessed_assets.csv"))
    mine: dict[tuple[object, ...], Figures] = {}
    for as_of in dates(demo_home):
        start = a_year_before(as_of)
        sums: dict[tuple[str, str], dict[str, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
        for one in posted:
            if start < one.accounting_date <= as_of and one.document_type in (*SALES, "write_off", "recovery"):
                kind = "sales" if one.document_type in SALES else one.document_type
                sums[one.company, one.customer][kind] += one.base_amount
        for row in repossessed:
            found = sums[row["公司代码"], customers[row["公司代码"], row["客户编号"]]]
            if start < known_day(row["收回日期"]) <= as_of:
                found["pieces"] += 1
                found["appraised"] += amount(row["评估金额"])
            sold_on = day(row["处置日期"])
            if sold_on and start < sold_on <= as_of:
                found["proceeds"] += amount(row["处置收入"])
        for key, found in sums.items():
            if found:
                lost = -found["write_off"] - found["recovery"]
                mine[as_of, *key] = [
                    -found["write_off"], found["recovery"], lost, found["sales"], percent(lost, found["sales"]),
                    found["pieces"], found["appraised"], found["proceeds"],
                ]  # fmt: skip
    published = {
        tuple(key): figures
        for *key, figures in (
            (*row[:3], list(row[3:]))
            for row in demo_home.query(
                """select as_of_date, company_code, customer_id, written_off_base_amount, recovered_base_amount,
                    bad_debt_base_amount, sales_base_amount, bad_debt_ratio_pct, repossessed_count, repossessed_base_amount,
                    proceeds_base_amount
                from marts.fct_bad_debts"""
            )
        )
    }
    assert mine == published


def test_salespersons(demo_home: Home, posted: list[Posting]) -> None:
    """Sold, paid, owed, overdue and days of each salesperson; a payment counts for who sold, when it comes to settle the debt."""
    books = [Book(ledger) for ledger in ledgers(demo_home.path / "extracts").values()]
    seller = {(one.company, one.number): one.salesperson for one in posted}
    red_line = Decimal(rows("policy_collection")[0]["red_line_pct"])
    sold: dict[tuple[date, str], Decimal] = defaultdict(Decimal)
    paid: dict[tuple[date, str], Decimal] = defaultdict(Decimal)
    for one in posted:
        if one.document_type in SALES:
            sold[month_end(one.accounting_date), one.salesperson] += one.base_amount
    some = dict(list(dates(demo_home).items())[::6])
    for as_of, opening in some.items():
        for payment in (payment for book in books for payment in book.payments(as_of)):
            if payment.first_effective > opening:
                paid[as_of, seller[payment.company, payment.document]] += payment.base_amount
    items = {
        row[:2]: row[2:]
        for row in demo_home.query(
            """select as_of_date, salesperson_code, sum(outstanding_base_amount),
                coalesce(sum(outstanding_base_amount) filter (where bucket_code not in ('unapplied', 'fx_difference')), 0),
                coalesce(sum(outstanding_base_amount) filter (where days_past_due > 0 and outstanding_amount > 0), 0)
            from marts.fct_open_items group by all"""
        )
    }
    published = demo_home.query(
        """select as_of_date, salesperson_code, sales_base_amount, collected_base_amount, receivable_base_amount,
            overdue_base_amount, overdue_rate_pct, red_line_pct, is_over_red_line, dso_simple
        from marts.fct_sales_performance"""
    )
    for as_of, salesperson, *figures in (row for row in published if row[0] in some):
        key = as_of, salesperson
        balance, owed, overdue = items[key]
        rate, sales = percent(overdue, owed), sold[key]
        days = Fraction(balance) / Fraction(sales) * as_of.day if sales > 0 and balance >= 0 else None
        over = owed > 0 and 100 * overdue > red_line * owed
        assert figures == [sales, paid[key], owed, overdue, rate, red_line, over, micro(days)], key
    assert len(published) == 400


def test_key_figures(demo_home: Home, posted: list[Posting]) -> None:
    """Each figure with its target and benchmark, the one before, the trend and whether the target is met."""
    extracts, months = demo_home.path / "extracts", dates(demo_home)
    policy = {row["figure_code"]: row for row in rows("policy_key_figures")}
    benchmarks = {row["benchmark_code"]: row for row in rows("policy_turnover_benchmarks")}
    (usual,) = [row["benchmark_code"] for row in rows("policy_turnover")]
    own = {row["公司代码"]: benchmarks[row["行业基准"] or usual] for row in csv_rows(extracts, "erp/companies.csv")}
    mine: dict[tuple[date, str, str], Decimal | None] = {}
    for as_of, *row in demo_home.query(
        """select t.as_of_date, t.level_key, t.turnover_days, t.on_time_amount_rate_pct,
            sum(i.outstanding_base_amount) filter (where i.days_past_due > 0), sum(i.outstanding_base_amount)
        from marts.fct_turnover as t
        inner join marts.fct_open_items as i on t.as_of_date = i.as_of_date and t.level_key = i.company_code
        where t.level = 'company' and i.outstanding_amount > 0 and i.document_type <> 'fx_revaluation' group by all"""
    ):
        company, turnover_days, on_time, overdue, owed = row
        year = [one for one in posted if one.company == company and a_year_before(as_of) < one.accounting_date <= as_of]
        lost = -sum(one.base_amount for one in year if one.document_type in ("write_off", "recovery"))
        stock, debts = (metric(demo_home, company, name, as_of) for name in ("inventory_days", "payable_days"))
        mine[as_of, company, "turnover_days"] = turnover_days
        mine[as_of, company, "on_time_collection_pct"] = on_time
        mine[as_of, company, "overdue_rate_pct"] = percent(overdue, owed)
        sales = sum(one.base_amount for one in year if one.document_type in SALES)
        mine[as_of, company, "bad_debt_ratio_pct"] = percent(lost, sales)
        cycle = None if stock is None or debts is None else turnover_days + stock - debts
        mine[as_of, company, "cash_conversion_cycle_days"] = cycle
    for as_of, answered in answered_alerts(demo_home, months).items():
        mine[as_of, "all", "alert_response_pct"] = answered
    grades: dict[date, Counter[str]] = defaultdict(Counter)
    for as_of, grade, count in demo_home.query(GRADED):
        grades[as_of][grade] = count if grade != "ungraded" else 0
    for as_of, counts in grades.items():
        mine[as_of, "all", "grade_a_share_pct"] = percent(counts["A"], sum(counts.values()))
    for as_of, cost, recovered in demo_home.query(
        """select as_of_date, case when count(*) = count(cost_base_amount) then sum(cost_base_amount) end,
            sum(paid_late_base_amount)
        from marts.fct_collection_effectiveness where level = 'channel' group by all"""
    ):
        mine[as_of, "all", "collection_cost_rate_pct"] = None if cost is None else percent(cost, recovered)
    published = demo_home.query(
        """select as_of_date, company_code, figure_code, figure_value, unit, target_value, benchmark_value, previous_value,
            trend_code, status_code
        from marts.fct_key_figures"""
    )
    for as_of, company, code, *figures in published:
        value, row = mine.pop((as_of, company, code)), policy[code]
        before = next((old[3] for old in published if old[:3] == (months[as_of], company, code)), None)
        target, benchmark = row["target_value"], row["benchmark_value"]
        if code == "turnover_days":
            target, benchmark = own[company]["target_turnover_days"] or target, own[company]["turnover_days"]
        expected = [value, row["unit"], Decimal(target) if target else None, Decimal(benchmark) if benchmark else None, before]
        is_down = row["good_direction"] == "down"
        trend = None
        if value is not None and before is not None:
            trend = "unchanged" if value == before else "better" if (value < before) is is_down else "worse"
        status = "not_evaluable" if value is None else "no_target"
        if value is not None and target:
            status = "met" if (value <= Decimal(target) if is_down else value >= Decimal(target)) else "missed"
        assert figures == [*expected, trend, status], (as_of, company, code)
    assert not {key: value for key, value in mine.items() if value is not None}
    assert len(published) > 400


def metric(home: Home, subject: str, name: str, as_of: date) -> Decimal | None:
    """Latest value of a metric that held and was known by a date."""
    found = [
        (row["生效日"], row["获知日"], Decimal(row["数值"]))
        for row in csv_rows(home.path / "extracts", "metrics/company_metrics.csv")
        if (row["主体"], row["指标"]) == (subject, name) and max(row["生效日"], row["获知日"]) <= f"{as_of:%Y%m%d}"
    ]
    return max(found)[2] if found else None


def answered_alerts(home: Home, months: dict[date, date]) -> dict[date, Decimal | None]:
    """Of the alerts whose time to respond ended in each month, those answered in time; alerts that only inform left out."""
    first: dict[str, datetime] = {}
    for row in xlsx_rows(home.path / "extracts", "crm/alert_responses.xlsx"):
        moment = datetime.fromisoformat(row["处置时间"])
        first[row["预警编号"]] = min(first.get(row["预警编号"], moment), moment)
    due: dict[date, list[bool]] = defaultdict(list)
    for alert, until in home.query("select distinct alert_id, response_due_at from marts.fct_alerts where not is_informational"):
        if until is not None:
            due[month_end(until.date())].append(alert in first and first[alert] <= until)
    return {as_of: percent(sum(due[as_of]), len(due[as_of])) if due[as_of] else None for as_of in months}


def test_every_figure_has_a_row_on_every_reporting_date(demo_home: Home) -> None:
    """Also where nothing can be said: on the first date kept no alert's time has ended since a date before."""
    figures = demo_home.query(
        "select figure_code, company_code, count(*) from marts.fct_key_figures group by all having count(*) <> 25"
    )
    first = demo_home.query(
        "select figure_value, status_code from marts.fct_key_figures where figure_code = 'alert_response_pct' "
        "order by as_of_date limit 1"
    )
    assert figures == [] and first == [(None, "not_evaluable")]
