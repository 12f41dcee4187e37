"""The cash forecast of the demo and its weekly back-test computed once more from the extracts, and compared cell by cell.

Identity of customers, reporting dates and loss rates (SEMANTICS 8 leaves to policy what stands in for too little evidence) are
taken as published; everything else comes from the extracts and the policy rows.
"""

import csv
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from functools import cache

import pytest

from tests.conftest import ROOT, Home
from tests.reference import cash_forecast, demo_extracts
from tests.reference.cash_forecast import Debt, Forecaster, Scenario, Week, cents
from tests.reference.payments import Book
from tests.reference.provision import month_end_before, observed_dates

POLICY = ROOT / "dbt_project" / "seeds" / "policy"
# A part of what is left is a power of an observed rate: half a cent of an age may fall into the week beside. What is open is
# spread in two parts, what is expected and what is not, for each age.
NEAR, NEAR_OF_TWO = Decimal("0.01"), Decimal("0.05")

Row = dict[str, str]


@dataclass(frozen=True)
class Demo:
    """What the forecasts of all dates are made from."""

    home: Home
    forecaster: Forecaster
    dates: list[date]


@pytest.fixture(scope="module")
def demo(demo_home: Home) -> Demo:
    """The extracts, read once."""
    extracts = demo_home.path / "extracts"
    books = [Book(ledger) for ledger in demo_extracts.ledgers(extracts).values()]
    customers = {
        (company, code): customer
        for company, code, customer in demo_home.query(
            "select company_code, source_record, customer_id from marts.dim_customer_records where source_system = 'erp'"
        )
    }
    promises, disputes = defaultdict(list), defaultdict(list)
    for row in demo_extracts.xlsx_rows(extracts, "crm/promises_*.xlsx"):
        promises[row["公司代码"], row["凭证号"]].append(
            cash_forecast.Promise(
                demo_extracts.known_day(row["承诺日"]),
                demo_extracts.known_day(row["承诺付款日"]),
                demo_extracts.amount(row["承诺金额"]),
            )
        )
    for row in demo_extracts.xlsx_rows(extracts, "crm/disputes_*.xlsx"):
        disputes[row["公司代码"], row["凭证号"]].append(
            cash_forecast.Dispute(
                int(row["期次"]) if row["期次"] else None,
                demo_extracts.known_day(row["提出日期"]),
                demo_extracts.day(row["解决日期"]),
                demo_extracts.amount(row["争议金额"]) if row["争议金额"] else None,
            )
        )
    forecaster = Forecaster(books, customers, cash_forecast.Claims(promises, disputes), bucket_of)
    dates = [day for (day,) in demo_home.query("select as_of_date from marts.dim_reporting_dates order by 1")]
    return Demo(demo_home, forecaster, dates)


def rows(table: str, version: str) -> list[Row]:
    """Rows of a version of a policy table; the demo's dates all lie in the first one of each area."""
    with (POLICY / f"{table}.csv").open(encoding="utf-8", newline="") as lines:
        return [row for row in csv.DictReader(lines) if row["policy_version"] == version]


def bucket_of(days: int) -> str:
    """The bucket of the aging policy that holds the days past due."""
    (code,) = [code for code, first, last in buckets() if (first is None or days >= first) and (last is None or days <= last)]
    return code


@cache
def buckets() -> list[tuple[str, int | None, int | None]]:
    """Code and edges of the buckets of the aging policy in force."""
    found = rows("policy_aging_buckets", "aging-1")
    return [(row["bucket_code"], *(int(row[edge]) if row[edge] else None for edge in ("from_days", "to_days"))) for row in found]


def scenarios() -> list[Scenario]:
    """Rows of policy_cash_forecast_scenarios."""
    return [
        Scenario(
            row["scenario_code"],
            Fraction(row["lateness_factor"]),
            int(row["extra_days"]),
            float(row["backlog_factor"]),
            Decimal(row["loss_factor"]),
            row["trusts_promises"] == "true",
            row["counts_disputed"] == "true",
        )
        for row in rows("policy_cash_forecast_scenarios", "forecast-1")
    ]


def payment_window_days() -> int:
    """The window in which payments tell how late a customer usually pays."""
    return next(
        int(row["parameter_value"])
        for row in rows("policy_measures", "measures-1")
        if row["parameter_code"] == "payment_window_days"
    )


