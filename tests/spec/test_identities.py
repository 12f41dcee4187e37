"""An identity once known stays, whatever is delivered later; padded numbers are one customer; names join no two of a company.

200 drawn worlds of companies, accounts, CRM notes and register entries, each cut after each of its four deliveries, stand side by
side in one warehouse: a cut world must name its customers as the whole one does.
"""

import csv
import random
import re
from collections import defaultdict
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest

from ingestion.contract import load_contracts
from ingestion.loader import load_table
from ingestion.profile import load_profile
from ingestion.warehouse import ask_for, create_raw_tables
from tests.conftest import Home

WORLDS, DELIVERIES = 200, 4
ALPHABET, WEIGHTS = "0123456789ABCDEFGHJKLMNPQRTUWXY", [pow(3, i, 31) for i in range(17)]
NUMBERS = ("0000000001", "1", "0000000002", "2", "K3", "0K3")
TABLES = {
    "customers": ["company_code", "customer_code", "customer_name", "unified_social_credit_code"],
    "accounts": ["account_id", "account_name", "unified_social_credit_code", "erp_customer_code", "company_code"],
    "registrations": ["unified_social_credit_code", "published_on", "registered_name"],
    "documents": [
        "company_code", "document_no", "document_type", "customer_code", "document_date", "due_date", "currency_code", "amount"
    ],
}  # fmt: skip
Row = dict[str, str]


def credit_code(number: int, *, is_valid: bool) -> str:
    """A code of 18 characters, its check character right (GB 32100-2015) or wrong."""
    body = f"91{number:015d}"
    right = (31 - sum(ALPHABET.index(one) * weight for one, weight in zip(body, WEIGHTS, strict=True)) % 31) % 31
    return body + ALPHABET[right if is_valid else (right + 1) % 31]


def drawn_world(draw: random.Random) -> list[dict[str, list[Row]]]:
    """Four deliveries of a world, with `A` to `C` for its companies, `x` to `z` for its codes and `m`, `n` for its names."""
    accounts: dict[tuple[str, str], Row] = {}
    deliveries = []
    # Of some worlds no code is known, and names are all there is.
    known = "xyz"[: draw.choice((0, 1, 3))]
    codes = [*known, "", "", ""]
    for delivery in range(DELIVERIES):
        tables: dict[str, list[Row]] = defaultdict(list)
        for _ in range(draw.randint(0 if delivery else 1, 3)):
            company, number = draw.choice("ABC"), draw.choice(NUMBERS)
            code, name = draw.choice(codes), draw.choice("mmn")
            accounts[company, number] = dict(zip(TABLES["customers"], (company, number, name, code), strict=True))
        tables["customers"] = list(accounts.values())
        for _ in range(draw.randint(0, 1)):
            tables["documents"].append({"company_code": draw.choice("ABC"), "customer_code": draw.choice(NUMBERS)})
        for _ in range(draw.randint(0, 2)):
            note = (
                f"{delivery}{len(tables['accounts'])}",
                draw.choice("mn"),
                draw.choice(codes),
                draw.choice(NUMBERS),
            )
            tables["accounts"].append(dict(zip(TABLES["accounts"], (*note, draw.choice("ABC")), strict=True)))
        for code in draw.sample(known, draw.randint(0, min(1, len(known)))):
            tables["registrations"].append({"unified_social_credit_code": code, "registered_name": draw.choice("mn")})
        deliveries.append(dict(tables))
    return deliveries


def in_world(row: Row, world: int, codes: dict[str, str]) -> Row:
    """A row with the names of one world: companies A12, codes and names that no other world has."""
    told = {
        "company_code": lambda value: f"{value}{world}",
        "unified_social_credit_code": lambda value: codes.get(value, ""),
        "customer_name": lambda value: f"{value}{world}有限公司",
        "account_name": lambda value: f"{value}{world}",
        "registered_name": lambda value: f"{value}{world}有限公司",
        "account_id": lambda value: f"{world}-{value}",
    }
    return {name: told.get(name, str)(value) for name, value in row.items()}


