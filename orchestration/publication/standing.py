"""Whether what is published still stands: nothing that a refresh is made of, and nothing that it left, changed since it ended.

Content decides wherever a person can put something (extracts, profile, policy, code); what only the warehouse writes is known by
each file's place, size and times, the system's own time of the last change among them, so that the answer costs the same at any
size. Whatever cannot be shown to stand is derived anew.
"""

from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any

from ingestion.archive import fingerprint
from ingestion.deliveries import file_name_of, matching_files
from ingestion.profile import load_profile
from ingestion.warehouse import log_beside
from orchestration.ledger.events import LOAD, REFRESH
from orchestration.ledger.fingerprint import combined_hash, files_hash
from orchestration.ledger.ledger import Ledger
from orchestration.project.manifest import project_state
from orchestration.publication.serving import pointed_at, shown_id
from orchestration.settings import PROJECT_ROOT, Settings

CODE = ("ingestion", "orchestration")
COMPILED = "__pycache__"


def asked_for(settings: Settings, as_of_date: date, profile: str, extracts: Path) -> str:
    """Fingerprint of all that a refresh is made of: as-of date, profile, files that lie there, code, models and policy."""
    code = [path for place in CODE for path in (PROJECT_ROOT / place).rglob("*") if path.is_file() and COMPILED not in path.parts]
    code.append(PROJECT_ROOT / "uv.lock")
    made_of = (as_of_date, profile, project_state(settings), files_hash(PROJECT_ROOT, code))
    return combined_hash([made_of, list(_delivered(extracts, profile))])


def standing_state(settings: Settings, asked: str) -> dict[str, str]:
    """What the ledger is told with the end of a refresh, for the next to compare."""
    return {"asked_for": asked, "left_behind": _left_behind(settings)}


def standing_publication(settings: Settings, state: Mapping[str, str]) -> str | None:
    """The publication that a refresh would make again in this state; None where the last one did not end in it, published.

    One that was refused before it did anything, such as one of a mistyped folder, was none.
    """
    entries = Ledger(settings.ledger).proven()
    ends = [entry.details for entry in entries if entry.event == REFRESH and entry.details.get("has_begun", True)]
    told: dict[str, Any] = ends[-1] if ends else {}
    if not told.get("is_published") or any(told.get(name) != now for name, now in state.items()):
        return None
    return shown_id(settings)


def _left_behind(settings: Settings) -> str:
    """Fingerprint of what a refresh left in the home: loads by the ledger; by place, size and times each file but BI's."""
    loads = [entry.details for entry in Ledger(settings.ledger).proven() if entry.event == LOAD]
    served = pointed_at(settings)
    return combined_hash([loads, served and served.name, sorted(_files(settings))])


def _delivered(extracts: Path, profile: str) -> Iterator[tuple[int, str, str]]:
    """Each file as each mapping takes it, in the order in which it does."""
    hashes: dict[Path, str] = {}
    for number, mapping in enumerate(load_profile(profile).tables):
        for path in matching_files(extracts, mapping):
            if path not in hashes:
                hashes[path] = fingerprint(path)
            yield number, file_name_of(path, extracts), hashes[path]


def _files(settings: Settings) -> Iterator[tuple[str, int, int, int, int]]:
    places = (settings.working_database, settings.archive, settings.evidence, settings.publications)
    for path in (*places, log_beside(settings.working_database), *(path for place in places for path in place.rglob("*"))):
        if path.exists() and not path.is_dir():
            found = path.stat()
            yield str(path.relative_to(settings.home)), found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns
