"""The warehouse against a plain reference implementation, on random ledgers: every bucket to the cent."""

from collections import defaultdict
from datetime import date
from decimal import Decimal

import pytest

from orchestration.audit import reference_engine as reference
from orchestration.audit.reference_engine import Ledger
from tests.engines.conftest import Engines, policies

DATES = [
    date(2023, 12, 31), date(2024, 2, 28), date(2024, 2, 29), date(2024, 3, 1), date(2024, 7, 17), date(2024, 12, 31),
    date(2025, 1, 31), date(2025, 2, 28), date(2025, 9, 9), date(2026, 3, 31),
]  # fmt: skip
POLICIES = policies()


def smallest(ledgers: list[Ledger]) -> Ledger:
    return min(ledgers, key=lambda one: (len(one.documents), len(one.applications)))


@pytest.mark.parametrize("version", sorted(POLICIES))
@pytest.mark.parametrize("as_of", DATES, ids=str)
def test_any_date_under_any_policy_agrees_to_the_cent(engines: Engines, as_of: date, version: str) -> None:
    answer = engines.aging(as_of, version)
    expected = {ledger.company: reference.aging(ledger, as_of, POLICIES[version]) for ledger in engines.ledgers}
    differing = [ledger for ledger in engines.ledgers if answer.get(ledger.company, {}) != expected[ledger.company]]
    if differing:
        least = smallest(differing)
        pytest.fail(
            f"{len(differing)} ledgers differ; the smallest: {least}\n"
            f"reference {expected[least.company]}\nwarehouse {answer.get(least.company)}"
        )
    assert any(expected.values())


def test_published_month_ends_agree_to_the_cent(engines: Engines) -> None:
    """Every bucket in which an item is open has its row, one of 0.00 where exchange differences of both signs cancel out."""
    published: dict[tuple[str, date], dict[tuple[str, str, str], Decimal]] = defaultdict(dict)
    for company, as_of, customer, currency, bucket, amount in engines.home.query(
        "select company_code, as_of_date, customer_id, currency_code, bucket_code, outstanding_amount from marts.fct_aging "
        "where company_code not like '%-%'"
    ):
        published[company, as_of][customer.removeprefix(f"{company}-"), currency, bucket] = amount
    dates = [row[0] for row in engines.home.query("select as_of_date from marts.dim_reporting_dates")]
    assert len(dates) == 25
    for ledger in engines.ledgers:
        for as_of in dates:
            assert published[ledger.company, as_of] == reference.bucketed(ledger, as_of, POLICIES["aging-1"]), (ledger, as_of)


def test_open_items_and_their_base_amounts_agree_to_the_cent(engines: Engines) -> None:
    published: dict[tuple[str, date], dict[tuple[str, int], tuple[Decimal, Decimal | None]]] = defaultdict(dict)
    for company, as_of, document, instalment, amount, base in engines.home.query(
        "select company_code, as_of_date, document_no, instalment_no, outstanding_amount, outstanding_base_amount "
        "from marts.fct_open_items where company_code not like '%-%' and as_of_date in ('2024-03-31', '2025-01-31', '2026-03-31')"
    ):
        published[company, as_of][document, instalment] = (amount, base)
    for ledger in engines.ledgers:
        for as_of in (date(2024, 3, 31), date(2025, 1, 31), date(2026, 3, 31)):
            items = reference.open_items(ledger, as_of, POLICIES["aging-1"])
            base = reference.base_amounts(ledger, as_of, POLICIES["aging-1"])
            assert published[ledger.company, as_of] == {item: (amount, base[item]) for item, amount in items.items()}, (
                ledger,
                as_of,
            )


def test_the_four_views_show_the_same_total(engines: Engines) -> None:
    assert engines.home.query("select count(*) > 1000 from marts.fct_aging_views") == [(True,)]
    assert (
        engines.home.query(
            "select as_of_date, company_code from marts.fct_aging_views "
            "group by as_of_date, company_code, customer_id, currency_code "
            "having sum(own_column_amount) <> sum(aged_by_own_date_amount) "
            "or sum(own_column_amount) <> sum(applied_oldest_first_amount) "
            "or sum(left_out_amount) <> sum(own_column_amount) filter (bucket_code <> 'unapplied')"
        )
        == []
    )


def test_every_tie_out_agrees_on_every_date_kept(engines: Engines) -> None:
    counts = dict(
        engines.home.query("select tie_out_code, count(*) from marts.fct_tie_outs where status_code = 'agrees' group by 1")
    )
    assert engines.home.query("select * from marts.fct_tie_outs where status_code = 'differs'") == []
    for code in (
        "buckets_to_documents",
        "open_items_to_aging",
        "rollforward_to_aging",
        "migration_to_aging",
        "migration_to_opening",
    ):
        assert counts[code] > 1000


def test_exchange_differences_of_the_roll_forward_are_explained_to_rounding(engines: Engines) -> None:
    """Rounding moves each open item by at most half a cent: a roll-forward of n items may keep n cents, never more."""
    assert (
        engines.home.query(
            "select company_code, as_of_date, rounding_base_amount from marts.fct_receivables_rollforward "
            "where abs(rounding_base_amount) > 0.12 or (currency_code = 'CNY' and rounding_base_amount <> 0)"
        )
        == []
    )
