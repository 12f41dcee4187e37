"""No file, name, profile or line brings the loader down or orders a terminal about: it is read, set aside or refused."""

import json
import os
import zipfile
from pathlib import Path

import pytest
from click.testing import CliRunner
from openpyxl import Workbook

from ingestion import workbook
from ingestion.contract import load_contracts
from ingestion.errors import DataRefusedError, visible
from ingestion.loader import load_table, unclaimed_files
from ingestion.profile import FileFormat
from ingestion.readers import MAX_LINE_CHARACTERS
from tests.unit.conftest import LOADED_AT, RawWarehouse
from tests.unit.test_readers import read
from tests.unit.test_values import HEADER, line, with_profile


def sheet_of(path: Path, cells: str, rows: str = "") -> None:
    """A workbook of one sheet with this XML of cells in its second row; the first is the header a, b."""
    book = Workbook()
    book.active.append(["a", "b"])
    book.save(path)
    with zipfile.ZipFile(path) as old:
        parts = {name: old.read(name) for name in old.namelist()}
    name = "xl/worksheets/sheet1.xml"
    added = f'<row r="2">{cells}</row>{rows}</sheetData>' if cells else f"{rows}</sheetData>"
    parts[name] = parts[name].replace(b"</sheetData>", added.encode())
    with zipfile.ZipFile(path, "w") as new:
        for part, content in parts.items():
            new.writestr(part, content)


