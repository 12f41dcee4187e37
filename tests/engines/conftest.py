"""One warehouse that holds every drawn ledger, and every variant of one, as a company of its own."""

import csv
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

import pytest

from orchestration.audit.reference_engine import Ledger, Policy
from orchestration.report.aging import AgingQuestion, aged_ledger
from orchestration.settings import Settings
from tests.conftest import ROOT, Home
from tests.engines.ledgers import LAST_DAY, drawn_ledgers, write_canonical
from tests.engines.variants import VARIANTS

SEEDS = ROOT / "dbt_project" / "seeds" / "policy"
LEDGER_COUNT = 300
VARIED_COUNT = 60
DELIVERIES = 10

# company -> {(customer, currency, bucket): amount}
Buckets = dict[str, dict[tuple[str, str, str], Decimal]]


@dataclass(frozen=True)
class Engines:
    """The ledgers as drawn, and the warehouse that was built from them."""

    ledgers: list[Ledger]
    home: Home

    def aging(self, as_of: date, policy_version: str) -> Buckets:
        """The warehouse's answer for any date, by customer."""
        question = AgingQuestion(as_of, grouping="customer", policy_version=policy_version)
        with aged_ledger(Settings(self.home.path), question) as (ledger, _):
            columns, rows = ledger.wide_rows()
        found: Buckets = defaultdict(dict)
        for row in rows:
            company, customer, currency, *amounts = row
            for bucket, amount in zip(columns[3:-1], amounts[:-1], strict=True):
                if amount:
                    found[company][customer.removeprefix(f"{company}-"), currency, bucket] = amount
        return found


def policies() -> dict[str, Policy]:
    """Every aging policy version, as its seeds have it."""
    buckets: dict[str, list[tuple[str, int | None, int | None]]] = defaultdict(list)
    for row in _rows("policy_aging_buckets"):
        edges = (int(row[name]) if row[name] else None for name in ("from_days", "to_days"))
        buckets[row["policy_version"]].append((row["bucket_code"], *edges))  # type: ignore[arg-type]
    return {
        row["policy_version"]: Policy(
            row["aging_basis"],
            row["unapplied_view"],
            row["instalment_allocation"],
            row["receipt_allocation"],
            tuple(buckets[row["policy_version"]]),
        )
        for row in _rows("policy_aging")
    }


def _rows(seed: str) -> list[dict[str, str]]:
    with (SEEDS / f"{seed}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="session")
def engines(new_home: Callable[[], Home], tmp_path_factory: pytest.TempPathFactory) -> Engines:
    """All drawn ledgers and variants of the first ones in one delivery, and those once more in ten, corrected on the way."""
    ledgers = drawn_ledgers(LEDGER_COUNT)
    folder = tmp_path_factory.mktemp("drawn")
    variants = [vary(ledger) for ledger in ledgers[:VARIED_COUNT] for vary in VARIANTS.values()]
    in_deliveries = _in_deliveries(ledgers[:VARIED_COUNT])
    # Companies, customers and terms are delivered in full, so all of them come in the first delivery.
    beginnings = [Ledger(ledger.company, [], payers=ledger.payers, terms=ledger.terms) for ledger in in_deliveries[0]]
    write_canonical(folder, [*ledgers, *variants, *beginnings], "_00")
    for number, part in enumerate(in_deliveries, 1):
        write_canonical(folder, part, f"_{number:02d}")
        for table in ("companies", "customers", "payment_terms"):
            (folder / f"{table}_{number:02d}.csv").unlink(missing_ok=True)
    home, day = new_home(), ("--as-of", LAST_DAY.isoformat())
    done = home.run("refresh", *day, "--profile", "canonical", "--extracts", str(folder))
    # Customers drawn at random may well pay as no scorecard expects; nothing else may stand against publication.
    against = [line for line in done.stderr.splitlines() if line.startswith("- ")]
    assert done.returncode == 0 or against, done.stdout + done.stderr
    assert all(line.startswith("- scorecard_performance ") for line in against), done.stderr
    if against:
        asked = home.run("release", *day, "--reason", "drawn at random")
        released = home.run_as_another("release", *day, "--approve")
        assert released.returncode == 0, asked.stderr + released.stderr
    return Engines(ledgers, home)


def _in_deliveries(ledgers: list[Ledger]) -> list[list[Ledger]]:
    """Each ledger's documents and applications dealt out over the deliveries. What comes in a later delivery has come before with
    another amount, in the delivery just before it: corrections must win."""
    return [[_delivery(ledger, number) for ledger in ledgers] for number in range(DELIVERIES)]


def _delivery(ledger: Ledger, number: int) -> Ledger:
    own, later = (ledger.documents[start::DELIVERIES] for start in (number, number + 1))
    has_wrong_copies = number + 1 < DELIVERIES and not ledger.instalments
    wrong = [replace(document, amount=document.amount * 2) for document in later] if has_wrong_copies else []
    instalments = ledger.instalments if number == 0 else []
    applications = ledger.applications[number::DELIVERIES]
    return Ledger(f"{ledger.company}-ten", wrong + own, instalments, applications, ledger.payers, ledger.terms)
