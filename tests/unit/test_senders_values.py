"""Numbers, dates and nothing as systems write them: each is a setting of the profile, and what is not set is not read."""

from decimal import Decimal
from pathlib import Path

import pytest

from ingestion.errors import DataRefusedError
from tests.unit.conftest import RawWarehouse
from tests.unit.test_values import HEADER, judged_text, line, with_profile

GERMAN = {"thousands_separator": ".", "decimal_separator": ","}
CHINESE = {"number_units": {"元": 1, "万元": 10_000, "万": 10_000, "亿": 100_000_000, "¥": 1}, "thousands_separator": ","}


@pytest.mark.parametrize(
    ("form", "text", "value"),
    [
        ({"number_signs": ["trailing"]}, "5.00-", "-5.00"),
        ({"number_signs": ["trailing"]}, "5.00 -", "-5.00"),
        ({"number_signs": ["trailing"]}, "5.00+", "5.00"),
        ({"number_signs": ["trailing"]}, "-5.00", "-5.00"),
        ({"number_signs": ["trailing"]}, "-5.00-", None),
        ({"number_signs": ["trailing"], **GERMAN}, "1.234,56-", "-1234.56"),
        ({"number_signs": ["brackets"]}, "(5.00)", "-5.00"),
        ({"number_signs": ["brackets"]}, "（5.00）", "-5.00"),
        ({"number_signs": ["brackets"]}, "(-5.00)", None),
        ({"number_signs": ["brackets"]}, "(5.00", None),
        ({"number_signs": ["brackets"]}, "5.00)", None),
        ({"number_signs": ["credit_debit"]}, "5.00 CR", "-5.00"),
        ({"number_signs": ["credit_debit"]}, "5.00Cr.", "-5.00"),
        ({"number_signs": ["credit_debit"]}, "5.00  Dr", "5.00"),
        ({"number_signs": ["credit_debit"]}, "5.00 C", None),
        ({"number_signs": ["credit_debit"]}, "-5.00 CR", None),
        ({}, "5.00-", None),
        ({}, "(5.00)", None),
        ({}, "5.00 CR", None),
        ({}, "$5.00", None),
        ({"number_units": {"$": 1}}, "$5.00", "5.00"),
        ({"number_units": {"$": 1}}, "-$5.00", "-5.00"),
        ({"number_units": {"$": 1}}, "$-5.00", "-5.00"),
        ({"number_units": {"$": 1}}, "-$-5.00", None),
        ({"number_units": {"$": 1}, "number_signs": ["brackets"]}, "($5.00)", "-5.00"),
        ({"number_units": {"$": 1}, "number_signs": ["brackets"]}, "$(5.00)", "-5.00"),
        ({"number_units": {"Rs.": 1}, "thousands_separator": ",", "digit_grouping": "indian"}, "Rs.1,00,000.50", "100000.50"),
        ({"number_units": {"EUR": 1}, "number_signs": ["trailing"], **GERMAN}, "1.000,00- EUR", "-1000.00"),
        ({"number_units": {"EUR": 1}, "number_signs": ["trailing"], **GERMAN}, "1.000,00 USD", None),
        # 5,400 ten thousands; 1.23456789 hundred millions; 0.5 ten thousands.
        (CHINESE, "5,400万元", "54000000.00"),
        (CHINESE, "1.23456789亿", "123456789.00"),
        (CHINESE, "¥ ０．５ 万", "5000.00"),
        (CHINESE, "-1,234.56元", "-1234.56"),
        (CHINESE, "227837", "227837.00"),
        # More than two decimals of a yuan are an error also when they are written in ten thousands.
        (CHINESE, "1.2345678万", None),
        (CHINESE, "万", None),
        ({"number_units": {"%": "0.01"}}, "350%", "3.50"),
        ({"number_units": {"%": "0.01"}}, "5%", "0.05"),
        ({"number_units": {"%": "0.01"}}, "-5 %", "-0.05"),
        ({"number_units": {"%": "0.01"}}, "12345%", "123.45"),
        ({"number_units": {"%": "0.01"}}, "0.5%", None),
        ({"number_units": {"%": 1}}, "3.5%", "3.50"),
    ],
)
def test_a_number_is_wholly_what_the_profile_says(
    warehouse: RawWarehouse, form: dict[str, object], text: str, value: str | None
) -> None:
    assert judged_text(warehouse, "amount", [text], **form) == [(text, value)]


