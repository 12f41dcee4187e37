"""A home that an earlier release made: nothing of it is used until it is upgraded, and nothing published changes by that."""

import json
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from ingestion.archive import fingerprint
from orchestration.ledger.ledger import Ledger
from tests.conftest import WORKED_LEDGER, Home, copied
from tests.faults.attacks import chained_anew, entries_of, opened, written

TOLD_THEN = (
    "load_id", "table_name", "profile_name", "file_name", "file_sha256", "loaded_at", "delivered_row_count", "loaded_row_count",
    "quarantined_row_count",
)  # fmt: skip


@pytest.fixture
def earlier(ledger: Home, tmp_path: Path) -> Iterator[Home]:
    """A copy of the worked ledger's home as it was left before content hashes, evidence and deliveries were told of."""
    for home in copied(ledger, tmp_path):
        told = [
            {**entry.details, "files": dict(entry.details["files"])}
            if entry.event == "published"
            else {name: entry.details[name] for name in TOLD_THEN}
            if entry.event == "load"
            else entry.details
            for entry in entries_of(home.path)
        ]
        for details in (details for details in told if "publication_id" in details and "files" in details):
            for path in (*home.path.glob(f"publications/{details['publication_id']}/manifest.json"),
                         *home.path.glob("published/sets/*/manifest.json")):  # fmt: skip
                manifest = json.loads(path.read_text(encoding="utf-8"))
                manifest["inputs"] = [{name: load[name] for name in TOLD_THEN} for load in manifest["inputs"]]
                opened(path).write_text(json.dumps(manifest), encoding="utf-8")
                details["files"]["manifest.json"] = fingerprint(path)
        entries = [
            type(entry)(**{**vars(entry), "details": details}) for entry, details in zip(entries_of(home.path), told, strict=True)
        ]
        written(home.path, chained_anew([entry for entry in entries if entry.event not in ("landed", "evidence")]))
        with duckdb.connect(str(home.path / "working.duckdb")) as con:
            for table in ("deliveries", "landing_notes"):
                con.execute(f"drop table raw.{table}")
            for column in ("mapping_number", "closed_row_count", "landed_at"):
                con.execute(f"alter table raw.loads drop column {column}")
        yield home


def test_a_home_of_an_earlier_release_is_upgraded_by_one_command(earlier: Home) -> None:
    published = earlier.content_hash()
    refresh = ("refresh", "--as-of", "2026-03-31", "--profile", "canonical", "--extracts", str(WORKED_LEDGER))
    for command in (refresh, ("audit", "verify"), ("restore",)):
        refused = earlier.run(*command)
        assert refused.returncode == 1
        assert "was made by an earlier release" in refused.stderr
        assert "run `receivables upgrade`" in refused.stderr
    done = earlier.run("upgrade")
    assert done.returncode == 0, done.stderr
    assert "loads were read from the archive again" in done.stdout
    assert "Reads otherwise" not in done.stdout
    assert earlier.content_hash() == published
    (entry,) = [entry for entry in Ledger(earlier.path / "ledger" / "ledger.jsonl").proven() if entry.event == "upgraded"]
    assert all(load["content_hash"] for load in entry.details["loads"])
    assert entry.details["read_otherwise"] == []
    proven = earlier.run("audit", "verify")
    assert proven.returncode == 0, proven.stderr
    again = earlier.run("upgrade")
    assert again.returncode == 1
    assert "is as this release makes it" in again.stderr


def test_what_raw_held_otherwise_than_the_archive_is_named(earlier: Home) -> None:
    with duckdb.connect(str(earlier.path / "working.duckdb")) as con:
        con.execute("update raw.erp__documents set amount = amount + 1 where document_no = 'C01-I'")
    done = earlier.run("upgrade")
    assert done.returncode == 0, done.stderr
    assert "Reads otherwise than the earlier release read it: documents.csv (load" in done.stdout


def test_a_policy_table_gains_the_columns_that_its_file_has_now(earlier: Home, tmp_path: Path) -> None:
    with duckdb.connect(str(earlier.path / "working.duckdb")) as con:
        con.execute("alter table policy.policy_aging drop column history_months")
    done = earlier.dbt(tmp_path / "target", "seed", "--select", "policy_aging")
    assert done.returncode == 0, done.stdout
    with duckdb.connect(str(earlier.path / "working.duckdb")) as con:
        assert con.execute("select min(history_months) > 0 from policy.policy_aging").fetchall() == [(True,)]
