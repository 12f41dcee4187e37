"""SEMANTICS 1: what settles documents of another currency or customer. Company S1 keeps its books in CNY.

U owes 1,000 USD billed at 7.00 and pays 7,100 CNY for them. V owes 500 CNY; 50 USD that come in at 7.10 settle 350 of them.
H pays 300 CNY for its branches: 200 settle B1's invoice, 60 B2's, of which 10 are taken back.
"""

from decimal import Decimal

import pytest

from tests.conftest import Home

COLUMNS = (
    *("opening_amount", "received_amount", "transferred_amount", "closing_amount", "difference_amount", "opening_base_amount"),
    *("posted_base_amount", "transferred_base_amount", "realised_fx_base_amount", "rounding_base_amount", "closing_base_amount"),
)


def test_what_is_open_is_what_neither_side_was_used_up_of(ledger: Home) -> None:
    # 500 - 350; 100 - 60 + 10; 300 - 200 - 60 + 10.
    assert ledger.query(
        "select document_no, outstanding_amount from marts.fct_open_items "
        "where company_code = 'S1' and as_of_date = '2026-03-31' order by 1"
    ) == [("B2-I", Decimal("50.00")), ("H-R", Decimal("-50.00")), ("V-I", Decimal("150.00"))]
    # Before: all invoices, no receipt.
    assert ledger.query(
        "select currency_code, sum(outstanding_amount) from marts.fct_open_items "
        "where company_code = 'S1' and as_of_date = '2026-02-28' group by 1 order by 1"
    ) == [("CNY", Decimal("800.00")), ("USD", Decimal("1000.00"))]


@pytest.mark.parametrize(
    ("customer", "currency", "expected"),
    [
        # 1,000 USD go, in base currency 7,100 for them: 100 gained on 7,000.
        ("U", "USD", ("1000", "0", "-1000", "0", "0", "7000", "0", "-7100", "100", "0", "0")),
        ("U", "CNY", ("0", "7100", "7100", "0", "0", "0", "-7100", "7100", "0", "0", "0")),
        # 350 CNY go for 50 x 7.10 = 355: 5 gained.
        ("V", "CNY", ("500", "0", "-350", "150", "0", "500", "0", "-355", "5", "0", "150")),
        ("V", "USD", ("0", "50", "50", "0", "0", "0", "-355", "355", "0", "0", "0")),
        ("B1", "CNY", ("200", "0", "-200", "0", "0", "200", "0", "-200", "0", "0", "0")),
        ("B2", "CNY", ("100", "0", "-50", "50", "0", "100", "0", "-50", "0", "0", "50")),
        ("H", "CNY", ("0", "300", "250", "-50", "0", "0", "-300", "250", "0", "0", "-50")),
    ],
)
def test_march_rolls_forward_with_what_moves_between_accounts(
    ledger: Home, customer: str, currency: str, expected: tuple[str, ...]
) -> None:
    assert ledger.query(
        f"select {', '.join(COLUMNS)} from marts.fct_receivables_rollforward "
        f"where customer_id = 'S1-{customer}' and currency_code = '{currency}' and as_of_date = '2026-03-31'"
    ) == [tuple(Decimal(amount) for amount in expected)]


def test_who_is_paid_for_pays_on_the_day_on_which_its_payer_does(ledger: Home) -> None:
    # B1's 200 were due on 2 March and came on the 12th; U's 1,000 USD were due on 9 February and came on 5 March.
    assert ledger.query(
        "select customer_id, weighted_days_late from marts.fct_payment_behaviour "
        "where customer_id in ('S1-B1', 'S1-U') and as_of_date = '2026-03-31' order by 1"
    ) == [("S1-B1", 10), ("S1-U", 24)]


def test_both_sides_tie_out(ledger: Home) -> None:
    assert ledger.query(
        "select distinct status_code from marts.fct_tie_outs "
        "where tie_out_key in ('S1/CNY', 'S1/USD') and tie_out_code <> 'aging_to_general_ledger'"
    ) == [("agrees",)]
