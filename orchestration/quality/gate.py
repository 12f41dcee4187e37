"""The gate: whether a candidate may be published, by the evidence recorded of it. Fails closed.

A required check that is missing, failed, recorded of another candidate, or not as the ledger was told blocks; a warning is
published with a flag. What is required stands in the project's own files, never in a table or file of the home.
"""

import csv
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb

from ingestion.contract import load_contracts
from ingestion.loader import Load, registered_loads
from orchestration.ledger.events import VERDICT
from orchestration.ledger.fingerprint import combined_hash
from orchestration.ledger.ledger import Entry, Ledger
from orchestration.project.candidate import Candidate
from orchestration.project.manifest import project_state, proven_manifest
from orchestration.project.marts import manifest_body, read_marts
from orchestration.quality.candidate import CANDIDATE_CHECKS, SUITE
from orchestration.quality.dbt_tests import DBT_TESTS
from orchestration.quality.evidence import CheckOutcome, Recorded
from orchestration.quality.landing import place_of
from orchestration.quality.raw import RAW_AS_LOADED, register_problems, told_loads
from orchestration.settings import Settings

REQUIRED_CHECKS = Path("seeds") / "policy" / "policy_checks.csv"
# Checks that are made once on a whole candidate, by code, with what each is made on.
MADE_ONCE = {**CANDIDATE_CHECKS, RAW_AS_LOADED: "raw"}


@dataclass(frozen=True)
class RequiredCheck:
    """A check that policy requires: its code, where it is made, and whether its failure blocks."""

    check_code: str
    stage: str
    is_critical: bool


@dataclass(frozen=True)
class Verdict:
    """What speaks against publication, what is published with a flag, and the evidence that it rests on.

    `evidence`: hash of each file about the candidate, by check code; `landing_hash`: of all that is about loads.
    `project_state`: of the files that say what is required. `mart_hash`, `policy_hash`: of what the candidate is made of.
    """

    blocking: tuple[str, ...]
    warnings: tuple[str, ...]
    check_count: int
    evidence: dict[str, str] = field(default_factory=dict)
    landing_hash: str = ""
    project_state: str = ""
    mart_hash: str = ""
    policy_hash: str = ""

    @property
    def is_passed(self) -> bool:
        """Whether nothing blocks."""
        return not self.blocking


def judge(settings: Settings, candidate: Candidate) -> Verdict:
    """The verdict on a candidate, from the project's list of required checks and the evidence that the ledger vouches for."""
    entries = Ledger(settings.ledger).proven()
    recorded = Recorded(settings, entries)
    with duckdb.connect(str(settings.working_database), read_only=True) as con:
        loads = [load for contract in load_contracts().values() for load in registered_loads(con, contract)]
        blocking = register_problems(con, told_loads(entries))
    manifest = proven_manifest(settings)
    warnings: list[str] = []
    count = 0
    required = required_checks(settings)
    if not required:
        blocking.append(f"{REQUIRED_CHECKS} names no check: nothing vouches for the candidate")
    for check in required:
        subjects = _subjects(check, manifest, loads)
        outcomes = {outcome.subject: outcome for outcome in _outcomes(recorded, candidate, check, loads)}
        count += len(subjects)
        for problem in _problems(check, subjects, outcomes):
            (blocking if check.is_critical else warnings).append(problem)
    place = candidate_place(candidate.candidate_id)
    evidence = {code: recorded.sha256(place, code) for code in recorded.checks(place)}
    return Verdict(
        tuple(blocking),
        tuple(warnings),
        count,
        {code: sha256 for code, sha256 in evidence.items() if sha256},
        _landing_hash(recorded, loads, required),
        project_state(settings),
        combined_hash(sorted(candidate.mart_hashes.items())),
        combined_hash(sorted(candidate.policy_hashes.items())),
    )


def told_verdict(entries: list[Entry], candidate_id: str) -> dict[str, Any] | None:
    """What the ledger was last told of a candidate's verdict; None when it never was."""
    told = (e.details for e in reversed(entries) if e.event == VERDICT and e.details["candidate_id"] == candidate_id)
    return next(told, None)


def required_checks(settings: Settings) -> list[RequiredCheck]:
    """What the project requires of a candidate."""
    with (settings.dbt_project / REQUIRED_CHECKS).open(encoding="utf-8", newline="") as lines:
        return [RequiredCheck(row["check_code"], row["stage"], row["severity"] == "critical") for row in csv.DictReader(lines)]


def _subjects(check: RequiredCheck, manifest: Path, loads: list[Load]) -> list[str]:
    """Everything that the check must have been made on."""
    if check.stage == "landing":
        return [f"load {load.load_id}" for load in loads]
    if check.check_code == DBT_TESTS:
        return dbt_test_names(manifest)
    if check.check_code == SUITE:
        return [mart.name for mart in read_marts(manifest)]
    # A code that nothing makes has no subject, and so blocks.
    return [MADE_ONCE[check.check_code]] if check.check_code in MADE_ONCE else []


def _outcomes(recorded: Recorded, candidate: Candidate, check: RequiredCheck, loads: list[Load]) -> list[CheckOutcome]:
    if check.stage == "landing":
        return [outcome for load in loads for outcome in recorded.outcomes(place_of(load), check.check_code)]
    return recorded.outcomes(candidate_place(candidate.candidate_id), check.check_code)


def _landing_hash(recorded: Recorded, loads: list[Load], required: list[RequiredCheck]) -> str:
    codes = [check.check_code for check in required if check.stage == "landing"]
    places = sorted(place_of(load) for load in loads)
    return combined_hash([(place, code, recorded.sha256(place, code)) for place in places for code in sorted(codes)])


def _problems(check: RequiredCheck, subjects: list[str], outcomes: dict[str, CheckOutcome]) -> list[str]:
    if not subjects:
        return [f"{check.check_code}: there is nothing that it could have been made on"]
    missing = [subject for subject in subjects if subject not in outcomes]
    failed = [outcomes[subject] for subject in subjects if subject in outcomes and outcomes[subject].is_passed is not True]
    problems = [f"{check.check_code} ({outcome.subject}): {outcome.summary}" for outcome in failed]
    if missing:
        problems.append(f"{check.check_code}: no evidence for {len(missing)} of {len(subjects)}, such as {missing[0]}")
    return problems


def candidate_place(candidate_id: str) -> str:
    """Where a candidate's evidence stands."""
    return f"candidates/{candidate_id}"


def refused_place(run_id: str) -> str:
    """Where the evidence of a build that failed stands, which left no candidate."""
    return f"refused/{run_id}"


def dbt_test_names(manifest: Path) -> list[str]:
    """Unique ids of every data test of the dbt project."""
    nodes = manifest_body(manifest)["nodes"]
    return sorted(name for name, node in nodes.items() if node["resource_type"] == "test")
