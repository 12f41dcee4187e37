"""The worked ledger (tests/fixtures/worked_ledger), refreshed once as of 31 March 2026 through the canonical profile."""

import os
from collections.abc import Callable
from decimal import Decimal

import pytest

from tests.conftest import ROOT, Home

WORKED_LEDGER = ROOT / "tests" / "fixtures" / "worked_ledger"


@pytest.fixture(scope="session")
def ledger(new_home: Callable[[], Home]) -> Home:
    home = new_home()
    done = home.run("refresh", "--as-of", "2026-03-31", "--profile", "canonical", "--extracts", os.fspath(WORKED_LEDGER))
    assert done.returncode == 0, done.stdout + done.stderr
    return home


@pytest.fixture(scope="session")
def buckets_of(ledger: Home) -> Callable[..., dict[str, Decimal]]:
    """Outstanding amounts of a customer by bucket, on a date and in a currency."""

    def buckets(customer: str, as_of_date: str = "2026-03-31", currency: str = "CNY") -> dict[str, Decimal]:
        rows = ledger.query(
            "select bucket_code, outstanding_amount from marts.fct_aging "
            f"where customer_id = 'A1-{customer}' and as_of_date = '{as_of_date}' and currency_code = '{currency}'"
        )
        return dict(rows)

    return buckets
