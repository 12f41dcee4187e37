"""What cannot be used is quarantined with line, column, value and reason; nothing is lost, and nothing is loaded twice."""

from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ingestion.contract import load_contracts
from ingestion.errors import DataRefusedError
from ingestion.warehouse import create_raw_tables
from tests.unit.conftest import RawWarehouse

HEADER = "company_code,document_no,document_type,customer_code,document_date,currency_code,amount\n"
GOOD = "1000,0001,invoice,C1,2026-01-31,CNY,100.00\n"


def test_a_good_row_is_typed_and_knows_its_file_and_line(warehouse: RawWarehouse) -> None:
    warehouse.deliver("erp.documents", "documents.csv", HEADER + GOOD)
    assert warehouse.rows(
        "select document_no, amount::varchar, document_date::varchar, _load_id, length(_file_sha256), _line_number "
        "from raw.erp__documents"
    ) == [("0001", "100.00", "2026-01-31", 1, 64, 2)]


@pytest.mark.parametrize(
    ("row", "column", "value", "reason"),
    [
        ("1000,2,invoice,C1,2026-02-30,CNY,1\n", "document_date", "2026-02-30", "is not a date written as %Y-%m-%d"),
        ("1000,2,invoice,C1,0024-01-05,CNY,1\n", "document_date", "0024-01-05", "is a date out of all reason"),
        ("1000,2,invoice,C1,2026-01-31,CNY,1.005\n", "amount", "1.005", "has more than 2 decimals"),
        ("1000,2,invoice,C1,2026-01-31,KWD,1250.375\n", "amount", "1250.375",
         "has the third decimal of its currency (BHD, IQD, JOD, KWD, LYD, OMR, TND); amounts are kept with 2"),
        ("1000,2,invoice,C1,2026-01-31,KWD,1250.3755\n", "amount", "1250.3755", "has more than 2 decimals"),
        ("1000,2,invoice,C1,2026-01-31,CNY,1e3\n", "amount", "1e3", "is not a number"),
        ("1000,2,invoice,C1,2026-01-31,CNY,NaN\n", "amount", "NaN", "is not a number"),
        ("1000,2,invoice,C1,2026-01-31,CNY,12345678901234567\n", "amount", "12345678901234567",
         "has more than 16 digits before the point"),
        ("1000,2,invoice,,2026-01-31,CNY,1\n", "customer_code", None, "is required but empty"),
        ("1000,2,invoice,C1,2026-01-31,yuan,1\n", "currency_code", "yuan", "does not look like ^[A-Z]{3}$"),
    ],
)  # fmt: skip
def test_a_bad_value_is_quarantined_with_its_reason(
    warehouse: RawWarehouse, row: str, column: str, value: str | None, reason: str
) -> None:
    warehouse.deliver("erp.documents", "documents.csv", HEADER + GOOD + row)
    assert warehouse.quarantined() == [(3, column, value, reason)]
    assert warehouse.rows("select line_text from raw.quarantined_rows") == [(row.strip(),)]
    assert warehouse.rows("select count(*) from raw.erp__documents") == [(1,)]


def test_a_receipt_with_a_positive_amount_breaks_the_sign_rule(warehouse: RawWarehouse) -> None:
    warehouse.deliver("erp.documents", "documents.csv", HEADER + "1000,2,receipt,C1,2026-01-31,CNY,5\n")
    (line, column, value, reason) = warehouse.quarantined()[0]
    assert (line, column) == (2, None)
    assert "amount=5.00" in value and reason.endswith("must not have a positive amount")


def test_trailing_zeros_are_no_further_decimals(warehouse: RawWarehouse) -> None:
    warehouse.deliver("erp.documents", "documents.csv", HEADER + "1000,2,invoice,C1,2026-01-31,CNY,1.2300\n")
    assert warehouse.rows("select amount::varchar from raw.erp__documents") == [("1.23",)]


def test_the_second_row_of_a_key_is_quarantined_and_names_the_first(warehouse: RawWarehouse) -> None:
    warehouse.deliver("erp.documents", "documents.csv", HEADER + GOOD + GOOD)
    assert warehouse.quarantined() == [
        (3, None, "company_code=1000, document_no=0001", "has the same key as line 2 of the same file")
    ]


