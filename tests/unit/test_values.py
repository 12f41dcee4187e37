"""A value is wholly what its format says: read exactly, read and told, or set aside; never altered without a word."""

from datetime import datetime
from decimal import Decimal
from pathlib import Path

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ingestion.contract import Contract, load_contracts
from ingestion.formats import number_pattern
from ingestion.profile import FileFormat, load_profile
from ingestion.texts import normalised, normalised_sql, stripped, stripped_sql
from tests.unit.conftest import RawWarehouse

HEADER = "company_code,document_no,document_type,customer_code,document_date,currency_code,amount,fx_rate,sale_type,due_date\n"
ONCE = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=25)


def line(**values: str) -> str:
    row = {
        "company_code": "A", "document_no": "1", "document_type": "invoice", "customer_code": "K", "document_date": "2026-01-31",
        "currency_code": "CNY", "amount": "1.00", "fx_rate": "", "sale_type": "", "due_date": "",
    } | values  # fmt: skip
    return ",".join(f'"{value}"' for value in row.values()) + "\n"


def with_profile(warehouse: RawWarehouse, tmp_path: Path, table: str = "erp.documents", **changes: object) -> None:
    """Have the warehouse read `documents*` by a profile that names each column as the contract does, with these changes."""
    columns = {column.name: column.name for column in load_contracts()[table].columns if column.name in HEADER}
    columns |= changes.pop("columns", {})
    entry = {"table": table, "files": "documents*", "columns": columns, **changes}
    (tmp_path / "mine.yml").write_text(yaml.safe_dump({"description": "mine", "tables": [entry]}, allow_unicode=True))
    load_profile.cache_clear()
    warehouse.profile = load_profile("mine", tmp_path)


def judged_text(warehouse: RawWarehouse, column: str, texts: list[str], **form: object) -> list[tuple]:
    """(text, value) of a documents' column for each text, value null where it was set aside."""
    from ingestion.casting import judged_rows
    from ingestion.profile import TableMapping

    con, contract = warehouse.con, load_contracts()["erp.documents"]
    names = tuple(one.name for one in contract.columns)
    con.execute(f"create or replace temp table delivered as select 1::bigint as line_number, null::varchar as reader_problem, "
                f"{', '.join(f'null::varchar as {name}' for name in names)} where false")  # fmt: skip
    con.executemany(f"insert into delivered (line_number, {column}) values (?, ?)", [(i, text) for i, text in enumerate(texts)])
    mapping = TableMapping(table=contract.name, files="", file_format=FileFormat(**form), columns="same_names")
    found = con.execute(
        f"select line_number, {column}::varchar from ({judged_rows(contract, mapping, names)}) "
        f"where len(list_filter(list_concat(problems, left_out), lambda p: p.column_name = '{column}')) = 0"
    ).fetchall()
    values = dict(found)
    return [(text, values.get(i)) for i, text in enumerate(texts)]


@pytest.mark.parametrize(
    ("form", "text", "value"),
    [
        ({"thousands_separator": ","}, "1,234.56", "1234.56"),
        ({"thousands_separator": ","}, "1234.56", "1234.56"),
        ({"thousands_separator": ","}, "1,234,567", "1234567.00"),
        ({"thousands_separator": ","}, "0,50", None),
        ({"thousands_separator": ","}, "1234,56", None),
        ({"thousands_separator": ","}, "1,234567", None),
        ({"thousands_separator": ","}, "0,500", None),
        ({"thousands_separator": ","}, "1,234.567,89", None),
        ({"thousands_separator": ","}, "1.234,56", None),
        ({"thousands_separator": ","}, ",500", None),
        ({"thousands_separator": ","}, "1,,234", None),
        ({"thousands_separator": ","}, "1,00,000", None),
        ({"thousands_separator": ",", "digit_grouping": "indian"}, "1,00,000.50", "100000.50"),
        ({"thousands_separator": ",", "digit_grouping": "indian"}, "1,234", "1234.00"),
        ({"thousands_separator": ",", "digit_grouping": "indian"}, "100,000", None),
        ({"thousands_separator": ".", "decimal_separator": ","}, "100.00", None),
        ({"thousands_separator": ".", "decimal_separator": ","}, "1.234,56", "1234.56"),
        ({"thousands_separator": ".", "decimal_separator": ","}, "0,50", "0.50"),
        ({"thousands_separator": " ", "decimal_separator": ","}, "1\u202f234,56", "1234.56"),
        ({"thousands_separator": "'"}, "1\u2019234.56", "1234.56"),
        ({}, "\u00a01.50\t", "1.50"),
        ({}, "１００", "100.00"),
        ({"thousands_separator": ","}, "\u3000１，２３４．５０\t", "1234.50"),
        ({}, "\u22125.00", "-5.00"),
        ({}, "\ufeff7\u200b", "7.00"),
        ({}, "٣", None),
        ({}, "1e3", None),
        ({}, "#N/A", None),
    ],
)
def test_a_thousands_mark_stands_between_groups_of_three_digits_only(
    warehouse: RawWarehouse, form: dict[str, str], text: str, value: str | None
) -> None:
    assert judged_text(warehouse, "amount", [text], **form) == [(text, value)]


