"""The ledger's anchor: its head, kept in a second place, where a hand that can write in the home does not reach.

`RECEIVABLES_ANCHOR` names a file, of this home alone, to which a line is added, or an HTTP address, to which it is posted. A
place that is away never stops a refresh: it is said, and the next anchor vouches for all before it.
"""

import json
from collections.abc import Iterator
from pathlib import Path

import requests

from orchestration.ledger.ledger import Entry, Ledger
from orchestration.settings import Settings

TIMEOUT_SECONDS = 10


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
        else:
            with Path(settings.anchor).open("a", encoding="utf-8") as file:
                file.write(json.dumps(head, ensure_ascii=False, sort_keys=True) + "\n")
    except (requests.RequestException, OSError) as error:
        return [f"The ledger's anchor could not be written to {settings.anchor}: {error}"]
    return []


def is_address(place: str) -> bool:
    """Whether an anchor's place is an HTTP address and no file."""
    return place.startswith(("http://", "https://"))


def anchor_problems(settings: Settings, entries: list[Entry], given: str | None) -> Iterator[str]:
    """Anchors, one that is given and those in the file that the settings name, that are not in the ledger, in words.

    A given anchor may be a hash or a file of anchors.
    """
    hashes = {entry.hash: entry.number for entry in entries}
    files = [Path(place) for place in (settings.anchor, given) if place and not is_address(place) and Path(place).is_file()]
    for file in files:
        for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), 1):
            head = json.loads(line)
            if hashes.get(head["hash"]) != head["number"]:
                yield (
                    f"{settings.ledger} does not hold the anchor of entry {head['number']} ({file} line {number}): its end was "
                    "cut off, it was written anew, or it is another ledger"
                )
    if given and Path(given) not in files and given not in hashes:
        yield f"{settings.ledger} does not hold the anchor {given}: its end was cut off, or it is another ledger"
