"""What the ledger is told of, by name, and the telling."""

from datetime import datetime

from orchestration.ledger.ledger import Event, Ledger
from orchestration.ledger.people import signature
from orchestration.settings import Settings

PARSED, LOAD, LANDED, RESTORED, UPGRADED = "project_parsed", "load", "landed", "restored", "upgraded"
EVIDENCE, VERDICT = "evidence", "verdict"
POLICY_USED, ROW_DECIDED = "policy_used", "row_decided"
RELEASE_ASKED, RELEASED = "release_asked", "released"
PUBLISHED, PUBLISHED_AGAIN, ROLLED_BACK, SERVED = "published", "published_again", "rolled_back", "served"
REMOVED, REFRESH, FOUND_CHANGED = "publication_removed", "refresh", "found_changed"


def record(settings: Settings, at: datetime, *events: Event) -> None:
    """Add events to the home's ledger, by the user of the settings."""
    if events:
        Ledger(settings.ledger).append(at, signature(settings, at), events)
