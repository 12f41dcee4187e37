"""Evidence: recorded outcomes of checks, one JSON file per load or candidate and check. Written once, read by the gate."""

import json
import os
import tempfile
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any


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


def record(folder: Path, outcomes: list[CheckOutcome], at: datetime) -> None:
    """Write outcomes into a folder of evidence, a file for each check code, replacing what an earlier attempt left."""
    stamped = [replace(outcome, checked_at=at.isoformat(sep=" ", timespec="seconds")) for outcome in outcomes]
    for check_code in {outcome.check_code for outcome in outcomes}:
        body = [asdict(outcome) for outcome in stamped if outcome.check_code == check_code]
        write_json(folder / f"{check_code}.json", body)


def recorded(folder: Path, check_code: str) -> list[CheckOutcome]:
    """Outcomes recorded for a check; empty when there are none or the file is not whole."""
    try:
        body = json.loads((folder / f"{check_code}.json").read_text(encoding="utf-8"))
    except (FileNotFoundError, json.JSONDecodeError):
        return []
    return [CheckOutcome(**outcome) for outcome in body]


def write_json(path: Path, body: object) -> None:
    """Write a JSON file so that a reader sees the old one or the new one, never half of it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile("w", encoding="utf-8", dir=path.parent, suffix=".part", delete=False) as file:
        json.dump(body, file, ensure_ascii=False, indent=1, sort_keys=True, default=str)
        file.flush()
        os.fsync(file.fileno())
    Path(file.name).replace(path)