def test_the_same_file_twice_changes_nothing(warehouse: RawWarehouse) -> None:
    warehouse.deliver("erp.documents", "documents.csv", HEADER + GOOD)
    again = warehouse.deliver("erp.documents", "documents.csv", HEADER + GOOD)
    assert (again.loads, again.known_file_count) == ((), 1)
    assert warehouse.rows("select count(*) from raw.erp__documents") == [(1,)]


def test_a_reworded_description_does_not_load_a_file_again() -> None:
    contract = load_contracts()["erp.documents"]
    reworded = contract.model_copy(update={"description": "Other words."})
    stricter = contract.model_copy(update={"row_rules": ()})
    assert contract.rules_json() == reworded.rules_json() != stricter.rules_json()


def test_a_corrected_file_is_a_new_load_beside_the_old(warehouse: RawWarehouse) -> None:
    warehouse.deliver("erp.documents", "documents.csv", HEADER + GOOD)
    warehouse.deliver("erp.documents", "documents.csv", HEADER + GOOD.replace("100.00", "90.00"))
    assert warehouse.rows("select _load_id, amount::varchar from raw.erp__documents order by 1") == [(1, "100.00"), (2, "90.00")]


def test_the_archive_keeps_the_bytes_under_their_fingerprint(warehouse: RawWarehouse) -> None:
    content = (HEADER + GOOD).encode()
    warehouse.deliver("erp.documents", "documents.csv", content)
    ((sha256,),) = warehouse.rows("select distinct _file_sha256 from raw.erp__documents")
    assert (warehouse.archive / sha256[:2] / sha256).read_bytes() == content


def test_a_file_without_a_required_column_is_refused_whole_and_says_what_it_has(warehouse: RawWarehouse) -> None:
    with pytest.raises(DataRefusedError, match=r"no column amount; the file has company_code, document_no") as refused:
        warehouse.deliver("erp.documents", "documents.csv", HEADER.replace(",amount", "") + "1000,1,invoice,C1,2026-01-31,CNY\n")
    assert "correct the file's header" in refused.value.fix
    assert warehouse.rows("select count(*) from raw.loads") == [(0,)]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=40)
@given(st.lists(st.text(alphabet='01.,-"CNY\u4e2dx ', max_size=30), max_size=8))
def test_rows_delivered_are_rows_loaded_plus_rows_quarantined(warehouse: RawWarehouse, lines: list[str]) -> None:
    body = HEADER + GOOD + "\n".join(lines)
    delivery = warehouse.deliver("erp.documents", "documents.csv", body)
    for load in delivery.loads:
        with_text = [line for line in body.split("\n")[1:] if line != ""]
        assert load.delivered_row_count == len(with_text)
        assert load.delivered_row_count == load.loaded_row_count + load.quarantined_row_count


def test_a_raw_table_of_an_earlier_release_gains_the_columns_that_its_contract_has_gained(warehouse: RawWarehouse) -> None:
    warehouse.deliver("erp.documents", "documents.csv", HEADER + GOOD)
    warehouse.con.execute("alter table raw.erp__documents drop column reference_no")
    create_raw_tables(warehouse.con)
    warehouse.deliver("erp.documents", "documents_2.csv", HEADER + GOOD.replace("0001", "0002"))
    assert warehouse.rows("select reference_no from raw.erp__documents") == [(None,), (None,)]


def test_a_quarantined_row_keeps_its_amount_and_is_mended_by_a_good_row_of_its_key(warehouse: RawWarehouse) -> None:
    header = "company_code,document_no,document_type,customer_code,document_date,currency_code,amount\n"
    warehouse.deliver(
        "erp.documents", "documents.csv", header + "A,I1,invoice,C1,2026-13-01,CNY,70.00\nA,I2,invoice,C1,x,CNY,5.00\n"
    )
    state = "select distinct key_text, amount, currency_code, mended_by_load_id from raw.quarantined_rows order by 1"
    first, second = "company_code=A, document_no=I1", "company_code=A, document_no=I2"
    assert warehouse.rows(state) == [(first, Decimal(70), "CNY", None), (second, Decimal(5), "CNY", None)]
    warehouse.deliver("erp.documents", "documents_corrected.csv", header + "A,I1,invoice,C1,2026-01-13,CNY,70.00\n")
    assert warehouse.rows(state) == [(first, Decimal(70), "CNY", 2), (second, Decimal(5), "CNY", None)]
