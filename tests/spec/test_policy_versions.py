"""SEMANTICS 2: every read of policy is by the row's own date. A second version of every area, unlike the first in what matters,
takes effect in February 2026; the worked ledger is built once more under both.

Not of dates are who is one customer (area `matching`) and how many month-ends are kept (`history_months`): they are about the
refresh as a whole.
"""

import csv
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import duckdb
import pytest

from tests.conftest import ROOT, Home

EFFECTIVE = "2026-02-15"


def to(value: str) -> Callable[[str], str]:
    return lambda _: value


def plus(number: float) -> Callable[[str], str]:
    return lambda value: str(float(value) + number) if value else value


def whole(number: int) -> Callable[[str], str]:
    return lambda value: str(int(value) + number) if value else value


CHANGES: dict[str, dict[str, Callable[[str], str]]] = {
    "policy_versions": {"effective_from": to(EFFECTIVE)},
    "policy_aging": {
        "aging_basis": to("document_date"), "unapplied_view": to("aged_by_own_date"), "instalment_allocation": to("pro_rata"),
        "receipt_allocation": to("reference_amount_fifo"), "bad_debt_after_days": to("60"),
    },
    "policy_aging_buckets": {
        "from_days": lambda days: {"31": "21"}.get(days, days), "to_days": lambda days: {"30": "20"}.get(days, days),
    },
    "policy_turnover": {"period_months": to("3"), "benchmark_code": to("services")},
    "policy_provision": {"loss_given_default_pct": to("30"), "unproven_roll_rate_pct": to("40")},
    "policy_provision_overlays": {"overlay_factor": to("2")},
    "policy_measures": {"parameter_value": whole(10)},
    "policy_scorecard_bands": {"points": lambda points: str(100 - float(points))},
    "policy_credit_points": {"points": plus(1)},
    "policy_credit_terms": {"terms_days": whole(1)},
    "policy_exposure": {"order_horizon_days": to("10"), "order_lapse_days": to("20"), "top_count": to("1")},
    "policy_shipment_blocks": {"threshold_value": plus(1)},
    "policy_performance": {"lowest_share": to("0.01")},
    "policy_performance_horizons": {"horizon_days": whole(-5)},
    "policy_performance_outcomes": {"beyond_days": whole(-10)},
    "policy_collection": {"red_line_pct": to("1"), "recovery_window_days": to("1")},
    "policy_collection_stages": {"wait_days": whole(1), "stage_code": lambda code: f"{code}_2"},
    "policy_payment_habits": {"threshold_value": plus(1)},
    "policy_key_figures": {"target_value": plus(1)},
    "policy_financing": {"customer_cap_pct": to("1")},
    "policy_cash_forecast": {"horizon_weeks": to("2")},
    "policy_cash_forecast_scenarios": {"lateness_factor": to("2"), "loss_factor": to("2")},
    "policy_alert_rules": {"response_hours": to("1"), "is_informational": lambda told: {"true": "false"}.get(told, "true")},
    "policy_alert_thresholds": {"threshold_value": plus(1)},
}  # fmt: skip


def read_rows(file: Path) -> list[dict[str, str]]:
    with file.open(encoding="utf-8", newline="") as opened:
        return list(csv.DictReader(opened))


def add_second_versions(seeds: Path) -> None:
    """A version 2 of every area but matching, in force from EFFECTIVE: each row of the version in force, changed."""
    versions = read_rows(seeds / "policy_versions.csv")
    first = {row["policy_version"] for row in versions if row["effective_from"] and row["policy_area"] != "matching"}
    for file in sorted(seeds.glob("policy_*.csv")):
        rows, changes = read_rows(file), CHANGES.get(file.stem, {})
        second = [
            {name: changes.get(name, str)(value) for name, value in row.items()}
            | {"policy_version": f"{row['policy_version'][:-2]}-2"}
            for row in rows
            if row.get("policy_version") in first
        ]
        with file.open("a", encoding="utf-8", newline="") as opened:
            csv.DictWriter(opened, list(rows[0]) if rows else [], lineterminator="\n").writerows(second)


@pytest.fixture(scope="module")
def both(ledger: Home, tmp_path_factory: pytest.TempPathFactory) -> Iterator[duckdb.DuckDBPyConnection]:
    """The worked ledger as `first`, and as `working` built again with second versions."""
    folder = tmp_path_factory.mktemp("versions")
    shutil.copytree(ROOT / "dbt_project", folder / "dbt_project", ignore=shutil.ignore_patterns("target", "logs"))
    add_second_versions(folder / "dbt_project" / "seeds" / "policy")
    home = Home(folder / "warehouse", code=folder)
    home.path.mkdir()
    shutil.copy(ledger.path / "working.duckdb", home.path)
    done = home.dbt(folder / "target", "build", "--exclude-resource-type", "test", "--exclude-resource-type", "unit_test")
    assert done.returncode == 0, done.stdout
    with duckdb.connect() as con:
        con.execute(f"attach '{ledger.path / 'published' / 'receivables.duckdb'}' as first (read_only)")
        con.execute(f"attach '{home.path / 'working.duckdb'}' as working (read_only)")
        yield con
    shutil.rmtree(folder)


def marts_with(con: duckdb.DuckDBPyConnection, database: str, column: str) -> list[str]:
    return [
        row[0]
        for row in con.execute(
            "select table_name from duckdb_columns() "
            "where database_name = ? and schema_name = 'marts' and column_name = ? order by 1",
            [database, column],
        ).fetchall()
    ]


def hashes(con: duckdb.DuckDBPyConnection, database: str, mart: str, columns: list[str]) -> dict[object, tuple[object, ...]]:
    """Row count and hash of each date before the second versions."""
    row = ", ".join(f'"{column}"' for column in columns)
    return {
        as_of: found
        for as_of, *found in con.execute(
            f"select as_of_date, count(*), sum(hash({row})::hugeint) from {database}.marts.{mart} "
            f"where as_of_date < date '{EFFECTIVE}' group by as_of_date"
        ).fetchall()
    }


def test_a_version_that_takes_effect_later_changes_no_row_of_a_date_before(both: duckdb.DuckDBPyConnection) -> None:
    differing, compared = [], 0
    in_both = {*marts_with(both, "first", "as_of_date")} & {*marts_with(both, "working", "as_of_date")}
    for mart in sorted(in_both):
        names = (
            {row[0] for row in both.execute(f"select column_name from (describe {database}.marts.{mart})").fetchall()}
            for database in ("first", "working")
        )
        columns = sorted(set.intersection(*names))
        before = hashes(both, "first", mart, columns)
        compared += bool(before)
        if before != hashes(both, "working", mart, columns):
            differing.append(mart)
    assert differing == [] and compared > 25


def test_each_row_carries_the_version_of_its_own_date(both: duckdb.DuckDBPyConnection) -> None:
    marts = [mart for mart in marts_with(both, "working", "policy_version") if mart in marts_with(both, "working", "as_of_date")]
    seen = {}
    for mart in marts:
        if mart in ("dim_aging_buckets", "dim_aging_policies", "dim_policies", "dim_policy_rows"):
            continue
        seen[mart] = both.execute(
            f"select bool_and(policy_version like '%-1') filter (as_of_date < date '{EFFECTIVE}'), "
            f"bool_and(policy_version like '%-2') filter (as_of_date >= date '{EFFECTIVE}') from working.marts.{mart}"
        ).fetchone()
    assert {mart for mart, told in seen.items() if False in told} == set() and len(seen) > 20
