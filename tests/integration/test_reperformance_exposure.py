"""Credit exposure of the demo computed once more from its raw extracts by SEMANTICS 6, and compared cell by cell."""

import csv
from collections.abc import Iterator
from decimal import Decimal

from orchestration.audit import reference_engine as engine
from tests.conftest import ROOT, Home
from tests.reference import credit_exposure

POLICY = ROOT / "dbt_project" / "seeds" / "policy"
MILLIONTH = Decimal("0.000001")
COLUMNS = {
    "receivable_base_amount": "receivable",
    "not_billed_base_amount": "not_billed",
    "open_order_base_amount": "open_order",
    "advance_base_amount": "advance",
    "secured_base_amount": "secured",
    "exposure_base_amount": "exposure",
    "credit_limit_amount": "limit",
    "limit_source": "source",
    "headroom_amount": "headroom",
    "is_over_limit": "is_over_limit",
    "note": "note",
}


def test_exposure_is_what_the_extracts_give(demo_home: Home) -> None:
    """SEMANTICS 6: every customer with a posting or an order, all amounts, the limit and whether it is exceeded, on all dates."""
    cells, differing = 0, []
    for key, mine, published in rows(demo_home):
        for column, name in COLUMNS.items():
            cells += 1
            expected, value = getattr(mine, name), published[column]
            if expected != value:
                differing.append((*key, column, expected, value))
        if published["exposure_base_amount"] is not None and published["credit_limit_amount"] is not None:
            assert published["headroom_amount"] == published["credit_limit_amount"] - published["exposure_base_amount"], key
        cells += 1
        use = 100 * published["exposure_base_amount"] / mine.limit if mine.limit else None
        if (use is None) != (published["limit_use_pct"] is None) or (use and abs(use - published["limit_use_pct"]) > MILLIONTH):
            differing.append((*key, "limit_use_pct", use, published["limit_use_pct"]))
    assert differing == []
    assert cells > 100_000


def rows(home: Home) -> Iterator[tuple[tuple, credit_exposure.Exposure, dict]]:
    """Each date and customer with its row of the reference and the published one; both have the same customers."""
    aging = first_row("policy_aging")
    exposure = first_row("policy_exposure")
    policy = engine.Policy(
        aging["aging_basis"], aging["unapplied_view"], aging["instalment_allocation"], aging["receipt_allocation"], ()
    )
    books = credit_exposure.read_books(home.path / "extracts", policy)
    records = home.query(
        "select company_code, source_record, customer_id from marts.dim_customer_records where source_system = 'erp'"
    )
    customer_of = {(company, record): customer for company, record, customer in records}
    columns = [*COLUMNS, "limit_use_pct"]
    published = {
        tuple(row[:2]): dict(zip(columns, row[2:], strict=True))
        for row in home.query(f"select as_of_date, customer_id, {', '.join(columns)} from marts.fct_credit_exposure")
    }
    horizon, lapse = int(exposure["order_horizon_days"]), int(exposure["order_lapse_days"])
    for (as_of,) in home.query("select as_of_date from marts.dim_reporting_dates order by 1"):
        mine = credit_exposure.exposures(books, customer_of, as_of, policy, horizon, lapse)
        assert mine.keys() == {customer for day, customer in published if day == as_of}, as_of
        for customer, row in mine.items():
            yield (as_of, customer), row, published[as_of, customer]


def first_row(table: str) -> dict[str, str]:
    """The row of the version that is in force on all dates of the demo."""
    with (POLICY / f"{table}.csv").open(encoding="utf-8", newline="") as lines:
        return next(csv.DictReader(lines))