@pytest.mark.parametrize(
    ("date_format", "text", "value"),
    [
        ("%Y%m%d", "20261101", "2026-11-01"),
        *(("%Y%m%d", text, None) for text in ("2026111", "20261101x", "infinity", "-infinity", "epoch", "20261301")),
        *(("%Y-%m-%d", text, None) for text in ("infinity", "epoch", "2026-1-5", "2026-01-05 00:00:00", "2026-02-30")),
        ("%-m/%-d/%Y", "1/5/2026", "2026-01-05"),
        ("%-m/%-d/%Y", "01/05/2026", "2026-01-05"),
        ("%m/%d/%Y", "1/5/2026", None),
        ("%d.%m.%y", "31.01.26", "2026-01-31"),
        ("%d %b %Y", "31 Jan 2026", "2026-01-31"),
        ("%d %b %Y", "31 Foo 2026", None),
    ],
)  # fmt: skip
def test_a_date_is_wholly_what_its_format_says(warehouse: RawWarehouse, date_format: str, text: str, value: str | None) -> None:
    assert judged_text(warehouse, "document_date", [text], date_formats=(date_format,)) == [(text, value)]


@ONCE
@given(st.lists(st.from_regex(r"[+-]?[0-9]{1,7}([,.][0-9]{0,4}){0,3}", fullmatch=True), min_size=1, max_size=40))
def test_every_number_text_is_set_aside_or_formats_back_to_itself(warehouse: RawWarehouse, texts: list[str]) -> None:
    for text, value in judged_text(warehouse, "amount", texts, thousands_separator=","):
        if value is not None:
            number = Decimal(value)
            grouped, plain = f"{number:,.2f}", f"{number:.2f}"
            whole, _, decimals = text.lstrip("+-").partition(".")
            same = whole.lstrip("0").rjust(1, "0") + "." + decimals.rstrip("0").ljust(2, "0")
            assert same in (grouped.lstrip("-"), plain.lstrip("-")), (text, value)
            assert (number < 0) == (text.startswith("-") and number != 0)


@ONCE
@given(st.lists(st.text(alphabet="0123456789-/ Txinfepoch", max_size=12), min_size=1, max_size=40))
def test_every_date_text_is_set_aside_or_formats_back_to_itself(warehouse: RawWarehouse, texts: list[str]) -> None:
    for text, value in judged_text(warehouse, "document_date", texts, date_formats=("%Y-%m-%d", "%Y%m%d")):
        if value is not None:
            date = datetime.fromisoformat(value)
            assert stripped(text) in (date.strftime("%Y-%m-%d"), date.strftime("%Y%m%d"))


@ONCE
@given(
    st.lists(
        st.text(alphabet="AaZ019-_ \t\u00a0\u3000\u200b\ufeff\u2060\uff21\uff10\uff0d\u4e2de\u0301\u00e9\u202e", max_size=8),
        max_size=60,
    )
)
def test_sql_and_python_normalise_alike_and_once_is_enough(warehouse: RawWarehouse, texts: list[str]) -> None:
    for text in texts:
        found = warehouse.con.execute(
            f"select {normalised_sql('t')}, {stripped_sql('t')} from (select ? as t)", [text]
        ).fetchone()
        assert found == (normalised(text), stripped(text))
        assert normalised(normalised(text)) == normalised(text)


