"""How the last refresh of every kind ended, what BI reads since when, and how far the two are apart; from the ledger of runs."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from orchestration.ledger.events import FOUND_CHANGED, LOAD, PUBLISHED, REFRESH, SERVED
from orchestration.ledger.ledger import Entry, Ledger
from orchestration.ledger.lock import Holder, holder
from orchestration.settings import Settings

KINDS = ("command", "schedule", "ui")
PROBLEMS_SHOWN = 3


@dataclass(frozen=True)
class Status:
    """What a person should know first: lines to show, and whether the last refresh failed to publish."""

    lines: tuple[str, ...]
    is_refused: bool


def status_of(settings: Settings) -> Status:
    """The home's status. Refused when the ledger does not hold."""
    entries = Ledger(settings.ledger).proven()
    last = {entry.details["kind"]: entry.details | {"by": entry.by} for entry in entries if entry.event == REFRESH}
    who, is_alive = holder(settings)
    if who and not is_alive and who.as_of_date:
        last[who.kind] = _killed(who)
    newest = max(last.values(), key=lambda told: str(told["started_at"]), default=None)
    lines = [line for kind in KINDS if kind in last for line in _refresh_lines(kind, last[kind])]
    if who and is_alive:
        lines.append(f"Running: {who}")
    lines += _served_lines(entries, newest)
    lines += [
        f"Found changed, as {entry.at} UTC: {one}"
        for entry in entries
        if entry.event == FOUND_CHANGED and newest and entry.at >= newest["started_at"]
        for one in entry.details["found"]
    ]
    return Status(tuple(lines), newest is not None and not newest["is_published"])


def _killed(who: Holder) -> dict[str, Any]:
    told = {"started_at": who.since, "as_of_date": who.as_of_date, "by": who.by}
    return {**told, "is_published": False, "problems": ["The run was killed; run it again."]}


def _refresh_lines(kind: str, told: Mapping[str, Any]) -> Iterator[str]:
    stands = f"nothing had changed, {told['stands']} stood" if told.get("stands") else "published"
    verdict = stands if told["is_published"] else "REFUSED"
    yield f"Last refresh ({kind}) as of {told['as_of_date']}, started {told['started_at']} UTC by {told['by']}: {verdict}"
    problems = [line for problem in told["problems"] for line in problem.splitlines()]
    yield from (f"  {line}" for line in problems[:PROBLEMS_SHOWN])
    if len(problems) > PROBLEMS_SHOWN:
        yield f"  and {len(problems) - PROBLEMS_SHOWN} lines more, in the ledger of runs and refresh.log"


def _served_lines(entries: list[Entry], newest: Mapping[str, Any] | None) -> Iterator[str]:
    served = next((entry for entry in reversed(entries) if entry.event == SERVED), None)
    if served is None:
        yield "BI reads nothing yet."
        return
    publication_id = served.details["publication_id"]
    about = {entry.details["publication_id"]: entry.details for entry in entries if entry.event == PUBLISHED}
    published = about[publication_id]
    yield f"BI reads {publication_id} as of {published['as_of_date']}, since {served.at} UTC"
    later = sum(entry.event == LOAD and entry.details["load_id"] > published["known_through"] for entry in entries)
    days = (date.fromisoformat(newest["as_of_date"]) - date.fromisoformat(published["as_of_date"])).days if newest else 0
    if newest and (later or days):
        waited = max((datetime.fromisoformat(newest["started_at"]) - datetime.fromisoformat(served.at)).days, 0)
        away = f", {_plural(abs(days), 'day')} {'after' if days > 0 else 'before'} that" if days else ""
        yield (
            f"  The last refresh was as of {newest['as_of_date']}{away}, and started {_plural(waited, 'day')} after BI began to "
            f"read it; {_plural(later, 'load')} came since and {'is' if later == 1 else 'are'} not in what BI reads"
        )


def _plural(count: int, what: str) -> str:
    return f"{count:,} {what}{'' if count == 1 else 's'}"
