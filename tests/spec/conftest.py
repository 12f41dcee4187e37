"""How the worked cases ask the worked ledger."""

from collections.abc import Callable
from decimal import Decimal

import pytest

from tests.conftest import Home


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
