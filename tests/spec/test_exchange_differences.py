"""SEMANTICS 3: exchange differences, realised, not realised and posted. USD stands at 7.00, and at 7.20 from 31 March.

X owes 1,000 USD billed at 7.00; 400 USD are paid at 7.10 on 10 March. The books are revalued by 50 CNY on 28 February.
Z owed 100 USD billed at 7.10, revalued by -10 CNY and paid at 7.00.
"""

from decimal import Decimal

import pytest

from tests.conftest import Home


def amounts(*values: str) -> tuple[Decimal, ...]:
    return tuple(Decimal(value) for value in values)


def test_a_revaluation_stands_in_base_currency_and_has_no_age(ledger: Home) -> None:
    # The closing rate revalues the 600 USD themselves, so there it does not count again.
    assert ledger.query(
        "select bucket_code, days_past_due, ledger_status, outstanding_base_amount, outstanding_closing_base_amount, "
        "unrealised_fx_base_amount from marts.fct_open_items where document_no = 'X-V' and as_of_date = '2026-03-31'"
    ) == [("fx_difference", None, "normal", *amounts("50.00", "0.00", "0.00"))]
    # 600 x 7.00 and the 50; 600 x 7.20.
    assert ledger.query(
        "select sum(outstanding_base_amount), sum(outstanding_closing_base_amount) from marts.fct_open_items "
        "where customer_id = 'F1-X' and as_of_date = '2026-03-31'"
    ) == [amounts("4250.00", "4320.00")]


def test_buckets_still_come_to_the_balance(ledger: Home) -> None:
    assert ledger.query(
        "select currency_code, bucket_code, outstanding_amount from marts.fct_aging "
        "where customer_id = 'F1-X' and as_of_date = '2026-03-31' order by 1"
    ) == [("CNY", "fx_difference", Decimal("50.00")), ("USD", "31-60", Decimal("600.00"))]


@pytest.mark.parametrize("mart", ["fct_provision", "fct_limitation_periods", "fct_financing_pool", "fct_dunning"])
def test_nobody_collects_provides_for_or_finances_a_revaluation(ledger: Home, mart: str) -> None:
    key = "currency_code = 'CNY' and customer_id = 'F1-X'" if mart == "fct_provision" else "document_no in ('X-V', 'Z-V')"
    assert ledger.query(f"select count(*) from marts.{mart} where {key}") == [(0,)]


def test_a_revaluation_is_not_owed_and_not_expected(ledger: Home) -> None:
    # Open debts of F1: 600 x 7.00 of X and 10.03 x 7.05 of Y.
    assert ledger.query(
        "select scenario_code, sum(open_base_amount) from marts.fct_cash_forecast "
        "where company_code = 'F1' and as_of_date = '2026-03-31' group by 1 order by 1 limit 1"
    )[0][1] == Decimal("4270.71")
    # Nothing of Z is owed: its -10 of 28 February are neither a debt nor a credit of Z.
    assert ledger.query(
        "select bucket_code, outstanding_amount from marts.fct_aging where customer_id = 'F1-Z' and as_of_date = '2026-03-31'"
    ) == [("fx_difference", Decimal("-10.00"))]


def test_unrealised_is_open_times_the_difference_of_rates_to_the_cent(ledger: Home) -> None:
    # 10.03 x (7.20 - 7.05) = 1.5045. The difference of the rounded amounts, 72.22 - 70.71, would be a cent more.
    assert ledger.query(
        "select outstanding_base_amount, outstanding_closing_base_amount, unrealised_fx_base_amount from marts.fct_open_items "
        "where document_no = 'Y-I' and as_of_date = '2026-03-31'"
    ) == [amounts("70.71", "72.22", "1.50")]


@pytest.mark.parametrize(
    ("customer", "expected"),
    [
        # 7,000 less 400 x 7.10 = 2,840; 400 x (7.10 - 7.00) gained; left 600 x 7.00. Not realised: 600 x 0.20.
        ("X", ("7000.00", "-2840.00", "40.00", "0.00", "4200.00", "120.00")),
        # 710 less 100 x 7.00 = 700; 100 x (7.00 - 7.10) lost; nothing left.
        ("Z", ("710.00", "-700.00", "-10.00", "0.00", "0.00", "0.00")),
    ],
)
def test_realised_is_settled_times_the_difference_of_rates(ledger: Home, customer: str, expected: tuple[str, ...]) -> None:
    assert ledger.query(
        "select opening_base_amount, posted_base_amount, realised_fx_base_amount, rounding_base_amount, closing_base_amount, "
        f"unrealised_fx_base_amount from marts.fct_receivables_rollforward where customer_id = 'F1-{customer}' "
        "and currency_code = 'USD' and as_of_date = '2026-03-31'"
    ) == [amounts(*expected)]