def test_errors_and_formulas_without_a_value_are_not_empty_cells(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    sheet_of(path, '<c r="A2" t="e"><v>#N/A</v></c><c r="B2"><f>1+1</f></c>', '<row r="3"><c r="A3"><f>1+1</f><v>2</v></c></row>')
    assert [row[2:] for row in read(path, format="xlsx")[1]] == [("#N/A", "=1+1"), ("2", None)]


def test_small_numbers_are_written_out_and_numbers_beyond_fifteen_digits_stay_marked(tmp_path: Path) -> None:
    path, book = tmp_path / "a.xlsx", Workbook()
    for row in (["a", "b"], [6.13e-05, 3.94e-07], [310114000000700101, 1e15], [123456789012345, 0.1 + 0.2]):
        book.active.append(row)
    book.save(path)
    assert [row[2:] for row in read(path, format="xlsx")[1]] == [
        ("0.0000613", "0.000000394"), ("3.101140000007001e+17", "1.000000e+15"), ("123456789012345", "0.3"),
    ]  # fmt: skip


def test_sheets_that_go_on_are_read_on_and_others_are_told(tmp_path: Path) -> None:
    path, book = tmp_path / "a.xlsx", Workbook()
    for name, rows in (("one", [["a", "b"], [1, 2]]), ("two", [["a", "b"], [3, 4]]), ("notes", [["x"], ["y"]]), ("empty", [])):
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    del book["Sheet"]
    book.save(path)
    shape, rows = read(path, format="xlsx")
    assert [row[0::2] for row in rows] == [(2, "1"), (4, "3")]
    assert (shape.line_count, shape.header_line_count, shape.blank_line_count) == (4, 2, 0)
    assert [(one.name, one.rows) for one in shape.unread_sheets] == [("notes", 2)]
    named, rows = read(path, format="xlsx", sheet="two")
    assert [row[2:] for row in rows] == [("3", "4")] and [one.name for one in named.unread_sheets] == ["one", "notes"]


@pytest.mark.parametrize(
    "cells",
    ['<c r="XFD1048576"><v>1</v></c>', '<c r="ZZZZZZZZZZZZZZZZ99999999999999"><v>1</v></c>', '<c r="A0"><v>1</v></c>', "<c r=>"],
)
def test_a_workbook_that_brings_its_reader_down_is_a_refused_file(
    tmp_path: Path, cells: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workbook, "MEMORY_BYTES", 1 << 30)
    path = tmp_path / "a.xlsx"
    sheet_of(path, cells)
    with pytest.raises(DataRefusedError, match=r"a\.xlsx: .*\n  To fix: ask the sender"):
        read(path, format="xlsx")


def test_a_workbook_that_takes_too_long_or_too_much_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.xlsx"
    sheet_of(path, '<c r="A2"><v>1</v></c>')
    monkeypatch.setattr(workbook, "WAIT_SECONDS", 0.001)
    with pytest.raises(DataRefusedError, match="was not read within 0"):
        read(path, format="xlsx")
    monkeypatch.undo()
    monkeypatch.setattr(workbook, "MEMORY_BYTES", 1 << 20)
    with pytest.raises(DataRefusedError, match=r"a\.xlsx: is not an Excel workbook"):
        read(path, format="xlsx")


def test_lines_of_megabytes_cost_themselves_under_a_small_memory(warehouse: RawWarehouse) -> None:
    warehouse.con.execute("set memory_limit = '250MB'")
    long = "x" * (6 << 20)
    warehouse.deliver(
        "erp.documents", "documents.csv", HEADER + line(customer_code=long) + line() + (long + "\n") * 3 + line(document_no="2")
    )
    assert [(row[0], row[3]) for row in warehouse.quarantined()] == [
        (number, f"is longer than {MAX_LINE_CHARACTERS:,} characters") for number in (2, 4, 5, 6)
    ]
    assert warehouse.rows("select _line_number from raw.erp__documents order by 1") == [(3,), (7,)]


def test_json_keys_that_are_odd_or_stand_twice_cost_their_line(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text('{"a": "1"}\n{"a\\u0000": "2"}\n{"a": "3", "a": "4"}\n{"a": "5\\u0000"}\n{"a": "6\\\\u0000"}\n')
    assert read(path, format="jsonl")[1] == [
        (1, None, "1"), (2, "holds the character NUL", None), (3, "names a key twice: a", None),
        (4, "holds the character NUL", None), (5, None, "6\\u0000"),
    ]  # fmt: skip


def test_a_json_key_without_a_name_brings_nothing_down(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text('{"": "1", "b": "2"}\n')
    shape, rows = read(path, format="jsonl")
    assert (shape.columns, rows) == (("column 1", "b"), [(1, None, "1", "2")])


def test_json_numbers_are_the_digits_that_were_written(tmp_path: Path) -> None:
    numbers = [
        "1234567890123456.78",
        "310114000000700101",
        "31011400000070010112345",
        "6.13e-05",
        "1E3",
        "-2.5",
        "0.1",
        "91310115300000643",
    ]
    path = tmp_path / "a.jsonl"
    path.write_text("".join(f'{{"b": "x: 12345678901234567, \\"1e5\\"", "a": {number}}}\n' for number in numbers))
    rows = read(path, format="jsonl")[1]
    assert [row[2] for row in rows] == [*numbers[:3], "0.0000613", "1000", *numbers[5:]]
    assert {row[3] for row in rows} == {'x: 12345678901234567, "1e5"'}


def test_a_header_with_control_characters_is_refused_and_shown_harmless(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("a,b\x1b[2J\n1,2\n")
    with pytest.raises(DataRefusedError) as refused:
        read(path)
    assert "\x1b" not in str(refused.value) and r"b\x1b[2J" in str(refused.value)


def test_a_file_name_in_another_encoding_is_loaded_listed_and_printed(warehouse: RawWarehouse) -> None:
    folder = os.fsencode(warehouse.extracts)
    for name in ("documents_客户.csv".encode("gbk"), "客户\x1b[31m.csv".encode("gbk")):
        Path(os.fsdecode(folder + b"/" + name)).write_text(HEADER + line())
    (load,) = load_table(
        warehouse.con, load_contracts()["erp.documents"], warehouse.profile, warehouse.extracts, warehouse.archive, LOADED_AT
    ).loads
    assert load.file_name == r"documents_\xbf\u037b\xa7.csv" or load.file_name.isascii() or "\\x" in load.file_name
    assert warehouse.rows("select count(*) from raw.loads") == [(1,)]
    (name,) = unclaimed_files(warehouse.extracts, warehouse.profile)
    assert visible(name).encode() and "\x1b" not in visible(name)


def test_what_foreign_text_would_have_a_terminal_do_is_shown_instead() -> None:
    from orchestration.cli.telling import say

    text = "K\x1b]0;owned\x07\x9b31m\u202egnp\udcff 客户\n\tend"
    assert visible(text) == "K\\x1b]0;owned\\x07\\x9b31m\\u202egnp\\xff 客户\n\tend"
    import click

    @click.command()
    def command() -> None:
        say(text)

    assert "\x1b" not in CliRunner().invoke(command).output


def test_headers_that_are_unknown_misspelt_or_absent_are_told(warehouse: RawWarehouse, tmp_path: Path) -> None:
    warehouse.deliver(
        "erp.documents",
        "documents.csv",
        HEADER.replace("due_date", "due_dat").replace("\n", ",colour\n") + line().strip() + ",red\n",
    )
    kinds = "select kind_code, column_name, told from raw.landing_notes order by column_name"
    assert warehouse.rows(kinds) == [
        ("unknown_column", "colour", "column colour was not read"),
        ("unknown_column", "due_dat", "column due_dat was not read; did the sender mean due_date?"),
    ]


def test_columns_that_a_profile_leaves_out_are_listed_and_absent_ones_of_json_are_told(
    warehouse: RawWarehouse, tmp_path: Path
) -> None:
    with_profile(warehouse, tmp_path, format="jsonl")
    row = {
        "company_code": "A", "document_no": "1", "document_type": "invoice", "customer_code": "K", "document_date": "2026-01-31",
        "currency_code": "CNY", "amount": 1.5, "sale_type": "lease", "due_dat": "2026-02-28", "colour": "red",
    }  # fmt: skip
    warehouse.deliver("erp.documents", "documents.jsonl", json.dumps(row) + "\n")
    assert warehouse.rows("select kind_code, column_name from raw.landing_notes order by all") == [
        ("absent_column", "due_date"), ("absent_column", "fx_rate"), ("unknown_column", "due_dat"), ("unused_column", "colour"),
    ]  # fmt: skip


def test_a_workbook_of_another_kind_is_refused_as_such(tmp_path: Path) -> None:
    path = tmp_path / "a.xls"
    path.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 600)
    with pytest.raises(DataRefusedError, match=r"saved as \.xlsx"):
        read(path, format="xlsx")
    assert FileFormat(format="xlsx").sheet is None
