"""Publications that are kept, the way back to one of them, and the release of a candidate that the gate blocks."""

import json
from dataclasses import dataclass
from datetime import date, datetime

from ingestion.errors import DataRefusedError
from orchestration.ledger.events import RELEASE_ASKED, RELEASED, ROLLED_BACK, record
from orchestration.ledger.ledger import Entry, Ledger
from orchestration.ledger.people import signature
from orchestration.ledger.record import MANIFEST
from orchestration.project.candidate import read_candidate
from orchestration.publication.publish import (
    Publication,
    Release,
    is_as_recorded,
    kept_folders,
    publish,
    required_folder,
    serve,
)
from orchestration.publication.serving import published_id
from orchestration.quality.gate import told_verdict
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
    serve(settings, target, at)


def ask_release(settings: Settings, as_of_date: date, at: datetime, reason: str) -> tuple[str, ...]:
    """Ask that the blocked candidate of a date be published; gives what blocks it. Refused when nothing does."""
    candidate = read_candidate(settings, as_of_date)
    if not reason.strip():
        raise DataRefusedError("A release needs a reason.", "give --reason TEXT")
    told = told_verdict(Ledger(settings.ledger).proven(), candidate.candidate_id)
    if told is None or not told["blocking"]:
        raise DataRefusedError("Nothing blocks this candidate.", f"run `receivables refresh --as-of {as_of_date}`")
    asked = {"candidate_id": candidate.candidate_id, "as_of_date": as_of_date, "reason": reason, "user_id": settings.user_id}
    record(settings, at, (RELEASE_ASKED, asked))
    return tuple(told["blocking"])


def approve_release(settings: Settings, as_of_date: date, at: datetime, commit: str | None) -> Publication:
    """Publish the candidate of a date whose release another person has asked for. Refused to who asked."""
    candidate = read_candidate(settings, as_of_date)
    asked = _asked(Ledger(settings.ledger).proven(), candidate.candidate_id)
    if asked is None:
        raise DataRefusedError(
            f"Nobody has asked to release the candidate as of {as_of_date}.",
            f"ask with `receivables release --as-of {as_of_date} --reason TEXT`; another user then approves",
        )
    approver = signature(settings, at)
    if asked.details["user_id"] == settings.user_id or _person(asked.by) == _person(approver):
        raise DataRefusedError(
            f"Nobody approves a release of their own: {asked.by} asked for it.",
            "have another person approve it under their own user of the operating system",
        )
    return publish(settings, candidate, at, commit, Release(asked.by, approver, asked.details["reason"]))


def _asked(entries: list[Entry], candidate_id: str) -> Entry | None:
    """The request that waits for approval; None where there is none or it was granted."""
    for entry in reversed(entries):
        if entry.event in (RELEASE_ASKED, RELEASED) and entry.details["candidate_id"] == candidate_id:
            return entry if entry.event == RELEASE_ASKED else None
    return None


def _person(signed: str) -> str:
    """Of a signature, the person where one is named, else the user."""
    return signed.partition(" (")[0].casefold()
