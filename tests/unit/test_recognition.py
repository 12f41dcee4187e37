"""What an unknown sender's file is told to be: how it is written, what it holds, and a mapping that can be tried."""

import json
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner
from openpyxl import Workbook

from ingestion.errors import DataRefusedError
from ingestion.recognition import recognised
from orchestration.cli import main
from orchestration.report.sender import recognised_lines


def kinds(path: Path) -> dict[str, str]:
    return {column.name: column.kind for column in recognised(path).columns}


def test_a_printed_list_is_recognised_with_its_rules_and_marks(tmp_path: Path) -> None:
    path = tmp_path / "list.txt"
    path.write_text(
        'Open items\n\n|No  |Text    |Due       |Amount    |\n|----|----|\n-----------\n|0001|2" pipe |31.01.2026| 1.234,50 |\n'
        "|0002|Rod     |13.02.2026|   500,00-|\n-----------\n"
        "|No  |Text    |Due       |Amount    |\n|0003|Bar     |01.03.2026|   1,00 |\n",
        encoding="utf-16",
    )
    found = recognised(path)
    form = found.file_format
    assert (form.encoding, form.delimiter, form.quote, form.header_line) == ("utf-16", "|", "", 3)
    assert (form.decimal_separator, form.thousands_separator, form.number_signs) == (",", ".", ("trailing",))
    assert (found.record_count, found.broken, form.date_formats) == (3, (), ("%d.%m.%Y",))
    assert {column.name: column.kind for column in found.columns} == {
        "column 1": "empty", "No": "code or text, different in every row", "Text": "code or text, different in every row",
        "Due": "date %d.%m.%Y", "Amount": "number, negative as trailing", "column 6": "empty",
    }  # fmt: skip


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030", "utf-8-sig"])
def test_the_encoding_is_one_that_the_text_decodes_in(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "a.csv"
    path.write_text("公司代码;金额\n一;5万元\n二;1.5万\n", encoding=encoding)
    found = recognised(path)
    assert (found.file_format.encoding, found.file_format.delimiter) == (encoding.removesuffix("-sig"), ";")
    assert found.columns[1].kind == "number, with 元, 万, 万元"
    assert found.placed["company_code"] == "公司代码"


def test_days_and_months_that_cannot_be_told_apart_are_said_to_be_so(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("no,due,paid\n1,01/02/2026,13/02/2026\n2,03/04/2026,03/04/2026\n")
    assert kinds(path) == {
        "no": "number", "due": "date %d/%m/%Y or %m/%d/%Y (which of them cannot be told)", "paid": "date %d/%m/%Y",
    }  # fmt: skip


def test_a_number_with_leading_zeros_is_a_code_and_a_long_one_no_date(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("customer,document,time\n0012,14000000000402,1769875200000\n0013,14000000000403,1769875200001\n")
    assert kinds(path) == {"customer": "code or text, different in every row", "document": "number", "time": "date epoch_ms"}


def test_codes_that_a_spreadsheet_rewrote_are_told(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("customer,amount\n3.10114E+11,5.00\n310114000002,6.00\n")
    assert "a spreadsheet rewrote some" in kinds(path)["customer"]


def test_a_file_without_a_header_is_told_by_positions(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("A;2026-01-31;5.00\nB;2026-01-30;6.00\n")
    found = recognised(path)
    assert found.file_format.header_line == 0
    assert [column.name for column in found.columns] == ["#1", "#2", "#3"]


def test_a_sheet_below_a_title_is_found(tmp_path: Path) -> None:
    path, book = tmp_path / "a.xlsx", Workbook()
    for row in (["Open items of today"], [], ["Document", "Customer", "Date", "Amount"], ["1", "K", "2026-01-31", 5.5]):
        book.active.append(row)
    book.create_sheet("notes").append(["x"])
    book.save(path)
    found = recognised(path)
    assert (found.file_format.format, found.file_format.header_line, found.record_count) == ("xlsx", 3, 1)
    assert found.placed == {"document_no": "Document", "customer_code": "Customer", "document_date": "Date", "amount": "Amount"}
    assert any("sheet notes with 1 rows has another header" in text for text in recognised_lines(found))


def test_a_ready_made_senders_file_is_known(tmp_path: Path) -> None:
    path = tmp_path / "events.jsonl"
    event = {"id": "1", "uscc": "91", "type": "pledge", "event_date": "2026-01-31", "published": "2026-02-01"}
    path.write_text(json.dumps(event) + "\n")
    found = recognised(path)
    assert [(one.profile_name, one.table_name) for one in found.likenesses] == [("demo", "bureau.events")]
    assert (found.table_name, found.placed["unified_social_credit_code"]) == ("bureau.events", "uscc")


def test_what_is_proposed_is_a_profile_once_the_open_columns_are_filled(tmp_path: Path) -> None:
    path = tmp_path / "items.txt"
    path.write_text("Document\tCustomer\tDate\tCurr.\tAmount\tCurr.\n1\tK\t31.01.2026\tUSD\t(1,500.00)\tEUR\n")
    done = CliRunner().invoke(main, ["sender", "check", str(path)])
    assert done.exit_code == 0, done.output
    text = done.output.partition("is left for you:\n")[2]
    (entry,) = yaml.safe_load(text.replace(": ?", ": open"))
    assert entry["columns"] == {
        "company_code": "open", "document_no": "Document", "document_type": "open", "customer_code": "Customer",
        "document_date": "Date", "currency_code": "Curr.#1", "amount": "Amount",
    }  # fmt: skip
    assert entry["number_signs"] == ["brackets"] and entry["thousands_separator"] == ","
    assert "# not placed: Curr.#2" in text


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"hello\nworld\n", "no delimiter of"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 50, r"a workbook of Excel 97 to 2003 \(\.xls\)"),
        (b"", "no delimiter of"),
    ],
)
def test_a_file_that_nothing_can_be_told_of_is_refused(tmp_path: Path, content: bytes, told: str) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(content)
    with pytest.raises(DataRefusedError, match=rf"a\.csv: .*{told}.*\n  To fix"):
        recognised(path)
