"""The turnover family of the demo re-performed from its raw extracts: every figure of every row, on every reporting date.

SEMANTICS 5. What was open on a date is `fct_open_items`, re-performed on its own; on the opening date of the first period, before
the dates that are kept, it is `fct_balance_periods`. Sales are invoices and debit notes less credit notes, by accounting date.
"""

import calendar
from collections import defaultdict
from datetime import date
from decimal import Decimal

from tests.conftest import Home
from tests.integration.test_reperformance_payments import customer_ids, rows
from tests.reference.demo_extracts import csv_rows, postings
from tests.reference.turnover import SALES, Period, countback, micro

Key = tuple[str, str]

COLUMNS = (
    "opening_base_amount", "closing_base_amount", "not_due_base_amount", "sales_base_amount", "dso_simple", "dso_average",
    "dso_countback", "best_possible_dso", "average_days_delinquent", "collection_effectiveness_index", "turnover_ratio",
    "turnover_days", "benchmark_code", "benchmark_turnover_days", "turnover_days_over_benchmark",
)  # fmt: skip


def month_end(day: date) -> date:
    """Last day of the month."""
    return day.replace(day=calendar.monthrange(day.year, day.month)[1])


def sales_by_month(home: Home) -> dict[Key, dict[date, Decimal]]:
    """Net credit sales of each level's keys, by the last day of the month."""
    result: dict[Key, dict[date, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
    for posting in postings(home.path / "extracts", customer_ids(home)):
        if posting.document_type in SALES:
            for key in posting.levels.items():
                result[key][month_end(posting.accounting_date)] += posting.base_amount
    return result


def balances(home: Home) -> tuple[dict[tuple[date, Key], Decimal], dict[tuple[date, Key], Decimal]]:
    """What was open, and what of it was not due, on the reporting dates and the first opening date."""
    ((first,),) = home.query("select min(opening_date) from marts.dim_reporting_dates")
    opened: dict[tuple[date, Key], Decimal] = defaultdict(Decimal)
    not_due: dict[tuple[date, Key], Decimal] = defaultdict(Decimal)
    for as_of, company, customer, salesperson, segment, bucket, amount in [
        *home.query(
            """select as_of_date, company_code, customer_id, salesperson_code, segment_code, bucket_code,
                sum(outstanding_base_amount)
            from marts.fct_open_items group by all"""
        ),
        *home.query(
            f"""select date '{first}', company_code, customer_id, salesperson_code, segment_code, '',
                sum(round(open_amount * fx_rate, 2))
            from marts.fct_balance_periods
            where valid_from <= '{first}' and coalesce(valid_before > '{first}', true)
                and receipt_allocation in ('any', 'reference') and instalment_allocation in ('any', 'fifo_by_due_date')
            group by all"""
        ),
    ]:
        levels = {"company": company, "customer": customer, "salesperson": salesperson, "segment": segment}
        for key in levels.items():
            opened[as_of, key] += amount
            if bucket == "not_due":
                not_due[as_of, key] += amount
    return opened, not_due


def test_the_turnover_family(demo_home: Home) -> None:
    """SEMANTICS 5: balances, sales, each DSO, effectiveness, turnover and the days over the benchmark, at every level."""
    (own,) = [row["benchmark_code"] for row in rows("policy_turnover")]
    benchmarks = {row["benchmark_code"]: Decimal(row["turnover_days"]) for row in rows("policy_turnover_benchmarks")}
    named = {
        row["公司代码"]: row["行业基准"] for row in csv_rows(demo_home.path / "extracts", "erp/companies.csv") if row["行业基准"]
    }
    sales = sales_by_month(demo_home)
    opened, not_due = balances(demo_home)
    openings = dict(demo_home.query("select as_of_date, opening_date from marts.dim_reporting_dates"))
    compared = 0
    for as_of, level, code, *published in demo_home.query(
        f"select as_of_date, level, level_key, {', '.join(COLUMNS)} from marts.fct_turnover"
    ):
        key, opening = (level, code), openings[as_of]
        sold = sales[key]
        period = Period(
            days=(as_of - opening).days,
            opening=opened[opening, key],
            closing=opened[as_of, key],
            not_due=not_due[as_of, key],
            sales=sold.get(as_of, Decimal(0)),
        )
        figures = period.figures()
        days, benchmark = figures["turnover_days"], named.get(code, own) if level == "company" else own
        mine = {
            "opening_base_amount": period.opening,
            "closing_base_amount": period.closing,
            "not_due_base_amount": period.not_due,
            "sales_base_amount": period.sales,
            "dso_countback": micro(countback(as_of, period.closing, sold)),
            "benchmark_code": benchmark,
            "benchmark_turnover_days": benchmarks[benchmark],
            "turnover_days_over_benchmark": None if days is None else days - benchmarks[benchmark],
            **figures,
        }
        assert mine == dict(zip(COLUMNS, published, strict=True)), (as_of, key)
        compared += len(COLUMNS)
    assert compared > 100_000
