"""How a refresh ended: for the person who started it, and for the ledger."""

import signal
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from orchestration.ledger.anchor import write_anchor
from orchestration.ledger.events import REFRESH, record
from orchestration.settings import Settings


@dataclass(frozen=True)
class RefreshOutcome:
    """How a refresh ended: whether it published, and if not, why; what was found changed in the home; all in sentences.

    `ended_by`: the signal that ended it. `stands`: the publication that nothing changed since.
    """

    is_published: bool
    problems: tuple[str, ...]
    found: tuple[str, ...] = ()
    ended_by: signal.Signals | None = None
    stands: str | None = None


def tell_end(settings: Settings, at: datetime, told: Mapping[str, Any]) -> list[str]:
    """Add the end of a refresh to the ledger, and anchor it; gives what went wrong with the anchor's place, in words."""
    record(settings, at, (REFRESH, told))
    return write_anchor(settings)