def allowances(demo: Demo, as_of: date) -> Callable[[Debt], Decimal]:
    """SEMANTICS 8: the specific provision of a document, else balance x loss rate."""
    specific = {
        (row["company_code"], row["document_no"]): Decimal(row["provision_pct"])
        for row in rows("policy_specific_provisions", "provision-1")
    }
    rates = {
        (company, bucket): rate
        for company, bucket, rate in demo.home.query(
            f"select company_code, bucket_code, loss_rate from marts.fct_provision_rates where as_of_date = '{as_of}'"
        )
    }

    def allowance(debt: Debt) -> Decimal:
        percent = specific.get(debt.item[:2])
        return cents(debt.base * (rates[debt.item[0], debt.bucket] if percent is None else percent / 100))

    return allowance


def published(demo: Demo) -> dict[tuple, tuple]:
    """Cells of fct_cash_forecast by date, company, scenario and week; what comes later in the week after the last."""
    weeks = int(rows("policy_cash_forecast", "forecast-1")[0]["horizon_weeks"])
    return {
        (day, company, scenario, week or weeks + 1): tuple(cells)
        for day, company, scenario, week, *cells in demo.home.query(
            "select as_of_date, company_code, scenario_code, week_number, item_count, open_base_amount, expected_base_amount, "
            "backlog_base_amount, assumed_lateness_base_amount, received_base_amount from marts.fct_cash_forecast"
        )
    }


def test_forecast_is_what_the_extracts_give(demo: Demo) -> None:
    """Every date, company, scenario and week: debts counted, what is open, what is expected, and what of it is overdue."""
    policy = rows("policy_cash_forecast", "forecast-1")[0]
    weeks, fallback = int(policy["horizon_weeks"]), float(policy["fallback_weekly_pct"]) / 100
    months = int(policy["backlog_months"])
    dates = observed_dates(demo.dates, months)
    observed = demo.forecaster.observed(dates)
    cells = published(demo)
    differing, compared = [], 0
    for as_of in demo.dates:
        rates = cash_forecast.weekly_rates(observed, dates, as_of, month_end_before(as_of, months))
        late, allowance = demo.forecaster.days_late(as_of, payment_window_days()), allowances(demo, as_of)
        for scenario in scenarios():
            mine = cash_forecast.forecast(demo.forecaster, as_of, scenario, weeks, late, allowance, rates, fallback)
            for company in {debt.item[0] for debt in demo.forecaster.debts(as_of)}:
                open_in_all = Decimal(0)
                for number in range(1, weeks + 2):
                    week = mine.get((company, number), Week())
                    items, *amounts, _ = cells.pop((as_of, company, scenario.code, number))
                    open_in_all += amounts[0]
                    compared += 1 + len(amounts)
                    found = (week.open, week.expected, week.overdue, week.assumed)
                    limits = zip(found, amounts, (NEAR_OF_TWO, NEAR, NEAR, Decimal(0)), strict=True)
                    if week.items != items or any(abs(one - other) > near for one, other, near in limits):
                        differing.append((as_of, company, scenario.code, number, week, items, amounts))
                assert open_in_all == sum(debt.base for debt in demo.forecaster.debts(as_of) if debt.item[0] == company)
    assert differing == []
    assert not cells
    assert compared > 12_000


def test_what_came_in_is_what_the_extracts_give(demo: Demo) -> None:
    """The back-test: what came in each week that is over on what was owed on the date; unknown while the week lasts."""
    weeks, known = int(rows("policy_cash_forecast", "forecast-1")[0]["horizon_weeks"]), demo.dates[-1]
    differing, compared = [], 0
    cells = published(demo)
    for as_of in demo.dates:
        came = cash_forecast.received(demo.forecaster, as_of, known, weeks)
        for (day, company, scenario, week), (*_, theirs) in cells.items():
            if day == as_of:
                is_over = week <= weeks and as_of + timedelta(7 * week) <= known
                expected = came.get((company, week), Decimal(0)) if is_over else None
                compared += 1
                if expected != theirs:
                    differing.append((as_of, company, scenario, week, expected, theirs))
    assert differing == []
    assert compared > 3_000
