"""What every run does first, under the home's lock: clear away what a killed one left, and bring what BI reads in order."""

import shutil
from datetime import datetime

from ingestion.errors import DataRefusedError
from orchestration.ledger.events import FOUND_CHANGED, REFRESH, record
from orchestration.ledger.folders import folder_problems
from orchestration.ledger.ledger import RESTORE, Ledger
from orchestration.ledger.lock import Holder
from orchestration.publication.publish import heal_serving
from orchestration.quality.evidence import evidence_problems
from orchestration.rebuild.restore import refuse_earlier_release
from orchestration.settings import Settings


def tidy(settings: Settings, at: datetime, killed: Holder | None = None) -> list[str]:
    """Bring the home in order; tell the ledger, and the caller in words, what was found changed. `killed`: who had the lock."""
    _refuse_without_ledger(settings)
    refuse_earlier_release(settings, Ledger(settings.ledger).proven())
    for left_behind in (settings.temporary, settings.home / "restoring", settings.home / "reading"):
        shutil.rmtree(left_behind, ignore_errors=True)
    settings.temporary.mkdir(parents=True, exist_ok=True)
    if killed and killed.as_of_date:
        told = {"kind": killed.kind, "as_of_date": killed.as_of_date, "started_at": killed.since}
        record(settings, at, (REFRESH, {**told, "is_published": False, "problems": ["The run was killed."]}))
    entries = Ledger(settings.ledger).proven()
    found = [*evidence_problems(settings, entries), *folder_problems(settings, entries, is_whole=False)]
    found += heal_serving(settings, at)
    if found:
        record(settings, at, (FOUND_CHANGED, {"found": found}))
    return found


def _refuse_without_ledger(settings: Settings) -> None:
    """Refuse to begin a new ledger over what an older one told of."""
    if not Ledger(settings.ledger).proven():
        for path in (settings.working_database, settings.evidence, settings.publications):
            if path.exists():
                raise DataRefusedError(f"{settings.ledger} is gone, though there is {path}.", RESTORE)
