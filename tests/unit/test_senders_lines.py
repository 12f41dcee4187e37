"""Lines as systems write them: titles, rules, section heads, broken records, captions that stand twice or go by other names."""

import csv
import io
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook

from ingestion.errors import DataRefusedError
from ingestion.lines import line_texts
from tests.unit.conftest import RawWarehouse
from tests.unit.test_readers import read
from tests.unit.test_values import HEADER, line, with_profile

DOCUMENTS = "select document_no, amount from raw.erp__documents order by 1"


def test_without_quoting_a_quote_is_a_character_like_others(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text('a\tb\n2" pipe\t1\n"whole"\t2\n"open\t3\n')
    rows = read(path, delimiter="\t", quote="")[1]
    assert rows == [(2, None, '2" pipe', "1"), (3, None, '"whole"', "2"), (4, None, '"open', "3")]


def test_what_a_pattern_drops_is_no_record_and_is_counted(warehouse: RawWarehouse, tmp_path: Path) -> None:
    with_profile(warehouse, tmp_path, drop_lines=["^-+$", "^Subtotal", "^company_code,"])
    delivered = HEADER + "-----\n" + line() + "Subtotal,1.00\n" + "-----\n" + HEADER + line(document_no="2", amount="2.00")
    warehouse.deliver("erp.documents", "documents.csv", delivered)
    assert warehouse.rows(DOCUMENTS) == [("1", Decimal("1.00")), ("2", Decimal("2.00"))]
    assert warehouse.quarantined() == []
    # Seven lines: the header, two rows, and 2, 4, 5 and 6, which are rules, a subtotal and the header of the next page.
    assert warehouse.rows(
        "select line_count, header_line_count, blank_line_count, out_of_scope_line_count, delivered_row_count from raw.loads"
    ) == [(7, 1, 0, 4, 2)]
    assert warehouse.rows("select kind_code, value_count, told from raw.landing_notes where kind_code = 'dropped_line'") == [
        ("dropped_line", 4, "4 lines are no records by `drop_lines` or `section_heads` (first: line 2)")
    ]


def test_a_line_of_text_is_out_of_scope_where_the_condition_says_so_and_any_other_broken_line_is_set_aside(
    warehouse: RawWarehouse, tmp_path: Path
) -> None:
    with_profile(warehouse, tmp_path, where="document_no <> ''")
    others = "Report of today\n" + line(document_no="3").replace('"', "").replace(",", ";") + "A,4,invoice\n"
    warehouse.deliver("erp.documents", "documents.csv", HEADER + line() + others)
    assert warehouse.rows(DOCUMENTS) == [("1", Decimal("1.00"))]
    # Line 4 is a record with another delimiter, line 5 one that was cut: both may hold money.
    assert [(row[0], row[3]) for row in warehouse.quarantined()] == [
        (4, "has 1 fields where the header has 10"), (5, "has 3 fields where the header has 10"),
    ]  # fmt: skip


def test_a_line_of_text_is_set_aside_where_no_condition_speaks_of_it(warehouse: RawWarehouse) -> None:
    warehouse.deliver("erp.documents", "documents.csv", HEADER + "Report of today\n" + line())
    assert [(row[0], row[3]) for row in warehouse.quarantined()] == [(2, "is a line of text, not of 10 fields")]


SECTIONS = "Customer  K-1  Brandt\nno|date|amount\n1|2026-01-31|10.00\n2|2026-01-31|20.00\nCustomer  K-2\n3|2026-01-31|30.00\n"
OF_SECTION = {"columns": {"company_code": {"expression": "'A'"}, "document_type": {"expression": "'invoice'"}, "due_date": "date",
    "currency_code": {"expression": "'CNY'"}, "document_no": "no", "document_date": "date", "customer_code": "customer",
    "amount": "amount", "fx_rate": {"expression": "null"}, "sale_type": {"expression": "null"}}}  # fmt: skip


def test_a_line_is_of_the_head_above_it_also_of_one_above_the_header(warehouse: RawWarehouse, tmp_path: Path) -> None:
    heads = {"customer": r"^Customer +(\S+)"}
    with_profile(warehouse, tmp_path, delimiter="|", header_line=2, section_heads=heads, **OF_SECTION)
    warehouse.deliver("erp.documents", "documents.txt", SECTIONS)
    assert warehouse.rows("select customer_code, document_no, _line_number from raw.erp__documents order by 2") == [
        ("K-1", "1", 3), ("K-1", "2", 4), ("K-2", "3", 6),
    ]  # fmt: skip
    assert warehouse.quarantined() == []


def test_sections_of_a_sheet_are_read_alike(warehouse: RawWarehouse, tmp_path: Path) -> None:
    heads = {"customer": r"^Customer\s+(\S+)"}
    with_profile(warehouse, tmp_path, format="xlsx", header_line=2, section_heads=heads, drop_lines=["^Total\t"], **OF_SECTION)
    book = Workbook()
    for row in (["Customer", "K-1"], ["no", "date", "amount"], ["1", "2026-01-31", 10], ["Total", None, 10],
                ["Customer", "K-2"], ["3", "2026-01-31", 30]):  # fmt: skip
        book.active.append(row)
    content = io.BytesIO()
    book.save(content)
    warehouse.deliver("erp.documents", "documents.xlsx", content.getvalue())
    assert warehouse.rows("select customer_code, document_no, amount from raw.erp__documents order by 2") == [
        ("K-1", "1", Decimal("10.00")), ("K-2", "3", Decimal("30.00")),
    ]  # fmt: skip


def test_a_line_above_every_head_is_nobodys(warehouse: RawWarehouse, tmp_path: Path) -> None:
    heads = {"customer": r"^Customer +(\S+)"}
    with_profile(warehouse, tmp_path, delimiter="|", section_heads=heads, **OF_SECTION)
    warehouse.deliver("erp.documents", "documents.txt", "no|date|amount\n1|2026-01-31|10.00\nCustomer  K-2\n")
    assert [(row[0], row[1], row[3]) for row in warehouse.quarantined()] == [(2, "customer_code", "is required but empty")]


def test_a_record_with_line_breaks_has_the_number_of_the_line_on_which_it_begins(warehouse: RawWarehouse, tmp_path: Path) -> None:
    memo = 'first, with comma\r\n\r\nsays ""so""\r\n'
    with_profile(warehouse, tmp_path, columns={"reference_no": "memo"})
    head = HEADER.strip() + ",memo\r\n"
    rows = [line(document_no=str(number)).strip() for number in range(1, 5)]
    delivered = f'{head}{rows[0]},"{memo}"\r\n{rows[1]},plain\r\n\r\n{rows[2]},"{memo}"\r\n{rows[3]},\r\n'
    (load,) = warehouse.deliver("erp.documents", "documents.csv", delivered).loads
    # Line 2 goes on to 5; 6; 7 is blank; 8 goes on to 11; 12.
    assert warehouse.rows("select document_no, _line_number, reference_no from raw.erp__documents order by 2") == [
        ("1", 2, 'first, with comma says "so"'), ("2", 6, "plain"), ("3", 8, 'first, with comma says "so"'), ("4", 12, None),
    ]  # fmt: skip
    assert warehouse.rows(
        "select line_count, header_line_count, blank_line_count, continued_line_count, delivered_row_count from raw.loads"
    ) == [(12, 1, 1, 6, 4)]
    entry = {
        "file_sha256": load.file_sha256,
        "file_name": load.file_name,
        "profile_name": "canonical",
        "table_name": "erp.documents",
    }
    found = line_texts(warehouse.archive, entry, [2, 6])
    assert found == {2: f'{rows[0]},"{memo}"'.replace("\r\n", "\n"), 6: f"{rows[1]},plain"}


def test_a_quarantined_record_keeps_all_of_its_text(warehouse: RawWarehouse) -> None:
    warehouse.deliver("erp.documents", "documents.csv", HEADER + line(customer_code="K\n1", amount="x") + line(document_no="2"))
    assert warehouse.rows("select line_number, reason, line_text from raw.quarantined_rows") == [
        (2, "is not a number", line(customer_code="K\n1", amount="x").strip())
    ]
    assert warehouse.rows("select document_no, _line_number from raw.erp__documents") == [("2", 4)]


@pytest.mark.parametrize(
    ("text", "records", "broken"),
    [
        # The second quote closes nothing: the line between them is whole.
        ('1,"open,x\n2,b,c\n3,d",e\n', {3: "2"}, [2, 4]),
        # Nor here, where what is put together has too many fields.
        ('1,"open,x\nmore",y,z\n4,b,c\n', {4: "4"}, [2, 3]),
        # The first quote is never closed; the record below it is whole.
        ('1,"open\n2,"a\nb",c\n', {3: "2"}, [2]),
        # Two records, one below the other, whose pieces could be taken for each other.
        ('1,"a\n",c\n2,"\nb",d\n', {2: "1", 4: "2"}, []),
        ('1,"a\nb"\n2,c,d\n', {4: "2"}, [2, 3]),
    ],
)
def test_an_open_quote_takes_no_whole_line_along(tmp_path: Path, text: str, records: dict[int, str], broken: list[int]) -> None:
    path = tmp_path / "a.csv"
    path.write_text("a,b,c\n" + text)
    rows = read(path)[1]
    assert {row[0]: row[2] for row in rows if row[1] is None} == records
    assert [row[0] for row in rows if row[1] is not None] == broken


@settings(deadline=None, max_examples=60)
@given(st.lists(st.lists(st.text(alphabet='ab",\n ', max_size=5), min_size=6, max_size=6), max_size=12))
def test_what_a_writer_quotes_is_read_back(tmp_path_factory: pytest.TempPathFactory, rows: list[list[str]]) -> None:
    """At most five characters a field, so that no line within one holds the six fields of a record."""
    path = tmp_path_factory.getbasetemp() / "written.csv"
    with path.open("w", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerows([["a", "b", "c", "d", "e", "f"], *rows])
    shape, found = read(path)
    assert [list(row[2:]) for row in found] == rows
    assert shape.line_count == 1 + len(rows) + shape.continued_line_count


def test_captions_of_several_lines_and_rows_are_one_name(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text('Title\n"Open\nBalance",No\n1,2\n')
    shape, rows = read(path, header_line=2)
    assert (shape.columns, rows) == (("Open Balance", "No"), [(4, None, "1", "2")])
    path.write_text("No,Local,,Document,\n,Amount,Currency,Amount,Currency\n1,2,CNY,3,USD\n")
    shape, rows = read(path, header_rows=2)
    assert shape.columns == ("No", "Local Amount", "Local Currency", "Document Amount", "Document Currency")
    assert rows == [(3, None, "1", "2", "CNY", "3", "USD")]


def test_a_caption_that_stands_twice_is_numbered_and_read_by_its_place(warehouse: RawWarehouse, tmp_path: Path) -> None:
    header = HEADER.replace("fx_rate,sale_type", "currency_code,note,note").replace("sale_type", "x")
    delivered = header + "A,1,invoice,K,2026-01-31,CNY,1.00,USD,n,m,2026-02-28\n"
    columns = {"fx_rate": {"expression": "null"}, "sale_type": {"expression": "null"}}
    with_profile(warehouse, tmp_path, columns=columns)
    with pytest.raises(DataRefusedError, match=r"column currency_code stands 2 times.*\n.*currency_code#1 or currency_code#2"):
        warehouse.deliver("erp.documents", "documents.csv", delivered)
    with_profile(warehouse, tmp_path, columns=columns | {"currency_code": "currency_code#2"})
    warehouse.deliver("erp.documents", "documents.csv", delivered)
    assert warehouse.rows("select currency_code from raw.erp__documents") == [("USD",)]


def test_a_canonical_column_that_stands_twice_is_refused_even_if_it_is_optional(warehouse: RawWarehouse) -> None:
    header, row = HEADER.strip() + ",fx_rate\n", line().strip() + ",7.1\n"
    with pytest.raises(DataRefusedError, match="column fx_rate stands 2 times"):
        warehouse.deliver("erp.documents", "documents.csv", header + row)


@pytest.mark.parametrize("caption", ["amount", "Betrag", "金额"])
def test_one_column_goes_by_several_captions(warehouse: RawWarehouse, tmp_path: Path, caption: str) -> None:
    with_profile(
        warehouse, tmp_path, captions={"value": ["amount", "Betrag", "金额"]}, where="value <> ''",
        columns={"amount": {"expression": "'-' || value"}, "document_type": {"expression": "'receipt'"}},
    )  # fmt: skip
    warehouse.deliver("erp.documents", "documents.csv", HEADER.replace("amount", caption) + line(amount="7.00"))
    assert warehouse.rows("select amount from raw.erp__documents") == [(Decimal("-7.00"),)]


def test_a_column_is_named_by_its_position(warehouse: RawWarehouse, tmp_path: Path) -> None:
    with_profile(warehouse, tmp_path, captions={"amount": "#7"})
    warehouse.deliver("erp.documents", "documents.csv", HEADER.replace("amount", "some words of today") + line())
    assert warehouse.rows(DOCUMENTS) == [("1", Decimal("1.00"))]


def test_captions_that_would_make_two_columns_one_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("a,b\n1,2\n")
    with pytest.raises(DataRefusedError, match="line 1: column names stand twice: a"):
        read(path, captions={"a": "b"})
    with pytest.raises(DataRefusedError, match=r"calls one column \(b\) both x and y"):
        read(path, captions={"x": "b", "y": "#2"})


def test_names_that_the_readers_use_themselves_or_heads_fill_are_not_mixed_up(warehouse: RawWarehouse, tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("line_number,b\n7,2\n")
    shape, rows = read(path)
    assert (shape.columns, rows) == (("line_number#1", "b"), [(2, None, "7", "2")])
    with pytest.raises(DataRefusedError, match="line 1: column names stand twice: b"):
        read(path, section_heads={"b": "^Customer (.+)"})
    with_profile(warehouse, tmp_path, columns={"reference_no": "line_number"})
    with pytest.raises(DataRefusedError, match=r"column line_number has the name of the readers' own.*\n.*name line_number#1"):
        warehouse.deliver("erp.documents", "documents.csv", (HEADER.strip() + ",line_number\n") + line().strip() + ",7\n")


def test_a_file_without_a_header_is_read_by_position(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text("====\nA;1\nB;2\n")
    shape, rows = read(path, delimiter=";", header_line=0, drop_lines=["^=+$"], captions={"code": "#1"})
    assert (shape.columns, shape.header_line_count, shape.dropped_line_count) == (("code", "#2"), 0, 1)
    assert rows == [(2, None, "A", "1"), (3, None, "B", "2")]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-32"])
def test_a_byte_order_mark_says_how_a_file_is_encoded(warehouse: RawWarehouse, tmp_path: Path, encoding: str) -> None:
    with_profile(warehouse, tmp_path, encoding="gb18030")
    (load,) = warehouse.deliver("erp.documents", "documents.csv", (HEADER + line(customer_code="三江")).encode(encoding)).loads
    assert warehouse.rows("select customer_code from raw.erp__documents") == [("三江",)]
    entry = {
        "file_sha256": load.file_sha256,
        "file_name": "documents.csv",
        "profile_name": "canonical",
        "table_name": "erp.documents",
    }
    assert "三江" in line_texts(warehouse.archive, entry, [2])[2]


def book_of(path: Path, sheets: dict[str, list[list[object]]]) -> None:
    book = Workbook()
    del book["Sheet"]
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    book.save(path)


def test_every_sheet_of_a_pattern_is_read_and_others_are_told(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    book_of(path, {"notes": [["x"]], "2026-01": [["a", "b"], [1, 2]], "2026-02": [["a", "b"], [3, 4]], "2026-03": []})
    shape, rows = read(path, format="xlsx", sheet="2026-*")
    assert [(row[2], row[4]) for row in rows] == [("1", "2026-01"), ("3", "2026-02")]
    assert (shape.line_count, shape.header_line_count, shape.blank_line_count) == (4, 2, 0)
    assert [sheet.name for sheet in shape.unread_sheets] == ["notes"]


def test_sheets_of_a_pattern_that_differ_or_lack_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    book_of(path, {"2026-01": [["a", "b"], [1, 2]], "2026-02": [["b", "a"], [3, 4]]})
    with pytest.raises(DataRefusedError, match="row 1 of sheet '2026-02' is another header than that of sheet '2026-01'"):
        read(path, format="xlsx", sheet="2026-*")
    with pytest.raises(DataRefusedError, match=r"it has no sheet '2025-\*', but 2026-01, 2026-02"):
        read(path, format="xlsx", sheet="2025-*")


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 600, r"a workbook of Excel 97 to 2003 \(\.xls\)"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"), "a workbook that a password locks"),
        (b'<?xml version="1.0"?>\n<Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet">', "an XML spreadsheet"),
        (b"\xef\xbb\xbf<html xmlns:x='urn:schemas-microsoft-com:office:excel'><table>", "an HTML page"),
        ("<table><tr><td>1</td></tr></table>".encode("utf-16"), "an HTML page"),
        (b"%PDF-1.7", "a PDF document"),
        (b"\x1f\x8b\x08", "a gzip archive"),
    ],
)
@pytest.mark.parametrize("form", ["xlsx", "csv"])
def test_a_file_of_another_kind_is_refused_by_the_name_of_what_it_is(
    tmp_path: Path, content: bytes, kind: str, form: str
) -> None:
    path = tmp_path / "items.xls"
    path.write_bytes(content)
    with pytest.raises(
        DataRefusedError, match=rf"items\.xls: is {kind}.*\n  To fix: ask the sender for the file saved as \.xlsx"
    ):
        read(path, format=form)


def test_a_workbook_under_a_profile_of_text_is_refused_with_the_setting_that_reads_it(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    book_of(path, {"one": [["a"]]})
    with pytest.raises(DataRefusedError, match=r"is an Excel workbook \(\.xlsx\), not csv\.\n  To fix: set `format: xlsx`"):
        read(path)


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"drop_lines": ["("]}, "is no pattern that lines can be searched for"),
        ({"drop_lines": ["(?=x)"]}, "is no pattern that lines can be searched for"),
        ({"section_heads": {"customer": "^Customer"}}, "needs one group"),
        ({"format": "jsonl", "drop_lines": ["x"]}, "of JSON lines, `where` picks"),
        ({"quote": "''"}, "at most 1 character"),
    ],
)
def test_settings_that_cannot_work_are_refused_with_the_profile(
    warehouse: RawWarehouse, tmp_path: Path, changes: dict[str, object], told: str
) -> None:
    with pytest.raises(DataRefusedError, match=told):
        with_profile(warehouse, tmp_path, **changes)
