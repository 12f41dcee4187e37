"""The ledger's anchor: its head, kept in a second place, where a hand that can write in the home does not reach.

`RECEIVABLES_ANCHOR` names a file, of this home alone, to which a line is added; an HTTP address, to which it is posted; or a
PostgreSQL database, to whose table a row is added. A place that is away never stops a refresh: it is said, and the next anchor
vouches for all before it.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import requests

from ingestion.errors import DataRefusedError
from orchestration.ledger.ledger import Entry, Ledger
from orchestration.settings import Settings

if TYPE_CHECKING:
    import psycopg

TIMEOUT_SECONDS = 10
# Rows are added and read, never changed: that is all that the role of a home needs.
TABLE = """create table receivables_anchors (
    home text not null, number bigint not null, hash text not null, at text not null,
    anchored_at timestamptz not null default now()
)"""
INSERT = "insert into receivables_anchors (home, number, hash, at) values (%(home)s, %(number)s, %(hash)s, %(at)s)"
EXISTS = "select to_regclass('receivables_anchors') is not null"


def write_anchor(settings: Settings) -> list[str]:
    """Write the ledger's head to the second place that the settings name; gives what went wrong, in words."""
    entries = Ledger(settings.ledger).proven()
    if settings.anchor is None or not entries:
        return []
    last = entries[-1]
    head: dict[str, str | int] = {"home": str(settings.home), "number": last.number, "hash": last.hash, "at": last.at}
    try:
        if is_address(settings.anchor):
            requests.post(settings.anchor, json=head, timeout=TIMEOUT_SECONDS).raise_for_status()
        elif is_database(settings.anchor):
            with _connected(settings.anchor) as con:
                if con.execute(EXISTS).fetchone() != (True,):
                    con.execute(TABLE)
                con.execute(INSERT, head)
        else:
            with Path(settings.anchor).open("a", encoding="utf-8") as file:
                file.write(json.dumps(head, ensure_ascii=False, sort_keys=True) + "\n")
    except (requests.RequestException, OSError, DataRefusedError) as error:
        return [f"The ledger's anchor could not be written to {_visible(settings.anchor)}: {error}"]
    return []


def is_address(place: str) -> bool:
    """Whether an anchor's place is an HTTP address."""
    return place.startswith(("http://", "https://"))


def is_database(place: str) -> bool:
    """Whether an anchor's place is a PostgreSQL database."""
    return place.startswith(("postgresql://", "postgres://"))


def anchor_problems(settings: Settings, entries: list[Entry], given: str | None) -> Iterator[str]:
    """Anchors, one that is given and those in the place that the settings name, that are not in the ledger, in words.

    A given anchor may be a hash, a file of anchors or a database of them. What is posted to an address is compared there.
    """
    numbers = {entry.hash: entry.number for entry in entries}
    for place in dict.fromkeys(place for place in (settings.anchor, given) if place and not is_address(place)):
        if not is_database(place) and not Path(place).is_file():
            if place == given and given not in numbers:
                yield f"{settings.ledger} does not hold the anchor {given}: its end was cut off, or it is another ledger"
            elif place == settings.anchor:
                yield f"{place} is not there, where the anchors of {settings.home} are kept"
            continue
        try:
            anchors = list(_anchors(settings, place))
        except DataRefusedError as refused:
            yield f"The anchors in {_visible(place)} could not be read: {refused}"
            continue
        if not anchors:
            yield f"{_visible(place)} holds no anchor of {settings.home}: the next refresh writes one, or they were removed"
        for number, sha256, where in anchors:
            if numbers.get(sha256) != number:
                yield (
                    f"{settings.ledger} does not hold the anchor of entry {number} ({where}): its end was "
                    "cut off, it was written anew, or it is another ledger"
                )


def _anchors(settings: Settings, place: str) -> Iterator[tuple[int, str, str]]:
    """Entry number and hash of each anchor in a file, or of this home's in a database, with where it stands."""
    if is_database(place):
        with _connected(place) as con:
            if con.execute(EXISTS).fetchone() == (True,):
                rows = con.execute(
                    "select number, hash, anchored_at from receivables_anchors where home = %s order by anchored_at, number",
                    [str(settings.home)],
                )
                yield from ((number, sha256, f"{_visible(place)}, of {at:%Y-%m-%d %H:%M:%S %Z}") for number, sha256, at in rows)
    else:
        for line_number, line in enumerate(Path(place).read_text(encoding="utf-8").splitlines(), 1):
            head = json.loads(line)
            yield head["number"], head["hash"], f"{place} line {line_number}"


@contextmanager
def _connected(place: str) -> Iterator["psycopg.Connection"]:
    """A connection to a database of anchors, committed when all went well; what goes wrong is refused in a sentence."""
    try:
        import psycopg
    except ImportError as error:
        raise DataRefusedError("psycopg is not installed.", "run `.venv/bin/uv sync --extra postgres`") from error
    try:
        with psycopg.connect(place, connect_timeout=TIMEOUT_SECONDS) as con:
            yield con
    except psycopg.Error as error:
        told = str(error).strip().splitlines()[0]
        raise DataRefusedError(f"{told}.", "start the server, correct RECEIVABLES_ANCHOR, or give its role the right") from error


def _visible(place: str) -> str:
    """A place without the password that it may hold."""
    parts = urlsplit(place)
    return parts._replace(netloc=parts.netloc.replace(f":{parts.password}@", "@")).geturl() if parts.password else place
