"""The synthetic sender is deterministic, of the size asked for, and true to the trade's identities."""

import hashlib
import json
from collections import defaultdict
from collections.abc import Callable
from csv import DictReader
from decimal import Decimal
from pathlib import Path

import pytest

from ingestion.synthetic import SyntheticSender, write_extracts

WEIGHTS = [3**i % 31 for i in range(17)]
CHARACTERS = "0123456789ABCDEFGHJKLMNPQRTUWXY"


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Path]:
    """Writes a sender's files once for each of its settings."""
    known: dict[SyntheticSender, Path] = {}

    def write(sender: SyntheticSender) -> Path:
        if sender not in known:
            known[sender] = tmp_path_factory.mktemp("extracts")
            write_extracts(sender, known[sender])
        return known[sender]

    return write


def csv_rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="gb18030", newline="") as file:
        return list(DictReader(file))


def fingerprints(folder: Path) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(folder.rglob("*.*"))
    }


def documents(folder: Path) -> list[dict[str, str]]:
    return [row for path in sorted((folder / "erp").glob("ar_documents_*.csv")) for row in csv_rows(path)]


def amount(row: dict[str, str], column: str) -> Decimal:
    sign = -1 if row["借贷标识"] == "H" else 1
    return sign * Decimal(row[column].replace(",", ""))


def test_the_same_seed_gives_the_same_bytes_and_another_seed_others(written: Callable[..., Path], tmp_path: Path) -> None:
    """At the size of the demo, whose refresh would else load as new what it has just loaded."""
    first = fingerprints(written(SyntheticSender(documents=20_000, seed=7)))
    write_extracts(SyntheticSender(documents=20_000, seed=7), tmp_path)
    assert fingerprints(tmp_path) == first
    other = fingerprints(written(SyntheticSender(documents=2000, seed=8)))
    assert other["erp/ar_documents_001.csv"] != first["erp/ar_documents_001.csv"]


@pytest.mark.parametrize("size", [200, 2000, 20_000])
def test_it_writes_about_as_many_documents_as_asked_for(written: Callable[..., Path], size: int) -> None:
    rows = csv_rows(written(SyntheticSender(documents=size)) / "erp" / "ar_documents_001.csv")
    assert 0.6 * size < len(rows) < 1.4 * size


def has_its_check_character(code: str) -> bool:
    total = sum(CHARACTERS.index(character) * weight for character, weight in zip(code, WEIGHTS, strict=False))
    return CHARACTERS[(31 - total % 31) % 31] == code[17]


def test_credit_codes_have_their_check_character_but_for_slips_planted_in_the_erp(written: Callable[..., Path]) -> None:
    folder = written(SyntheticSender())
    registered = {json.loads(line)["uscc"] for line in (folder / "bureau" / "registrations.jsonl").read_text().splitlines()}
    assert len(registered) > 350 and all(map(has_its_check_character, registered))
    noted = {row["统一社会信用代码"] for row in csv_rows(folder / "erp" / "customers.csv")} - {""}
    slips = {code for code in noted if not has_its_check_character(code)}
    assert 0 < len(slips) < 0.02 * len(noted)


def test_instalments_sum_to_their_invoice_to_the_cent(written: Callable[..., Path]) -> None:
    folder = written(SyntheticSender())
    invoices = {row["凭证号"]: amount(row, "金额") for row in csv_rows(folder / "erp" / "ar_documents_001.csv")}
    totals: dict[str, Decimal] = defaultdict(Decimal)
    for row in csv_rows(folder / "erp" / "ar_instalments_001.csv"):
        totals[row["凭证号"]] += Decimal(row["金额"].replace(",", ""))
    assert totals and all(invoices[number] == total for number, total in totals.items())


def test_the_general_ledger_is_the_sum_of_the_documents(written: Callable[..., Path]) -> None:
    folder = written(SyntheticSender())
    posted: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    for row in documents(folder):
        posted[row["公司代码"], row["币种"]] += amount(row, "金额")
    last = {
        (row["公司代码"], row["币种"]): amount(row, "余额")
        for row in csv_rows(folder / "erp" / "gl_control_balances.csv")
        if row["余额日期"] == "20261031"
    }
    assert last == dict(posted)


def test_what_is_applied_is_posted_and_no_document_gives_more_than_it_is(written: Callable[..., Path]) -> None:
    """By the end of the history: each credit gives and each debt takes at most its amount, whatever bounced in between."""
    folder = written(SyntheticSender())
    posted = {(row["公司代码"], row["凭证号"]): amount(row, "金额") for row in documents(folder)}
    given: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    for path in (folder / "erp").glob("ar_clearing_*.csv"):
        for row in csv_rows(path):
            applied = Decimal(row["核销金额"].replace(",", ""))
            given[row["公司代码"], row["贷方凭证"]] -= applied
            given[row["公司代码"], row["借方凭证"]] += applied
    assert set(given) <= set(posted)
    assert all(0 <= moved / posted[key] <= 1 for key, moved in given.items())


def test_it_has_the_truths_of_the_trade(written: Callable[..., Path]) -> None:
    folder = written(SyntheticSender())
    posted = documents(folder)
    assert {row["公司代码"] for row in posted} == {"1000", "2000", "3000"}
    assert {row["币种"] for row in posted} == {"CNY", "USD", "EUR"}
    assert {row["凭证类型"] for row in posted} == {"RV", "DD", "DZ", "DG", "AN", "WO", "RC", "RB", "RF", "FX"}
    assert {"instalment", "lease", "parts", "service", "outright"} <= {row["销售方式"] for row in posted}
    events = [json.loads(line) for line in (folder / "bureau" / "events.jsonl").read_text(encoding="utf-8").splitlines()]
    assert {event["type"] for event in events} == {
        "litigation", "dishonest_debtor_listing", "pledge", "mortgage", "control_change", "negative_news", "bankruptcy",
        "customer_bankruptcy",
    }  # fmt: skip
    assert {bool(event["ended"]) for event in events} == {True, False}


def test_what_goes_wrong_in_a_trade_goes_wrong(written: Callable[..., Path]) -> None:
    folder = written(SyntheticSender())
    posted = {row["凭证号"]: row for row in documents(folder)}
    bounced = [row for row in posted.values() if row["凭证类型"] == "RB"]
    assert bounced and all(posted[row["参考凭证号"]]["凭证类型"] == "DZ" for row in bounced)
    cancelling = [row for row in posted.values() if row["凭证类型"] == "DG" and row["订单号"]]
    billed = defaultdict(list)
    for row in posted.values():
        if row["凭证类型"] == "RV":
            billed[row["订单号"]].append(row["凭证号"])
    # What cancels an invoice names it and its order, which is billed once more.
    assert cancelling
    for row in cancelling:
        assert row["参考凭证号"] in billed[row["订单号"]] and len(billed[row["订单号"]]) == 2
    foreign = [row for row in posted.values() if row["凭证类型"] == "DZ" and row["币种"] != "CNY" and row["参考凭证号"] in posted]
    assert any(row["汇率"] != posted[row["参考凭证号"]]["汇率"] for row in foreign)
    orders = {row["客户编号"] for path in (folder / "erp").glob("sales_orders_*.csv") for row in csv_rows(path)}
    assert orders - {row["客户编号"] for row in posted.values()}
    limits = {row["信用额度"] for row in csv_rows(folder / "erp" / "customers.csv")}
    assert {"", "0.00"} < limits
    codes = {row["客户编号"] for row in csv_rows(folder / "erp" / "customers.csv")}
    assert any(len(code) == 6 and code.rjust(10, "0") in codes for code in codes)