@pytest.mark.parametrize(
    "variant",
    [
        "K-1\t",
        " K-1",
        "\ufeffK-1",
        "K\u200b-1",
        "\u00a0K-1\u3000",
        "Ｋ-1",
        "K-１",
        "K－1",
        "K-1\u2060",
        "\tK-1 ",
        "K\u00ad-1",
        "K-1\u202c",
    ],
)
def test_variants_of_a_key_in_blanks_and_width_are_one_key_and_are_told(warehouse: RawWarehouse, variant: str) -> None:
    warehouse.deliver(
        "erp.documents", "documents.csv", HEADER + line(customer_code="K-1") + line(document_no="2", customer_code=variant)
    )
    assert warehouse.rows("select distinct customer_code from raw.erp__documents") == [("K-1",)]
    told = warehouse.rows("select kind_code, column_name, value_count, told from raw.landing_notes")
    if variant.strip(" ") != "K-1":
        ((kind, column, count, sentence),) = told
        assert (kind, column, count) == ("normalised", "customer_code", 1)
        assert "line 3" in sentence and repr(variant) in sentence
    else:
        assert told == []


def test_two_lines_of_one_key_in_two_widths_are_the_same_key_twice(warehouse: RawWarehouse) -> None:
    warehouse.deliver("erp.documents", "documents.csv", HEADER + line(document_no="T-1") + line(document_no="Ｔ-1\t"))
    assert [reason for *_, reason in warehouse.quarantined()] == ["has the same key as line 2 of the same file"]


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ("3.10114E+11", "is a number that a spreadsheet rewrote; the code is lost"),
        ("3,10114E+11", "is a number that a spreadsheet rewrote; the code is lost"),
        ("3E+11", "is a number that a spreadsheet rewrote; the code is lost"),
        ("3.10114E11", "is a number that a spreadsheet rewrote; the code is lost"),
        ("#N/A", "is an error or a formula of a spreadsheet, not its value"),
        ("#REF!", "is an error or a formula of a spreadsheet, not its value"),
        ("=A1", "is an error or a formula of a spreadsheet, not its value"),
        ("K\u0007", "holds a character that cannot be read"),
        ("K\u0663", "holds digits of another script"),
        ("\u041a-1A", "mixes Latin letters with look-alikes of another script"),
    ],
)
def test_a_key_that_has_two_readings_is_set_aside(warehouse: RawWarehouse, value: str, reason: str) -> None:
    warehouse.deliver("erp.documents", "documents.csv", HEADER + line(customer_code=value))
    assert [found for *_, found in warehouse.quarantined()] == [reason]


@pytest.mark.parametrize("value", ["1E5", "E48", "12E-3", "Ortiz & Daughters", "中联-7", "#7", "C1=2"])
def test_codes_that_only_look_odd_are_codes(warehouse: RawWarehouse, value: str) -> None:
    warehouse.deliver("erp.documents", "documents.csv", HEADER + line(customer_code=value))
    expected = [] if value == "12E-3" else [(value,)]
    assert warehouse.rows("select customer_code from raw.erp__documents") == expected


def test_case_counts_but_where_the_contract_says_otherwise(warehouse: RawWarehouse) -> None:
    warehouse.deliver("erp.documents", "documents.csv", HEADER + line(customer_code="k1", currency_code="usd"))
    assert warehouse.rows("select customer_code, currency_code from raw.erp__documents") == [("k1", "USD")]
    assert warehouse.rows("select kind_code, column_name from raw.landing_notes") == [("normalised", "currency_code")]


def test_names_lose_every_kind_of_blank_at_their_ends_and_nothing_inside(warehouse: RawWarehouse) -> None:
    warehouse.deliver(
        "erp.companies", "companies.csv", "company_code,company_name,base_currency_code\nA,\u3000三江  重工\u00a0\t,CNY\n"
    )
    assert warehouse.rows("select company_name from raw.erp__companies") == [("三江  重工",)]