@pytest.fixture(scope="module")
def identified(new_home: Callable[[], Home], tmp_path_factory: pytest.TempPathFactory) -> dict[tuple[int, int], dict[str, Any]]:
    """By world and the deliveries that it was cut after: account to (customer, rule), in the letters of the world."""
    home, extracts = new_home(), tmp_path_factory.mktemp("worlds")
    worlds = [drawn_world(random.Random(seed)) for seed in range(WORLDS)]
    letters: dict[str, str] = {}
    deliver(home, extracts, worlds, letters)
    build = ("build", "--exclude-resource-type", "test", "--exclude-resource-type", "unit_test")
    done = home.dbt(home.path / "dbt", *build, "--select", "+int_identity__accounts_identified")
    assert done.returncode == 0, done.stdout
    found: dict[tuple[int, int], dict[str, Any]] = defaultdict(dict)
    with duckdb.connect(str(home.path / "working.duckdb")) as con:
        rows = con.execute(
            "select record_key, customer_id, rule_code from intermediate.int_identity__accounts_identified"
        ).fetchall()
    for record, customer, rule in rows:
        company, place, number = re.fullmatch(r"erp:([A-C])(\d+)-(\w+)", record).groups()  # type: ignore[union-attr]
        told = letters.get(customer) or customer.replace(place, "", 1)
        found[divmod(int(place), DELIVERIES)][f"{company}-{number}"] = (told, rule)
    return found


def deliver(home: Home, extracts: Path, worlds: list[list[dict[str, list[Row]]]], letters: dict[str, str]) -> None:
    """Land the four deliveries of all worlds, one after the other; in those that follow its cut a world delivers nothing."""
    codes: dict[int, dict[str, str]] = {}
    for place in range(WORLDS * DELIVERIES):
        codes[place] = {one: credit_code(10 * place + n, is_valid=one != "z") for n, one in enumerate("xyz")}
        letters.update({code: one for one, code in codes[place].items()})
    with duckdb.connect(str(home.path / "working.duckdb")) as con:
        create_raw_tables(con)
        profile = load_profile("canonical")
        for number in range(DELIVERIES):
            for table, columns in TABLES.items():
                rows = [
                    in_world(row, place, codes[place])
                    for place in range(WORLDS * DELIVERIES)
                    if number <= place % DELIVERIES
                    for row in worlds[place // DELIVERIES][number].get(table, [])
                ]
                common = {
                    "document_type": "invoice",
                    "document_date": "2026-01-01",
                    "due_date": "2026-01-31",
                    "currency_code": "CNY",
                }
                common |= {"amount": "1.00", "published_on": f"2026-01-0{number + 1}"}
                with (extracts / f"{table}.csv").open("w", encoding="utf-8", newline="") as file:
                    writer = csv.DictWriter(file, columns, extrasaction="ignore")
                    writer.writeheader()
                    writer.writerows({**common, "document_no": f"{number}{at}", **row} for at, row in enumerate(rows))
            for contract in load_contracts().values():
                load_table(
                    con, contract, profile, extracts, home.path / "archive", datetime.fromisoformat(f"2026-01-0{number + 1}")
                )
            ask_for(con, date(2026, 3, 31), "worlds")


def test_what_is_delivered_later_moves_no_identity(identified: dict[tuple[int, int], dict[str, Any]]) -> None:
    """3,000 accounts and more, each with the customer that it had when it was first known."""
    compared = 0
    for (world, cut), accounts in identified.items():
        whole = identified[world, DELIVERIES - 1]
        for account, (customer, _) in accounts.items():
            compared += 1
            assert whole[account][0] == customer, (world, cut, account, customer, whole[account])
    assert compared > 3000


def test_numbers_padded_or_not_are_one_customer(identified: dict[tuple[int, int], dict[str, Any]]) -> None:
    pairs = 0
    for accounts in identified.values():
        for company in "ABC":
            for padded, bare in (("0000000001", "1"), ("0000000002", "2")):
                both = accounts.get(f"{company}-{padded}"), accounts.get(f"{company}-{bare}")
                if both[0] and both[1]:
                    pairs += 1
                    assert both[0][0] == both[1][0]
    assert pairs > 100


def test_only_credit_codes_join_two_numbers_of_one_company(identified: dict[tuple[int, int], dict[str, Any]]) -> None:
    joined = 0
    for accounts in identified.values():
        numbers: dict[tuple[str, str], dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
        for account, (customer, rule) in accounts.items():
            company, number = account.split("-")
            bare = number.lstrip("0") if number.isdigit() else number
            numbers[customer, company][bare].add(rule)
        for rules in (one for one in numbers.values() if len(one) > 1):
            joined += 1
            assert not {"name", "same_name"} & set().union(*rules.values()), rules
    assert joined > 30
