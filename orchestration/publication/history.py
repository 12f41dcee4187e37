"""Publications that are kept, the way back to one of them, and the release of a candidate that the gate blocks."""

import json
from dataclasses import dataclass
from datetime import date, datetime

from ingestion.errors import DataRefusedError
from orchestration.audit.record import ROLLED_BACK, record
from orchestration.publication.candidate import read_candidate
from orchestration.publication.publish import (
    MANIFEST,
    Publication,
    Release,
    is_as_recorded,
    kept_folders,
    publish,
    required_folder,
    switch,
)
from orchestration.publication.serving import published_id
from orchestration.quality.gate import judge
from orchestration.settings import Settings


@dataclass(frozen=True)
class KeptPublication:
    """A publication that can be returned to."""

    publication_id: str
    as_of_date: str
    published_at: str
    content_hash: str
    warning_count: int
    is_served: bool


def kept_publications(settings: Settings) -> list[KeptPublication]:
    """Every publication kept, newest first."""
    kept, served = [], published_id(settings)
    for folder in kept_folders(settings).values():
        manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        kept.append(
            KeptPublication(
                manifest["publication_id"],
                manifest["as_of_date"],
                manifest["published_at"],
                manifest["content_hash"],
                len(manifest["warnings"]),
                manifest["publication_id"] == served,
            )
        )
    return sorted(kept, key=lambda one: (one.published_at, one.publication_id), reverse=True)


def roll_back(settings: Settings, publication_id: str, at: datetime, reason: str) -> None:
    """Have BI read an earlier publication again. Refused when it is not kept, or not as the ledger tells of it."""
    target = required_folder(settings, publication_id)
    if not is_as_recorded(settings, target):
        raise DataRefusedError(
            f"The files of {target} are not as they were published.", "`receivables audit verify` names the file; choose another"
        )
    record(settings, at, (ROLLED_BACK, {"publication_id": publication_id, "reason": reason}))
    switch(settings, target)


def release(settings: Settings, as_of_date: date, at: datetime, commit: str | None, leave: Release) -> Publication:
    """Publish the blocked candidate of a date on the word of two people. Refused when one is both, or when nothing blocks."""
    if leave.requested_by.strip().casefold() == leave.approved_by.strip().casefold():
        raise DataRefusedError("Nobody approves a release of their own.", "have somebody else approve it")
    if not all(text.strip() for text in (leave.requested_by, leave.approved_by, leave.reason)):
        raise DataRefusedError("A release needs two names and a reason.", "give --requested-by, --approved-by and --reason")
    candidate = read_candidate(settings, as_of_date)
    if judge(settings, candidate).is_passed:
        raise DataRefusedError("Nothing blocks this candidate.", f"run `receivables refresh --as-of {as_of_date}`")
    return publish(settings, candidate, at, commit, leave)
