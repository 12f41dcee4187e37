"""Real input: the IBM sample through the main job, against figures that pandas computes from the file alone."""

from collections.abc import Callable
from decimal import Decimal

import pytest

from tests.conftest import SHARED_DATA, Home
from tests.reference.ibm_aging import aged

FILE = SHARED_DATA / "ibm_ar" / "WA_Fn-UseC_-Accounts-Receivable.csv"
pytestmark = pytest.mark.skipif(not FILE.exists(), reason=f"{FILE} is not on this machine")


@pytest.fixture(scope="module")
def ibm(new_home: Callable[[], Home]) -> Home:
    home = new_home()
    done = home.run("refresh", "--profile", "ibm_ar", "--extracts", str(FILE.parent), "--as-of", "2013-06-30")
    assert done.returncode == 0, done.stdout + done.stderr
    return Home(home.path, done.stdout)


@pytest.mark.parametrize("as_of_date", ["2013-06-30", "2013-03-31", "2012-12-31", "2012-02-29"])
def test_aging_is_what_pandas_computes_from_the_file(ibm: Home, as_of_date: str) -> None:
    rows = ibm.query(
        "select bucket_code, sum(outstanding_amount), sum(item_count) from marts.fct_aging "
        f"where as_of_date = '{as_of_date}' group by 1"
    )
    assert {bucket: (amount, count) for bucket, amount, count in rows} == aged(FILE, as_of_date)


def test_every_line_is_accounted_for(ibm: Home) -> None:
    assert ibm.query(
        "select table_name, known_row_count, quarantined_row_count from marts.dim_data_sources where is_delivered order by 1"
    ) == [
        ("erp.applications", 2466, 0),
        ("erp.companies", 1, 0),
        ("erp.customers", 100, 0),
        ("erp.documents", 4932, 0),
    ]


def test_numbers_keep_their_leading_zeros_and_dates_are_month_first(ibm: Home) -> None:
    import duckdb

    with duckdb.connect(str(ibm.path / "working.duckdb")) as con:
        assert con.execute(
            "select customer_code, document_date::varchar, amount from raw.erp__documents where document_no = '0000611365'"
        ).fetchall() == [("0379-NEVHP", "2013-01-02", Decimal("55.94"))]


def test_files_that_the_profile_does_not_know_are_named_and_not_read(ibm: Home) -> None:
    assert "Not read, as no pattern of the profile matches them: PROVENANCE.md" in ibm.output


def test_what_cannot_be_computed_says_so(ibm: Home) -> None:
    assert "Not delivered, and so not computed" in ibm.output
    assert ibm.query("select count(*) from marts.fct_aging where disputed_amount is not null") == [(0,)]
    # Of 100 the ledger knows years of cooperation (10), overdue share (3), longest overdue (4) and days late (2).
    assert ibm.query("select min(missing_weight_pct) = 81 from marts.fct_risk_grades") == [(True,)]
    assert ibm.query("select count(*) from marts.fct_risk_grades where grade_code is null") == [(0,)]
