"""`receivables audit pack`: one zip about a publication that an auditor reads offline, with everything that vouches for it."""

import json
import zipfile
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import duckdb

from ingestion.sql import fetched, quoted
from orchestration.audit.reperform import Cell, reperformed_cells
from orchestration.audit.verify import prove
from orchestration.ledger.ledger import Entry, Ledger
from orchestration.ledger.record import MANIFEST
from orchestration.project.lineage import EDGES, lineage_page
from orchestration.publication.publish import required_folder
from orchestration.publication.serving import DATABASE
from orchestration.quality.evidence import CheckOutcome, Recorded
from orchestration.quality.gate import candidate_place
from orchestration.quality.landing import load_place
from orchestration.report.page import rendered
from orchestration.report.render import as_csv
from orchestration.settings import Settings

CELLS = 25
# The same publication gives the same bytes, whenever it is packed.
ZIP_DATE = (1980, 1, 1, 0, 0, 0)


@dataclass(frozen=True)
class Pack:
    """What was packed: the file, how many checks stand in it, and the cells that were re-performed."""

    path: Path
    check_count: int
    cells: tuple[Cell, ...]

    @property
    def differing(self) -> tuple[Cell, ...]:
        """Cells that the reference engine computes otherwise."""
        return tuple(cell for cell in self.cells if not cell.is_same)


def write_pack(settings: Settings, publication_id: str, target: Path) -> Pack:
    """Write the evidence pack of a publication that is kept. Refused when the ledger or anything it vouches for was changed."""
    publication = required_folder(settings, publication_id)
    manifest = json.loads((publication / MANIFEST).read_text(encoding="utf-8"))
    proof = prove(settings)
    entries = Ledger(settings.ledger).entries()
    checks = list(_checks(settings, manifest))
    cells = reperformed_cells(settings, publication, manifest, CELLS)
    with duckdb.connect(str(settings.working_database)) as con:
        policies = dict(_policy_tables(con, set(manifest["policy_versions"].values())))
        versions = _policy_versions(con, manifest)
    with duckdb.connect(str(publication / DATABASE), read_only=True) as con:
        quarantine = fetched(con, "select * from marts.fct_quarantined_rows order by load_id, line_number")
    page = lineage_page(settings, manifest["project_state"]) if manifest.get("project_state") else None
    has_lineage = page is not None and page.exists()
    files = {
        "index.html": rendered(
            Path(__file__).parent,
            "pack.html",
            manifest=manifest,
            proof=proof,
            checks=checks,
            counts=Counter(check.check_code for check in checks),
            failed=[check for check in checks if check.is_passed is not True],
            entries=[entry for entry in entries if _is_about(entry, manifest)],
            versions=versions,
            decided=[row for row in (dict(zip(quarantine[0], row, strict=True)) for row in quarantine[1]) if row["decided_by"]],
            policies=sorted(policies),
            cells=cells,
            has_lineage=has_lineage,
        ),
        "manifest.json": _json(manifest),
        "checks.json": _json([asdict(check) for check in checks]),
        "reperformed.json": _json([asdict(cell) | {"is_same": cell.is_same} for cell in cells]),
        "quarantined_rows.csv": as_csv(*quarantine),
        "ledger.jsonl": settings.ledger.read_text(encoding="utf-8"),
        **{f"policy/{name}.csv": text for name, text in policies.items()},
    }
    if has_lineage and page is not None:
        files["lineage/index.html"] = page.read_text(encoding="utf-8")
        files["lineage/columns.json"] = page.with_name(EDGES).read_text(encoding="utf-8")
    target.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in files.items():
            archive.writestr(zipfile.ZipInfo(name, ZIP_DATE), text, zipfile.ZIP_DEFLATED)
    return Pack(target, len(checks), tuple(cells))


def _checks(settings: Settings, manifest: Mapping[str, Any]) -> Iterator[CheckOutcome]:
    """All that was recorded of the candidate and of the loads that went into it."""
    recorded = Recorded(settings)
    names = ("load_id", "table_name", "file_name", "file_sha256", "mapping_sha256")
    loads = [load_place(*(entry[name] for name in names)) for entry in manifest["inputs"]]
    for place in dict.fromkeys([candidate_place(manifest["candidate_id"]), *loads]):
        for check_code in recorded.checks(place):
            yield from recorded.outcomes(place, check_code)


def _policy_tables(con: duckdb.DuckDBPyConnection, versions: set[str]) -> Iterator[tuple[str, str]]:
    """Every policy table's rows of the versions in force, as CSV."""
    tables = con.execute(
        "select table_name from duckdb_columns() where schema_name = 'policy' and column_name = 'policy_version' order by 1"
    ).fetchall()
    for (name,) in tables:
        columns, rows = fetched(
            con, f"select * from policy.{quoted(name)} where list_contains(?, policy_version) order by all", [sorted(versions)]
        )
        if rows:
            yield name, as_csv(columns, rows)


def _policy_versions(con: duckdb.DuckDBPyConnection, manifest: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Who wrote and who approved each version in force, why, and from when."""
    columns, rows = fetched(
        con,
        "select policy_area, policy_version, effective_from, author, approver, reason, reference from policy.policy_versions "
        "where list_contains(?, policy_version) order by policy_area",
        [sorted(manifest["policy_versions"].values())],
    )
    return [dict(zip(columns, row, strict=True)) for row in rows]


def _is_about(entry: Entry, manifest: Mapping[str, Any]) -> bool:
    ids = (manifest["publication_id"], manifest["candidate_id"])
    loads = {one["load_id"] for one in manifest["inputs"]}
    details = entry.details
    return details.get("publication_id") in ids or details.get("candidate_id") in ids or details.get("load_id") in loads


def _json(body: object) -> str:
    return json.dumps(body, ensure_ascii=False, indent=1, sort_keys=True, default=str)
