"""Every physical line of a file is read, numbered and counted, whatever it holds."""

from pathlib import Path

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook

from ingestion.errors import DataRefusedError
from ingestion.profile import FileFormat
from ingestion.readers import FileShape, read_file


def read(path: Path, **file_format: object) -> tuple[FileShape, list[tuple]]:
    with duckdb.connect() as con:
        shape = read_file(con, path, path.name, FileFormat(**file_format))
        return shape, con.execute("select * from delivered order by line_number").fetchall()


def test_line_numbers_are_those_an_editor_shows_across_blank_lines(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(b"a,b\r\n1,2\r\n\r\n3,4\r\n")
    shape, rows = read(path)
    assert rows == [(2, None, "1", "2"), (4, None, "3", "4")]
    assert (shape.line_count, shape.header_line_count, shape.blank_line_count) == (4, 1, 1)


def test_quoted_delimiters_and_doubled_quotes_are_text(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text('a,b\n"2,030.74","say ""hi"""\n"",x\n"""",y\n')
    assert [row[2:] for row in read(path)[1]] == [("2,030.74", 'say "hi"'), ("", "x"), ('"', "y")]


def test_an_unclosed_quote_costs_its_own_line_and_no_other(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text('a,b\n1,2\n"open,3\n4,5\n')
    problems = [(row[0], row[1]) for row in read(path)[1]]
    assert problems == [(2, None), (3, "a quote is not closed, or text stands outside of it"), (4, None)]


def test_a_line_with_too_few_or_too_many_fields_says_so(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("a,b\n1\n1,2,3\n")
    assert [row[1] for row in read(path)[1]] == ["has 1 fields where the header has 2", "has 3 fields where the header has 2"]


def test_gb18030_is_read_and_broken_bytes_cost_their_line_only(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes("公司,金额\n三江重工,1\n".encode("gb18030") + b"\xff\xff,2\n" + "徐州,3\n".encode("gb18030"))
    rows = read(path, encoding="gb18030")[1]
    assert rows[0] == (2, None, "三江重工", "1")
    assert rows[1][1] == "holds bytes that are not valid gb18030"
    assert rows[2] == (4, None, "徐州", "3")


def test_json_lines_that_are_no_objects_are_kept_with_their_reason(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text('{"a": 1, "b": null}\n[1]\n{broken\n\n{"a": "x"}\n')
    shape, rows = read(path, format="jsonl")
    assert rows == [
        (1, None, "1", None),
        (2, "is not a JSON object", None, None),
        (3, "is not a JSON object", None, None),
        (5, None, "x", None),
    ]
    assert shape.blank_line_count == 1


def test_excel_rows_keep_their_row_numbers_and_full_precision(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    workbook = Workbook()
    for row in (["code", "amount"], ["0012", 1234.56], [None, None], ["0013", 0.1 + 0.2]):
        workbook.active.append(row)
    workbook.save(path)
    shape, rows = read(path, format="xlsx")
    assert rows == [(2, None, "0012", "1234.56"), (4, None, "0013", "0.3")]
    assert shape.blank_line_count == 1


def test_a_file_that_is_no_workbook_is_refused_with_what_to_do(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    path.write_text("not a workbook")
    with pytest.raises(DataRefusedError, match=r"is not an Excel workbook.*\n  To fix: ask the sender"):
        read(path, format="xlsx")


def test_an_empty_file_is_refused_for_its_missing_header(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(b"")
    with pytest.raises(DataRefusedError, match="line 1: the header line is missing"):
        read(path)


@settings(deadline=None)
@given(st.binary(max_size=400))
def test_no_bytes_crash_the_reader_and_no_line_goes_uncounted(tmp_path_factory: pytest.TempPathFactory, body: bytes) -> None:
    path = tmp_path_factory.getbasetemp() / "fuzz.csv"
    path.write_bytes(b"a,b\n" + body)
    with path.open(encoding="gb18030", errors="replace", newline=None) as text:
        lines = len(text.read().removesuffix("\n").split("\n"))
    shape, rows = read(path, encoding="gb18030")
    assert shape.line_count == lines
    assert len(rows) + shape.blank_line_count + shape.header_line_count + shape.continued_line_count == lines
