"""Small ledgers that peer systems got wrong, side by side in one home: figures as their own reports say they should be."""

import json
import shutil
from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest
import yaml

from ingestion.contract import load_contracts
from ingestion.deliveries import standing_keys
from ingestion.errors import DataRefusedError
from ingestion.loader import load_table
from ingestion.profile import Delivery, load_profile
from ingestion.warehouse import create_raw_tables
from tests.conftest import SHARED_DATA, Home

CASES = SHARED_DATA.with_name("cases")
LEDGERS = (
    "R05_oldest_first", "R06_bounced_payment", "R08_paid_in_another_currency", "R09_cancel_and_rebill", "R12_long_rate",
    "R18_credit_note_names_invoice", "R20_dunned_though_in_credit", "R21_application_of_a_draft",
)  # fmt: skip
pytestmark = pytest.mark.skipif(not CASES.is_dir(), reason=f"{CASES} is not on this machine")


@pytest.fixture(scope="module")
def peers(new_home: Callable[[], Home], tmp_path_factory: pytest.TempPathFactory) -> Home:
    """All ledgers in one delivery: each is a company of its own, and their rates are the same."""
    folder = tmp_path_factory.mktemp("peers")
    for case in LEDGERS:
        for file in (CASES / case / "files").glob("*.csv"):
            if not file.stem.startswith("fx_rates"):
                shutil.copy(file, folder / f"{file.stem.removesuffix('_1')}_{case}.csv")
    shutil.copy(CASES / LEDGERS[0] / "files" / "fx_rates.csv", folder)
    # The case was written when a contract had one amount: what the receipt was used up of is its whole, 905 EUR.
    exchanged = folder / "applications_R08_paid_in_another_currency.csv"
    header, row = exchanged.read_text(encoding="utf-8").splitlines()
    exchanged.write_text(f"{header},credit_applied_amount\n{row},905.00\n", encoding="utf-8")
    home = new_home()
    done = home.run("refresh", "--as-of", "2026-06-30", "--profile", "canonical", "--extracts", str(folder))
    assert done.returncode == 0, done.stdout + done.stderr
    return Home(home.path, done.stdout)


