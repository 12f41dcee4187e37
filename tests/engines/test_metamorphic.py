"""What must not matter does not: order of rows, receipts in two parts, other dates, another unit of money, ten deliveries."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from decimal import Decimal

import pytest

from tests.engines.conftest import VARIED_COUNT, Engines
from tests.engines.variants import SCALE, SHIFT

DATES = [date(2024, 2, 29), date(2024, 8, 14), date(2025, 2, 28), date(2025, 12, 31)]
VERSIONS = ["aging-1", "erpnext-1"]
Side = dict[tuple[str, str, str], Decimal]


def sides(engines: Engines, variant: str, as_of: date, variant_as_of: date, version: str) -> Iterator[tuple[str, Side, Side]]:
    """Each varied ledger's buckets, and its variant's."""
    answer = engines.aging(as_of, version)
    varied = answer if variant_as_of == as_of else engines.aging(variant_as_of, version)
    empty: Side = defaultdict(Decimal)
    for ledger in engines.ledgers[:VARIED_COUNT]:
        yield ledger.company, answer.get(ledger.company, empty), varied.get(f"{ledger.company}-{variant}", empty)


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("as_of", DATES, ids=str)
@pytest.mark.parametrize("variant", ["permuted", "split", "ten"])
def test_the_order_of_rows_split_receipts_and_ten_deliveries_change_nothing(
    engines: Engines, variant: str, as_of: date, version: str
) -> None:
    found = list(sides(engines, variant, as_of, as_of, version))
    assert [company for company, original, varied in found if original != varied] == []
    assert any(varied for _, _, varied in found)


@pytest.mark.parametrize("version", [*VERSIONS, "aging-pro-rata-1", "aging-receipts-1"])
@pytest.mark.parametrize("as_of", DATES, ids=str)
def test_moving_every_date_moves_the_answer(engines: Engines, as_of: date, version: str) -> None:
    found = list(sides(engines, "shifted", as_of, as_of + SHIFT, version))
    assert [company for company, original, varied in found if original != varied] == []


@pytest.mark.parametrize("version", [*VERSIONS, "aging-receipts-1"])
@pytest.mark.parametrize("as_of", DATES, ids=str)
def test_scaling_the_money_scales_the_answer(engines: Engines, as_of: date, version: str) -> None:
    for company, original, varied in sides(engines, "scaled", as_of, as_of, version):
        assert {key: amount * SCALE for key, amount in original.items()} == varied, company
