"""Whether policy was changed under a version that a publication has already used. New rules need a new version."""

import duckdb

from orchestration.ledger.record import changed_policies, policies_used
from orchestration.quality.evidence import CheckOutcome
from orchestration.settings import Settings

POLICIES_UNCHANGED = "policy_versions_unchanged"


def check_policies(settings: Settings) -> CheckOutcome:
    """One outcome over every policy version that the ledger knows to have been used."""
    used = policies_used(settings)
    with duckdb.connect(str(settings.working_database)) as con:
        changed = list(changed_policies(con, used).values())
    fix = "; give the new rules a version of their own (docs/change_policy.md)" if changed else ""
    summary = ("; ".join(changed) + fix) or f"{len(used)} versions in use are as they were approved"
    return CheckOutcome(POLICIES_UNCHANGED, "policy", not changed, summary, {"used": sorted(used), "changed": changed})
