"""Whether policy was changed under a version that a publication has already used. New rules need a new version."""

from orchestration.audit.record import policies_now, policies_used
from orchestration.quality.evidence import CheckOutcome
from orchestration.settings import Settings

POLICIES_UNCHANGED = "policy_versions_unchanged"


def check_policies(settings: Settings) -> CheckOutcome:
    """One outcome over every policy version that the ledger knows to have been used."""
    used, now = policies_used(settings), policies_now(settings)
    changed = [
        f"{version} says other than when publication {entry.details['publication_id']} used it"
        for version, entry in used.items()
        if now.get(version) != entry.details["content_hash"]
    ]
    fix = "; give the new rules a version of their own (docs/change_policy.md)" if changed else ""
    summary = ("; ".join(changed) + fix) or f"{len(used)} versions in use are as they were approved"
    return CheckOutcome(POLICIES_UNCHANGED, "policy", not changed, summary, {"used": sorted(used), "changed": changed})