@pytest.mark.parametrize(
    ("form", "text", "value"),
    [
        # 2018-02-15 05:42:30.940 UTC
        ({"date_formats": ["epoch_ms"]}, "1518673350940", "2018-02-15"),
        # Midnight of 2026-02-01 in Beijing is 16:00 of the day before in London.
        ({"date_formats": ["epoch_ms"]}, "1769875200000", "2026-01-31"),
        ({"date_formats": ["epoch_ms"], "utc_offset": "+08:00"}, "1769875200000", "2026-02-01"),
        ({"date_formats": ["epoch_ms"]}, "20260131", None),
        ({"date_formats": ["epoch_s"], "utc_offset": "+08:00"}, "1769875200", "2026-02-01"),
        ({"date_formats": ["epoch_ms", "%Y-%m-%d"]}, "2026-01-31", "2026-01-31"),
        ({"date_formats": ["json_date"]}, "/Date(1769875200000)/", "2026-01-31"),
        ({"date_formats": ["json_date"]}, "\\/Date(1769875200000)\\/", "2026-01-31"),
        ({"date_formats": ["json_date"]}, "/Date(1769875200000+0800)/", "2026-02-01"),
        ({"date_formats": ["json_date"], "utc_offset": "+08:00"}, "/Date(1769875200000)/", "2026-02-01"),
        # What the text says of its own offset counts above the profile.
        ({"date_formats": ["json_date"], "utc_offset": "+08:00"}, "/Date(1769875200000+0000)/", "2026-01-31"),
        ({"date_formats": ["json_date"]}, "/Date(1769817600000-0500)/", "2026-01-30"),
        ({"date_formats": ["json_date"]}, "Date(1769875200000)", None),
        # Day 46,053 of one calendar of spreadsheets is day 44,591 of the other.
        ({"date_formats": ["excel_1900"]}, "46053", "2026-01-31"),
        ({"date_formats": ["excel_1900"]}, "46053.75", "2026-01-31"),
        ({"date_formats": ["excel_1904"]}, "44591", "2026-01-31"),
        ({"date_formats": ["excel_1900"]}, "4605", None),
        ({"date_formats": ["excel_1900"]}, "20260131", None),
        ({}, "46053", None),
        ({"date_formats": ["%Y年%m月%d日"]}, "２０２６年０１月３１日", "2026-01-31"),
    ],
)
def test_a_date_that_is_a_count_is_read_where_the_profile_says_so(
    warehouse: RawWarehouse, form: dict[str, object], text: str, value: str | None
) -> None:
    assert judged_text(warehouse, "document_date", [text], **form) == [(text, value)]


def test_a_moment_of_a_count_keeps_its_time(warehouse: RawWarehouse) -> None:
    found = judged_text(warehouse, "recorded_at", ["46053.75", "1769875200999"], date_formats=["excel_1900", "epoch_ms"])
    assert found == [("46053.75", "2026-01-31 18:00:00"), ("1769875200999", "2026-01-31 16:00:00.999")]


def test_a_date_that_is_computed_is_read_beside_dates_that_are_counts(warehouse: RawWarehouse, tmp_path: Path) -> None:
    computed = {"due_date": {"expression": "(date '1899-12-30' + document_date::integer + 30)"}}
    with_profile(warehouse, tmp_path, date_formats=["excel_1900"], columns=computed)
    warehouse.deliver("erp.documents", "documents.csv", HEADER + line(document_date="46053"))
    assert warehouse.rows("select document_date::varchar, due_date::varchar from raw.erp__documents") == [
        ("2026-01-31", "2026-03-02")
    ]


def test_null_marks_of_one_column_are_values_of_another(warehouse: RawWarehouse, tmp_path: Path) -> None:
    marks = {"due_date": {"column": "due_date", "null_marks": ["00000000", "31-DEC-4712"]}}
    with_profile(warehouse, tmp_path, date_formats=["%Y%m%d"], null_marks=["~"], columns=marks)
    rows = [
        line(document_no="00000000", document_date="20260131", due_date="00000000", sale_type="~"),
        line(document_no="2", document_date="20260131", due_date=" 31-DEC-4712 "),
        line(document_no="~", document_date="20260131"),
    ]
    warehouse.deliver("erp.documents", "documents.csv", HEADER + "".join(rows))
    assert warehouse.rows("select document_no, due_date, sale_type from raw.erp__documents order by 1") == [
        ("00000000", None, None), ("2", None, None),
    ]  # fmt: skip
    assert [(row[0], row[1], row[3]) for row in warehouse.quarantined()] == [(4, "document_no", "is required but empty")]


def test_a_trailer_is_written_as_the_amounts_are(warehouse: RawWarehouse, tmp_path: Path) -> None:
    form = {**GERMAN, "delimiter": ";", "number_signs": ["trailing"], "number_units": {"EUR": 1}}
    receipt = line(document_type="receipt", amount="1.000,00-").replace('","', '";"')
    with_profile(warehouse, tmp_path, **form, trailer={"line": "SUM;(?P<amount>.+)"})
    warehouse.deliver("erp.documents", "documents.csv", HEADER.replace(",", ";") + receipt + "SUM;1.000,00- EUR\n")
    assert warehouse.rows("select amount from raw.erp__documents") == [(Decimal("-1000.00"),)]
    with pytest.raises(DataRefusedError, match="amounts come to 999,00"):
        warehouse.deliver("erp.documents", "documents_2.csv", HEADER.replace(",", ";") + receipt + "SUM;999,00-\n")


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"number_units": {"万": 12}}, "stands for 12, which is not 1, 10, 100, 0.01 or the like"),
        ({"number_units": {"5": 1}}, "holds a digit"),
        ({"number_units": {"Cr": 10_000_000}, "number_signs": ["credit_debit"]}, "takes for a sign"),
        ({"utc_offset": "8"}, "is not written as"),
        ({"number_signs": ["front"]}, "Input should be 'trailing', 'brackets' or 'credit_debit'"),
        ({"date_formats": ["epoch"]}, "has no year"),
    ],
)
def test_settings_of_numbers_and_dates_that_cannot_be_meant_are_refused(
    warehouse: RawWarehouse, tmp_path: Path, changes: dict[str, object], told: str
) -> None:
    with pytest.raises(DataRefusedError, match=told):
        with_profile(warehouse, tmp_path, **changes)