def expected(case: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((CASES / case / "expected.json").read_text(encoding="utf-8"))
    return found


def open_items(home: Home, as_of_date: str, *policy: str) -> dict[str, dict[str, Decimal]]:
    """Open amounts by company and document, of any date and under any policy."""
    done = home.run("aging", "--as-of", as_of_date, *policy, "--by", "item", "--format", "json")
    assert done.returncode == 0, done.stderr
    found: dict[str, dict[str, Decimal]] = {}
    for row in json.loads(done.stdout)["open_items"]:
        found.setdefault(row["company_code"], {})[row["document_no"]] = Decimal(row["outstanding_amount"])
    return found


def test_what_is_posted_later_does_not_change_what_was_matched(peers: Home) -> None:
    found = open_items(peers, "2026-04-15", "--policy", "aging-receipts-1")
    for company, items in expected("R05_oldest_first")["open_items"].items():
        assert found[company] == {document: Decimal(amount) for document, amount in items.items()}


def test_a_cheque_that_bounced_is_no_payment_and_what_is_paid_for_good_is_late_from_the_original_due_date(peers: Home) -> None:
    wanted = expected("R06_bounced_payment")
    for date, figures in wanted["fct_turnover company S6A, S6B"].items():
        rows = peers.query(
            f"select {', '.join(figures)} from marts.fct_turnover "
            f"where as_of_date = '{date}' and level = 'company' and level_key in ('S6A', 'S6B')"
        )
        assert [tuple(None if value is None else float(value) for value in row) for row in rows] == [
            tuple(None if value is None else float(value) for value in figures.values())
        ] * 2
    figures = wanted["fct_payment_behaviour as of 2026-06-30, both customers"]
    rows = peers.query(
        f"select {', '.join(figures)} from marts.fct_payment_behaviour "
        "where as_of_date = '2026-06-30' and customer_id like '%S6_-K1'"
    )
    assert [[str(value) if isinstance(value, str) else float(value) for value in row] for row in rows] == [
        [value if value == "habitually_late" else float(value) for value in figures.values()]
    ] * 2


def test_an_invoice_that_is_paid_in_another_currency_is_settled_at_a_loss(peers: Home) -> None:
    wanted = expected("R08_paid_in_another_currency")
    found = open_items(peers, "2026-06-30")
    for company, items in wanted["open_items"].items():
        assert found.get(company, {}) == {document: Decimal(amount) for document, amount in items.items()}
    for company, amount in wanted["realised_fx_base"].items():
        assert peers.query(
            "select sum(realised_fx_base_amount), sum(difference_amount), sum(rounding_base_amount) "
            f"from marts.fct_receivables_rollforward where company_code = '{company}'"
        ) == [(Decimal(amount), 0, 0)]


def test_an_application_of_a_draft_is_named_and_costs_nobody_else_the_refresh(peers: Home) -> None:
    assert open_items(peers, "2026-06-30")["S17"] == {"INV": Decimal("10.00")}
    told = "company_code=S17, record_id=a, problem=credit document DRAFT-PAY was not delivered, currency_code=EUR, amount=5.00"
    assert told in peers.output


def test_what_is_cancelled_and_billed_again_counts_once(peers: Home) -> None:
    for company, figures in expected("R09_cancel_and_rebill")["fct_credit_exposure as of 2026-06-30"].items():
        rows = peers.query(
            f"select {', '.join(figures)} from marts.fct_credit_exposure "
            f"where as_of_date = '2026-06-30' and customer_id like '%{company}-K1'"
        )
        assert rows == [tuple(Decimal(value) if isinstance(value, str) else value for value in figures.values())]


def test_a_rate_of_twelve_decimals_does_not_cost_the_invoice(peers: Home) -> None:
    base = expected("R12_long_rate")["base"]
    assert dict(
        peers.query(
            "select document_no, outstanding_base_amount from marts.fct_open_items "
            "where as_of_date = '2026-06-30' and company_code = 'S12'"
        )
    ) == {document: Decimal(amount) for document, amount in base.items()}


def test_a_credit_note_that_names_its_invoice_is_matched_like_a_receipt(peers: Home) -> None:
    found = open_items(peers, "2026-06-30", "--policy", "aging-receipts-1")
    for company, items in expected("R18_credit_note_names_invoice")["open_items"].items():
        assert found[company] == {document: Decimal(amount) for document, amount in items.items()}


def test_who_owes_nothing_on_balance_is_not_dunned(peers: Home) -> None:
    rows = peers.query(
        "select dunning_level, block_reason from marts.fct_dunning where as_of_date = '2026-06-30' and company_code = 'S22'"
    )
    assert all(not level or reason for level, reason in rows)
    assert not peers.query(
        "select 1 from marts.fct_collection_worklist as worklist "
        "join marts.fct_open_items as items using (as_of_date, customer_id) "
        "where as_of_date = '2026-06-30' and items.company_code = 'S22' and worklist.debtor_type = 'short_of_cash'"
    )


def test_what_a_list_of_open_items_leaves_out_is_closed(tmp_path: Path) -> None:
    contract, canonical = load_contracts()["erp.documents"], load_profile("canonical")
    whole = Delivery(mode="full", files="wholes")
    tables = [one.model_copy(update={"delivery": whole}) for one in canonical.mappings_of(contract)]
    profile = canonical.model_copy(update={"name": "lists", "tables": tuple(tables)})
    with duckdb.connect(str(tmp_path / "working.duckdb")) as con:
        create_raw_tables(con)
        files = CASES / "R19_open_item_lists" / "files"
        found = load_table(con, contract, profile, files, tmp_path / "archive", datetime.fromisoformat("2026-06-30"))
        stood = con.execute(standing_keys(contract, "lists")).fetchall()
        amounts = dict(con.execute("select document_no, max_by(amount, _load_id) from raw.erp__documents group by 1").fetchall())
    wanted = expected("R19_open_item_lists")["open_items"]
    assert {document: amounts[document] for _, document in stood} == {item: Decimal(amount) for item, amount in wanted.items()}
    assert [load.closed_row_count for load in found.loads] == [0, 1]


def loaded(case: str, table: str, columns: str, folder: Path, **changes: Any) -> tuple[list[tuple[Any, ...]], list[str]]:
    """Raw rows of a case's files under its own profile, its first table changed so, and the reasons of what was set aside."""
    profiles = folder / "profiles"
    profiles.mkdir()
    profile_body = yaml.safe_load((CASES / case / "profile.yml").read_text(encoding="utf-8"))
    changes["columns"] = profile_body["tables"][0]["columns"] | changes.pop("mapped", {})
    profile_body["tables"][0] |= changes
    (profiles / f"{case.lower()}.yml").write_text(yaml.safe_dump(profile_body), encoding="utf-8")
    contract = load_contracts()[table]
    with duckdb.connect(str(folder / "working.duckdb")) as con:
        create_raw_tables(con)
        profile = load_profile(case.lower(), profiles)
        load_table(con, contract, profile, CASES / case / "files", folder / "archive", datetime.fromisoformat("2026-06-30"))
        rows = con.execute(f"select {columns} from raw.{contract.raw_name} order by all").fetchall()
        reasons = con.execute("select reason from raw.quarantined_rows order by line_number").fetchall()
    return rows, [reason for (reason,) in reasons]


def test_of_a_printed_list_the_lines_are_records_and_the_noise_is_not_set_aside(tmp_path: Path) -> None:
    wanted = expected("F01_sap_list")
    rows, reasons = loaded("F01_sap_list", "erp.documents", "document_no, amount", tmp_path)
    assert dict(rows) == {document: Decimal(amount) for document, amount in wanted["erp.documents"].items()}
    assert len(reasons) == wanted["quarantined"]


def test_of_a_printed_list_each_line_is_of_the_customer_above_it(tmp_path: Path) -> None:
    heads = {"customer": r"^Customer +(\S+)", "company": r"^Company Code +(\S+)"}
    rows, reasons = loaded(
        "F01_sap_list", "erp.documents", "customer_code, document_no", tmp_path, where=None, quote="", section_heads=heads,
        drop_lines=[r"^[-\f]", r"^(Name|City) ", r"^\|  \|St\|", r"^\| *\*"],
        mapped={"customer_code": "customer", "company_code": "company"},
    )  # fmt: skip
    assert rows == [("30017", "1400000007"), ("30017", "1800000012"), ("30017", "1800000031"), ("30025", "1800000044")]
    assert not reasons


def test_a_column_that_stands_twice_is_named_by_its_place(tmp_path: Path) -> None:
    with pytest.raises(DataRefusedError, match=r"line 1: column Curr\. stands 2 times.*\n.*Curr\.#1 or Curr\.#2"):
        loaded("F02_column_twice", "erp.documents", "1", tmp_path)
    (tmp_path / "named").mkdir()
    rows, _ = loaded(
        "F02_column_twice", "erp.documents", "document_no, amount || ' ' || currency_code", tmp_path / "named",
        mapped={"currency_code": "Curr.#1"},
    )  # fmt: skip
    assert dict(rows) == expected("F02_column_twice")["erp.documents"]


def test_a_line_break_in_quotes_breaks_no_record(tmp_path: Path) -> None:
    wanted = expected("F03_line_break_in_quotes")
    columns = "case when document_no like 'PMT%' then 'payment' else document_no end, amount"
    rows, reasons = loaded("F03_line_break_in_quotes", "erp.documents", columns, tmp_path)
    assert dict(rows) == {document: Decimal(amount) for document, amount in wanted["erp.documents"].items()}
    assert sum(amount for _, amount in rows) == Decimal(wanted["total"])
    assert not reasons


def test_without_quoting_an_inch_mark_is_text(tmp_path: Path) -> None:
    rows, reasons = loaded("F07_no_quoting", "erp.documents", "document_no, amount", tmp_path, quote="")
    wanted = expected("F07_no_quoting")["erp.documents"]
    assert dict(rows) == {document: Decimal(amount) for document, amount in wanted.items()}
    assert not reasons


def test_a_second_sheet_is_read_or_the_file_is_refused(tmp_path: Path) -> None:
    rows, _ = loaded("F05_second_sheet", "erp.documents", "document_no, amount", tmp_path)
    wanted = expected("F05_second_sheet")["erp.documents"]
    assert rows == [(document, Decimal(amount)) for document, amount in wanted.items()]


def test_a_number_that_a_spreadsheet_rewrote_is_nobodys_number(tmp_path: Path) -> None:
    rows, reasons = loaded("F06_long_numbers", "erp.documents", "customer_code", tmp_path)
    assert not rows
    assert len(reasons) == 2


def test_small_rates_of_number_cells_are_loaded(tmp_path: Path) -> None:
    columns = "currency_code || '/' || base_currency_code || ' ' || rate_date, fx_rate"
    rows, _ = loaded("F08_small_rates", "erp.fx_rates", columns, tmp_path)
    assert dict(rows) == {rate: Decimal(value) for rate, value in expected("F08_small_rates")["erp.fx_rates"].items()}


def test_a_tab_behind_a_number_makes_no_other_customer(tmp_path: Path) -> None:
    rows, _ = loaded("F10_tab_behind_number", "erp.documents", "document_no, customer_code", tmp_path)
    assert rows == [(f"T-{number}", "310114000000700101") for number in (1, 2, 3)]
