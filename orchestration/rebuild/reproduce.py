"""`receivables reproduce PUBLICATION`: built once more from the archive alone, as known then, and compared mart by mart.

The SQL and the policy are those of the commit that the publication names, when this checkout still has it; otherwise those of
today, and it says so. Files are read by the loader of today.
"""

import json
import shutil
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from ingestion.corrections import apply_all_corrections
from ingestion.warehouse import ask_for, open_working
from orchestration.ledger.fingerprint import table_hashes
from orchestration.ledger.record import MANIFEST
from orchestration.publication.publish import required_folder
from orchestration.rebuild.build import build_models, project_of
from orchestration.rebuild.restore import load_again
from orchestration.settings import ROW_CORRECTIONS, Settings, apply_settings, code_commit


@dataclass(frozen=True)
class Reproduction:
    """What came of it: the marts that are the same and those that differ, the code that built them, and where they stand."""

    same: tuple[str, ...]
    differing: tuple[str, ...]
    code: str
    database: Path


def reproduce(settings: Settings, publication_id: str) -> Reproduction:
    """Rebuild a publication in a folder of its own. Refused when it is not kept or a file of it is no longer in the archive."""
    manifest = json.loads((required_folder(settings, publication_id) / MANIFEST).read_text(encoding="utf-8"))
    home = replace(settings, home=settings.home / "reproductions" / publication_id)
    shutil.rmtree(home.home, ignore_errors=True)
    apply_settings(home)
    commit = manifest["code_commit"]
    project, code = project_of(commit, home.home / "code"), f"the SQL and policy of {commit}"
    if project is None:
        project, code = home.dbt_project, f"today's SQL and policy ({code_commit()}), as {commit} is not in this checkout"
    with open_working(home.working_database, home.memory_limit) as con:
        load_again(con, settings.archive, home.extracts, manifest["inputs"])
        apply_all_corrections(con, project / ROW_CORRECTIONS)
        ask_for(con, date.fromisoformat(manifest["as_of_date"]), f"reproduction of {publication_id}")
    build_models(home, project)
    with open_working(home.working_database, home.memory_limit) as con:
        found = table_hashes(con, "marts")
    published = {name: mart["content_hash"] for name, mart in manifest["marts"].items()}
    differing = sorted(name for name in published.keys() | found.keys() if published.get(name) != found.get(name))
    same = sorted(published.keys() - set(differing))
    return Reproduction(tuple(same), tuple(differing), code, home.working_database)
