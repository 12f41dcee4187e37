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


def amount(row: dict[str, str], column: str) -> Decimal:
    sign = -1 if row["借贷标识"] == "H" else 1
    return sign * Decimal(row[column].replace(",", ""))


def test_the_same_seed_gives_the_same_bytes_and_another_seed_others(written: Callable[..., Path], tmp_path: Path) -> None:
    first = fingerprints(written(SyntheticSender(documents=2000, seed=7)))
    write_extracts(SyntheticSender(documents=2000, seed=7), tmp_path)
    assert fingerprints(tmp_path) == first
    other = fingerprints(written(SyntheticSender(documents=2000, seed=8)))
    assert other["erp/ar_documents_001.csv"] != first["erp/ar_documents_001.csv"]


@pytest.mark.parametrize("documents", [200, 2000, 20_000])
def test_it_writes_about_as_many_documents_as_asked_for(written: Callable[..., Path], documents: int) -> None:
    rows = csv_rows(written(SyntheticSender(documents=documents)) / "erp" / "ar_documents_001.csv")
    assert 0.6 * documents < len(rows) < 1.4 * documents


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
    for row in csv_rows(folder / "erp" / "ar_documents_001.csv"):
        posted[row["公司代码"], row["币种"]] += amount(row, "金额")
    last = {
        (row["公司代码"], row["币种"]): amount(row, "余额")
        for row in csv_rows(folder / "erp" / "gl_control_balances.csv")
        if row["余额日期"] == "20261031"
    }
    assert last == dict(posted)


def test_it_has_the_truths_of_the_trade(written: Callable[..., Path]) -> None:
    folder = written(SyntheticSender())
    documents = csv_rows(folder / "erp" / "ar_documents_001.csv")
    assert {row["公司代码"] for row in documents} == {"1000", "2000", "3000"}
    assert {row["币种"] for row in documents} == {"CNY", "USD", "EUR"}
    assert {row["凭证类型"] for row in documents} == {"RV", "DZ", "DG", "AN", "WO"}
    assert {"instalment", "lease", "parts", "service", "outright"} <= {row["销售方式"] for row in documents}
    events = [json.loads(line) for line in (folder / "bureau" / "events.jsonl").read_text(encoding="utf-8").splitlines()]
    assert {"litigation", "dishonest_debtor_listing", "pledge", "control_change"} <= {event["type"] for event in events}
