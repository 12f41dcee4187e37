"""SEMANTICS 9: what is current is what was delivered last. Company R1 of the worked ledger."""

from decimal import Decimal

from tests.conftest import WORKED_LEDGER, Home


def test_a_state_that_comes_back_is_what_is_published(ledger: Home) -> None:
    # 100.00, then 150.00, then 100.00 again in a file that is the first one byte for byte: a new delivery of that state.
    first, second, third = (WORKED_LEDGER / f"documents_returning_{number}.csv" for number in (1, 2, 3))
    assert first.read_bytes() == third.read_bytes() != second.read_bytes()
    assert ledger.query(
        "select outstanding_amount from marts.fct_open_items where company_code = 'R1' and as_of_date = '2026-03-31'"
    ) == [(Decimal("100.00"),)]
    traced = ledger.run("trace", "fct_open_items", "company_code=R1", "document_no=R01-I", "instalment_no=1").stdout
    assert third.name in traced
    assert second.name not in traced
