"""A quarantined line can be corrected by rows of a file that say who decided, who approved and why; misfits are refused."""

from pathlib import Path

import pytest

from ingestion.contract import load_contracts
from ingestion.corrections import COLUMNS, apply_corrections
from ingestion.errors import DataRefusedError
from tests.unit.conftest import RawWarehouse

HEADER = "company_code,document_no,document_type,customer_code,document_date,currency_code,amount\n"
GOOD = "1000,0001,invoice,C1,2026-01-31,CNY,100.00\n"
BAD_AMOUNT = '1000,0002,invoice,C1,2026-01-31,CNY,"1,5oo"\n'
WHO = "li.na,wang.wei,2026-02-10,Read from the paper invoice"


class Decisions:
    """The file of decisions about lines of one delivered file of documents."""

    def __init__(self, warehouse: RawWarehouse, path: Path, content: str) -> None:
        self.warehouse, self.path = warehouse, path
        warehouse.deliver("erp.documents", "documents.csv", content)
        self.sha256 = warehouse.rows("select file_sha256 from raw.loads")[0][0]

    def apply(self, *rows: str) -> int:
        """Decisions as `line,decision,column,value,who`; every row is about erp.documents and the delivered file."""
        text = "".join(f"erp.documents,{self.sha256},{row}\n" for row in rows)
        self.path.write_text(",".join(COLUMNS) + "\n" + text, encoding="utf-8")
        return apply_corrections(self.warehouse.con, load_contracts()["erp.documents"], self.path)

    def documents(self) -> list[tuple]:
        return self.warehouse.rows(
            "select document_no, amount::varchar, _load_id, _line_number, _is_corrected from raw.erp__documents order by 1"
        )


@pytest.fixture
def decisions(warehouse: RawWarehouse, tmp_path: Path) -> Decisions:
    return Decisions(warehouse, tmp_path / "row_corrections.csv", HEADER + GOOD + BAD_AMOUNT)


def test_a_corrected_line_stands_under_the_load_and_line_that_it_was_delivered_on(decisions: Decisions) -> None:
    assert decisions.apply(f"3,correct,amount,1500.00,{WHO}") == 1
    assert decisions.documents() == [("0001", "100.00", 1, 2, False), ("0002", "1500.00", 1, 3, True)]
    assert decisions.warehouse.rows(
        "select customer_code, document_date::varchar from raw.erp__documents where _is_corrected"
    ) == [("C1", "2026-01-31")]
    assert len(decisions.warehouse.quarantined()) == 1, "that it was delivered wrong stays known"


def test_a_correction_that_is_taken_back_leaves_nothing_behind(decisions: Decisions) -> None:
    decisions.apply(f"3,correct,amount,1500.00,{WHO}")
    decisions.apply(f"3,correct,amount,1600.00,{WHO}")
    assert decisions.documents()[1][1] == "1600.00"
    assert decisions.apply() == 0
    assert [row[0] for row in decisions.documents()] == ["0001"]


def test_a_dismissed_line_adds_no_row(decisions: Decisions) -> None:
    assert decisions.apply(f"3,dismiss,row,,{WHO}") == 0
    assert len(decisions.documents()) == 1


def test_a_line_that_could_not_be_split_is_corrected_by_all_its_columns(warehouse: RawWarehouse, tmp_path: Path) -> None:
    torn = Decisions(warehouse, tmp_path / "row_corrections.csv", HEADER + "1000,0003,invoice,C1,2026-01-31\n")
    values = {
        "company_code": "1000", "document_no": "0003", "document_type": "invoice", "customer_code": "C1",
        "document_date": "2026-01-31", "currency_code": "CNY", "amount": "7.10",
    }  # fmt: skip
    assert torn.apply(*(f"2,correct,{name},{value},{WHO}" for name, value in values.items())) == 1
    assert torn.documents() == [("0003", "7.10", 1, 2, True)]


def test_a_second_row_of_a_key_is_corrected_by_another_key(warehouse: RawWarehouse, tmp_path: Path) -> None:
    twice = Decisions(warehouse, tmp_path / "row_corrections.csv", HEADER + GOOD + GOOD)
    with pytest.raises(
        DataRefusedError, match="line 2: the corrected row still cannot be used: line 3 has the same key as line 2"
    ):
        twice.apply(f"3,correct,amount,90.00,{WHO}")
    assert twice.apply(f"3,correct,document_no,0001-B,{WHO}") == 1
    assert [row[0] for row in twice.documents()] == ["0001", "0001-B"]


@pytest.mark.parametrize(
    ("row", "told"),
    [
        (f"9,correct,amount,1.00,{WHO}", "line 2 matches nothing: line 9 of that file is not quarantined for erp.documents"),
        (f"2,correct,amount,1.00,{WHO}", "line 2 matches nothing: line 2 of that file is not quarantined"),
        (f"3,correct,amout,1.00,{WHO}", "line 2 matches nothing: erp.documents has no column amout"),
        (f"3,correct,amount,1.005,{WHO}", "still cannot be used: amount 1.005 has more than 2 decimals"),
        (f"3,correct,amount,,{WHO}", "still cannot be used: amount is required but empty"),
        (f"3,correct,amount,-5.00,{WHO}", "still cannot be used: .* must not have a negative amount"),
        (f"3,correct,document_no,0009,{WHO}", "still cannot be used: amount is required but empty"),
        ("3,correct,amount,1.00,li.na,Li.Na,2026-02-10,Mine", "line 2: was approved by who decided it"),
        ("3,correct,amount,1.00,li.na,wang.wei,2026-02-10,", "line 2: lacks table_name, .* or reason"),
        ("3,correct,amount,1.00,li.na,wang.wei,10.02.2026,Paper", "line 2: has no decided_on written as 2026-10-31"),
        (f"3,guess,amount,1.00,{WHO}", "line 2: has a decision other than correct or dismiss"),
        (f"3,dismiss,amount,,{WHO}", "line 2: dismisses a line: its column_name must be row"),
        (f"3,correct,,1.00,{WHO}", "line 2: has no column_name"),
    ],
)
def test_a_decision_that_cannot_stand_is_refused_and_changes_nothing(decisions: Decisions, row: str, told: str) -> None:
    before = decisions.documents()
    with pytest.raises(DataRefusedError, match=told):
        decisions.apply(row)
    assert decisions.documents() == before


def test_two_decisions_about_one_value_are_refused(decisions: Decisions) -> None:
    with pytest.raises(DataRefusedError, match="line 2: decides what another line decides too"):
        decisions.apply(f"3,correct,amount,1.00,{WHO}", f"3,correct,amount,2.00,{WHO}")
    with pytest.raises(DataRefusedError, match="line 2: corrects a line that another one dismisses"):
        decisions.apply(f"3,correct,amount,1.00,{WHO}", f"3,dismiss,row,,{WHO}")


def test_a_file_of_other_columns_is_refused(decisions: Decisions) -> None:
    decisions.path.write_text("table,line\nerp.documents,3\n", encoding="utf-8")
    with pytest.raises(DataRefusedError, match=r"row_corrections\.csv cannot be read"):
        apply_corrections(decisions.warehouse.con, load_contracts()["erp.documents"], decisions.path)