@pytest.mark.parametrize(
    ("text", "rate"),
    [
        ("7.123456789012", "7.12345679"),
        ("7.123456785", "7.12345678"),  # a tie goes to the even digit: 8 stays
        ("7.123456775", "7.12345678"),  # and 7 becomes 8
        ("7.1234567850001", "7.12345679"),  # no tie
        ("-7.123456785", "-7.12345678"),
        ("7.120000000000", "7.12000000"),
        ("0.0000613", "0.00006130"),
    ],
)
def test_a_rate_with_more_decimals_is_rounded_half_to_even(warehouse: RawWarehouse, text: str, rate: str) -> None:
    head = "subject,metric,value,valid_from,known_from\n"
    warehouse.deliver("any.metrics", "metrics.csv", f"{head}K1,machine_hours,{text},2026-01-01,2026-01-01\n")
    assert warehouse.rows("select value::varchar from raw.any__metrics") == [(rate,)]
    is_told = bool(warehouse.rows("select 1 from raw.landing_notes where kind_code = 'rounded' and column_name = 'value'"))
    assert is_told == (len(text.rstrip("0").partition(".")[2]) > 8)


@pytest.mark.parametrize(
    ("column", "text", "reason"),
    [
        ("fx_rate", "n/a", "is not a number"),
        ("fx_rate", "0.0000000634", "is too small to be kept with 8 decimals"),
        ("fx_rate", "0.00", "is no exchange rate: it is not above zero"),
        ("fx_rate", "-7.1", "is no exchange rate: it is not above zero"),
        ("sale_type", "barter", "is not one of: outright, instalment, lease, parts, service"),
    ],
)
def test_an_optional_value_that_cannot_be_read_is_set_aside_alone(
    warehouse: RawWarehouse, column: str, text: str, reason: str
) -> None:
    (load,) = warehouse.deliver("erp.documents", "documents.csv", HEADER + line(**{column: text})).loads
    assert (load.loaded_row_count, load.quarantined_row_count) == (1, 0)
    assert warehouse.rows(f"select amount::varchar, {column} from raw.erp__documents") == [("1.00", None)]
    assert warehouse.rows("select line_number, column_name, value, reason, is_row_loaded from raw.quarantined_rows") == [
        (2, column, text, reason, True)
    ]
    ((told,),) = warehouse.rows("select told from raw.landing_notes")
    assert f"1 values of {column} were left out" in told and text in told and "line 2" in told


def test_an_optional_value_whose_absence_says_something_costs_its_row(warehouse: RawWarehouse) -> None:
    """Without a due date a document ages from its own date: that would be a claim, not a gap."""
    warehouse.deliver("erp.documents", "documents.csv", HEADER + line(due_date="2026-13-01"))
    assert warehouse.rows("select count(*) from raw.erp__documents") == [(0,)]


def test_a_later_load_that_reads_the_value_mends_it(warehouse: RawWarehouse) -> None:
    warehouse.deliver("erp.documents", "documents.csv", HEADER + line(fx_rate="n/a"))
    warehouse.deliver("erp.documents", "documents_2.csv", HEADER + line(fx_rate="7.1"))
    assert warehouse.rows("select mended_by_load_id from raw.quarantined_rows") == [(2,)]


def test_the_amount_of_a_line_that_cannot_be_split_is_at_stake_where_it_can_be_read(warehouse: RawWarehouse) -> None:
    head = "company_code,document_no,document_type,customer_code,document_date,currency_code,amount,reference_no\n"
    warehouse.deliver(
        "erp.documents", "documents.csv",
        head
        + 'A,1,invoice,K,2026-01-31,CNY,70.50,"open\n'  # the quote is not closed
        + "A,2,invoice,K,2026-01-31,CNY,80.25\n"  # a field is missing behind the amount
        + "A,3,invoice,Smith, John,2026-01-31,CNY,90.00,r\n"  # one too many before it: which one is the amount?
        + "A,4,invoice,K,2026-01-31,CNY,1,234.56,r\n"  # the amount itself is cut in two
        + "A,5,invoice,K,2026-01-31,CNY,1.234,56,r\n",  # and here too: it is 1,234.56, not 1.23
    )  # fmt: skip
    assert warehouse.rows("select line_number, amount from raw.quarantined_rows order by 1") == [
        (2, Decimal("70.50")), (3, Decimal("80.25")), (4, None), (5, None), (6, None),
    ]  # fmt: skip


