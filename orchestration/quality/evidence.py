"""Evidence: recorded outcomes of checks, a JSON file for each check of a load or candidate, whose hash the ledger is told.

A file that is not as the ledger tells is no evidence: whoever writes or copies one has vouched for nothing.
"""

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from ingestion.archive import fingerprint
from orchestration.ledger.events import EVIDENCE, VERDICT
from orchestration.ledger.events import record as tell
from orchestration.ledger.files import as_json, write_text
from orchestration.ledger.ledger import Entry, Ledger
from orchestration.settings import Settings


@dataclass(frozen=True)
class CheckOutcome:
    """What one check found on one subject (a load, a mart, a dbt test). `details` holds observed values and sample rows.

    `checked_at` is set when it is recorded: the start of its run in UTC, as for all that a run leaves.
    """

    check_code: str
    subject: str
    is_passed: bool
    summary: str
    details: dict[str, Any] = field(default_factory=dict)
    checked_at: str | None = None


class Recorded:
    """The evidence of a home that is as the ledger tells, by place (`loads/KEY`, `candidates/ID`) and check code."""

    def __init__(self, settings: Settings, entries: Iterable[Entry] | None = None) -> None:
        self._folder = settings.evidence
        self._told: dict[tuple[str, str], str] = {}
        for entry in Ledger(settings.ledger).proven() if entries is None else entries:
            if entry.event == EVIDENCE:
                for check_code, sha256 in entry.details["files"].items():
                    self._told[entry.details["place"], check_code] = sha256

    def sha256(self, place: str, check_code: str) -> str | None:
        """Hash of a file of evidence that is as the ledger tells; None where there is none such."""
        path, told = evidence_file(self._folder, place, check_code), self._told.get((place, check_code))
        return told if told is not None and path.exists() and fingerprint(path) == told else None

    def outcomes(self, place: str, check_code: str) -> list[CheckOutcome]:
        """What a check found; empty where no file is as the ledger tells."""
        if self.sha256(place, check_code) is None:
            return []
        body = json.loads(evidence_file(self._folder, place, check_code).read_text(encoding="utf-8"))
        return [CheckOutcome(**outcome) for outcome in body]

    def checks(self, place: str) -> list[str]:
        """Codes of the checks whose evidence stands at a place."""
        return sorted(code for told_place, code in self._told if told_place == place and self.sha256(place, code) is not None)


def record(settings: Settings, place: str, outcomes: list[CheckOutcome], at: datetime) -> None:
    """Write outcomes at a place, a file for each check code, in place of what an earlier attempt left.

    The ledger is told before: a run that is killed in between leaves what it tells of earlier, or nothing.
    """
    stamped = [replace(outcome, checked_at=at.isoformat(sep=" ", timespec="seconds")) for outcome in outcomes]
    texts = {
        check_code: as_json([asdict(outcome) for outcome in stamped if outcome.check_code == check_code])
        for check_code in sorted({outcome.check_code for outcome in outcomes})
    }
    files = {check_code: hashlib.sha256(text.encode()).hexdigest() for check_code, text in texts.items()}
    if files:
        tell(settings, at, (EVIDENCE, {"place": place, "files": files}))
    for check_code, text in texts.items():
        write_text(evidence_file(settings.evidence, place, check_code), text)


def evidence_problems(settings: Settings, entries: Sequence[Entry]) -> list[str]:
    """Files of evidence that are not as the ledger tells, in words.

    A file of an earlier time that the ledger told of may stand there, where a run was killed before it wrote another.
    """
    told: dict[tuple[str, str], set[str]] = defaultdict(set)
    # What a verdict rests on must be there; what was told and never judged may not have been written.
    judged: set[str] = set()
    for entry in entries:
        if entry.event == EVIDENCE:
            for check_code, sha256 in entry.details["files"].items():
                told[entry.details["place"], check_code].add(sha256)
        elif entry.event == VERDICT:
            judged |= {place for place, _ in told if place.startswith("loads/")} | {f"candidates/{entry.details['candidate_id']}"}
    problems = []
    for (place, check_code), hashes in sorted(told.items()):
        path = evidence_file(settings.evidence, place, check_code)
        if not path.exists():
            problems += [f"{path} is gone"] if place in judged else []
        elif fingerprint(path) not in hashes:
            problems.append(f"{path} was changed")
    return problems + [
        f"{evidence_file(settings.evidence, place, check_code)} was added: no check that the ledger tells of left it"
        for place, files in untold_evidence(settings, entries).items()
        for check_code in files
    ]


def untold_evidence(settings: Settings, entries: Sequence[Entry]) -> dict[str, dict[str, str]]:
    """Hashes of files of evidence that the ledger was never told of, by place and check code."""
    told = {
        evidence_file(settings.evidence, entry.details["place"], check_code)
        for entry in entries
        if entry.event == EVIDENCE
        for check_code in entry.details["files"]
    }
    untold: dict[str, dict[str, str]] = defaultdict(dict)
    for folder in ("loads", "candidates"):
        for path in sorted((settings.evidence / folder).rglob("*.json")):
            if path not in told:
                untold[path.parent.relative_to(settings.evidence).as_posix()][path.stem] = fingerprint(path)
    return untold


def evidence_file(folder: Path, place: str, check_code: str) -> Path:
    """Where the evidence of a check stands."""
    return folder / place / f"{check_code}.json"
