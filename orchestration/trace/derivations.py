"""What published figures are made of: for each, the rows of which other figures and how these come to it.

A column's `derivation` stands beside it in the mart's YAML and reaches here through dbt's manifest. Followed from figure to
figure, every way ends at open items, postings or a cited row: what stands on lines of senders' files. `cell` is the row of the
figure, `part` a row that it is made of. Ratios are as the models round them, to six decimals.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from ingestion.sql import literal
from orchestration.project.marts import manifest_body

OPEN_ITEMS, POSTINGS, SOURCE_LINES, RECORD_LINES = "fct_open_items", "fct_postings", "fct_source_lines", "fct_record_lines"
# Marts whose rows name the load and the line that they stand on, and the columns that do.
CITING = {
    SOURCE_LINES: ("load_id", "line_number"),
    RECORD_LINES: ("load_id", "line_number"),
    "dim_customer_records": ("load_id", "line_number"),
    "dim_customers_history": ("load_id", "line_number"),
    "dim_fx_rates": ("load_id", "line_number"),
    "fct_alert_evidence": ("load_id", "line_number"),
    "fct_claim_periods": ("load_id", "line_number"),
    "fct_quarantined_rows": ("load_id", "line_number"),
    "fct_risk_factors": ("source_load_id", "source_line_number"),
}


@dataclass(frozen=True)
class Derivation:
    """How a column comes from parts: an aggregate over rows of `mart` that meet `where`, of which `columns` are followed.

    Without a mart, the parts are other columns of the same row and `value` is a formula over them. Without a value, the parts are
    what the figure rests on and do not add up to it. It holds of rows that meet `when`.
    """

    value: str | None
    columns: tuple[str, ...]
    mart: str | None = None
    where: str = "true"
    when: str = "true"


BY_THE_DAY = "part.customer_id = cell.customer_id and part.recorded_on <= cell.as_of_date"
WIDE, WIDE_KEYS = "fct_aging_wide", ("as_of_date", "company_code", "customer_id", "currency_code")


def derivations_of(manifest: Path, mart: str, column: str) -> tuple[Derivation, ...]:
    """How a column of a mart comes from others, one way for each kind of row; none where that is not told.

    The wide aging has a column for each bucket of the policy, named by its code.
    """
    described = _described(manifest, manifest.stat().st_mtime_ns).get(mart, {})
    if mart == WIDE and column not in described:
        same = " and ".join(f"part.{name} = cell.{name}" for name in WIDE_KEYS)
        bucket = f"{same} and part.bucket_code = {literal(column)}"
        return (Derivation("coalesce(sum(part.outstanding_amount), 0)", ("outstanding_amount",), "fct_aging", bucket),)
    return described.get(column, ())


def read_derivations(told: Iterable[Mapping[str, Any]]) -> tuple[Derivation, ...]:
    """Derivations as a column's properties hold them."""
    return tuple(Derivation(**{"value": None, **one, "columns": tuple(one["columns"])}) for one in told)


@lru_cache(maxsize=1)
def _described(manifest: Path, _written_at: int) -> dict[str, dict[str, tuple[Derivation, ...]]]:
    """Derivations by mart and column, of every column that the marts describe."""
    return {
        node["name"]: {
            name: read_derivations(column["config"].get("meta", {}).get("derivation", ()))
            for name, column in node["columns"].items()
        }
        for node in manifest_body(manifest)["nodes"].values()
        if node["resource_type"] == "model" and node["schema"] == "marts"
    }


def records_of(sources: Collection[str], columns: Collection[str], when: str) -> Derivation | None:
    """What a customer's figure rests on where nothing tells how it is computed: the customer's records by the figure's day in the
    tables that its mart is computed from, or in the one that its row names. None where the mart is not about customers."""
    if "customer_id" not in columns:
        return None
    where = [BY_THE_DAY if "as_of_date" in columns else "part.customer_id = cell.customer_id"]
    where.append(f"part.table_name in ({', '.join(map(literal, sorted(sources)))})")
    if "company_code" in columns:
        where.append("coalesce(part.company_code, cell.company_code) = cell.company_code")
    if "source_table" in columns:
        where.append("part.table_name = cell.source_table")
    return Derivation(None, ("amount",), RECORD_LINES, " and ".join(where), when)