def test_an_expression_that_cannot_be_computed_costs_its_line_and_not_the_refresh(
    warehouse: RawWarehouse, tmp_path: Path
) -> None:
    rate = {"fx_rate": {"expression": "(fx_rate::decimal(18, 6)) / 100"}, "amount": {"expression": "amount::decimal(18, 2) * -1"}}
    with_profile(warehouse, tmp_path, columns={**rate, "document_type": {"expression": "'receipt'"}})
    warehouse.deliver(
        "erp.documents", "documents.csv",
        HEADER + line(fx_rate="710") + line(document_no="2", fx_rate="n/a") + line(document_no="3", fx_rate="710", amount="n/a"),
    )  # fmt: skip
    assert warehouse.rows("select document_no, amount::varchar, fx_rate::varchar from raw.erp__documents order by 1") == [
        ("1", "-1.00", "7.10000000"), ("2", "-1.00", None),
    ]  # fmt: skip
    assert [(row[0], row[1], row[3].partition(":")[0]) for row in warehouse.quarantined()] == [
        (3, "fx_rate", "cannot be computed of this line"), (4, "amount", "cannot be computed of this line"),
    ]  # fmt: skip


def test_a_line_of_which_the_condition_cannot_be_computed_is_set_aside_and_not_left_out(
    warehouse: RawWarehouse, tmp_path: Path
) -> None:
    with_profile(warehouse, tmp_path, where="amount::decimal(18, 2) > 0")
    warehouse.deliver(
        "erp.documents", "documents.csv", HEADER + line() + line(document_no="2", amount="?") + line(document_no="3", amount="-1")
    )
    assert {row[0] for row in warehouse.quarantined()} == {3}
    assert warehouse.rows("select document_no from raw.erp__documents") == [("1",)]


def test_numbers_that_an_expression_computed_are_not_read_as_the_senders_text(warehouse: RawWarehouse, tmp_path: Path) -> None:
    """A German profile once read 100.00, computed, as 10000."""
    with_profile(
        warehouse,
        tmp_path,
        delimiter=";",
        thousands_separator=".",
        decimal_separator=",",
        columns={"amount": {"expression": "round(100.0::double, 2)"}},
    )
    warehouse.deliver("erp.documents", "documents.csv", (HEADER + line()).replace(",", ";"))
    assert warehouse.rows("select amount::varchar from raw.erp__documents") == [("100.00",)]


@pytest.mark.parametrize(
    ("defaults", "told"),
    [
        ({"encoding": "klingon"}, "there is no text encoding 'klingon'"),
        ({"encoding": "rot13"}, "there is no text encoding 'rot13'"),
        ({"date_formats": ["%Q"]}, "has a part %Q"),
        ({"date_formats": ["%d.%m"]}, "has no year"),
        ({"thousands_separator": "."}, "must differ"),
        ({"delimiter": '"'}, "delimiter and quote must differ"),
    ],
)
def test_a_profile_that_cannot_be_read_by_is_refused_before_any_file(
    tmp_path: Path, defaults: dict[str, object], told: str
) -> None:
    from ingestion.errors import DataRefusedError

    entry = {"table": "erp.companies", "files": "*.csv", "columns": "same_names"}
    (tmp_path / "bad.yml").write_text(yaml.safe_dump({"description": "bad", "defaults": defaults, "tables": [entry]}))
    load_profile.cache_clear()
    with pytest.raises(DataRefusedError, match=told):
        load_profile("bad", tmp_path)


def test_codes_of_the_profile_are_compared_as_codes_are(warehouse: RawWarehouse, tmp_path: Path) -> None:
    with_profile(warehouse, tmp_path, columns={"document_type": {"column": "document_type", "values": {"（ＲＶ）": "invoice"}}})
    warehouse.deliver(
        "erp.documents",
        "documents.csv",
        HEADER + line(document_type="(RV)\u3000") + line(document_no="2", document_type="（RV）"),
    )
    assert warehouse.rows("select count(*) from raw.erp__documents where document_type = 'invoice'") == [(2,)]


def test_every_code_column_says_that_it_is_one() -> None:
    def wrong(contract: Contract) -> list[str]:
        return [column.name for column in contract.columns if column.type == "text" and column.name in contract.key]

    assert {name: found for name, contract in load_contracts().items() if (found := wrong(contract))} == {}


def test_patterns_of_numbers_name_the_marks_exactly() -> None:
    assert number_pattern(".", "", "thousands") == r"[+-]?(?:(?:\d+)(?:\x{2e}\d*)?|\x{2e}\d+)"
