"""The gate: whether a candidate may be published, by the evidence recorded of it. Fails closed.

A required check that is missing, failed, or recorded of another candidate blocks; a warning is published with a flag.
"""

import json
from dataclasses import dataclass
from pathlib import Path

import duckdb

from orchestration.publication.candidate import Candidate
from orchestration.publication.marts import read_marts
from orchestration.quality.candidate import CANDIDATE_CHECKS, SUITE
from orchestration.quality.dbt_tests import DBT_TESTS
from orchestration.quality.evidence import CheckOutcome, recorded
from orchestration.quality.landing import load_evidence
from orchestration.settings import Settings


@dataclass(frozen=True)
class RequiredCheck:
    """A check that policy requires: its code and whether its failure blocks."""

    check_code: str
    stage: str
    is_critical: bool


@dataclass(frozen=True)
class Verdict:
    """What speaks against publication, and what is published with a flag."""

    blocking: tuple[str, ...]
    warnings: tuple[str, ...]
    check_count: int

    @property
    def is_passed(self) -> bool:
        """Whether nothing blocks."""
        return not self.blocking


def judge(settings: Settings, candidate: Candidate) -> Verdict:
    """The verdict on a candidate, from the policy of required checks and the evidence on disk."""
    with duckdb.connect(str(settings.working_database)) as con:
        required = [
            RequiredCheck(code, stage, severity == "critical")
            for code, stage, severity in con.execute(
                "select check_code, stage, severity from policy.policy_checks order by check_code"
            ).fetchall()
        ]
        loads = [row[0] for row in con.execute("select load_id from raw.loads order by load_id").fetchall()]
    if not required:
        return Verdict(("policy.policy_checks names no check: nothing vouches for the candidate",), (), 0)
    blocking: list[str] = []
    warnings: list[str] = []
    count = 0
    for check in required:
        subjects = _subjects(settings, check, loads)
        outcomes = {outcome.subject: outcome for outcome in _outcomes(settings, candidate, check, loads)}
        count += len(subjects)
        for problem in _problems(check, subjects, outcomes):
            (blocking if check.is_critical else warnings).append(problem)
    return Verdict(tuple(blocking), tuple(warnings), count)


def _subjects(settings: Settings, check: RequiredCheck, loads: list[int]) -> list[str]:
    """Everything that the check must have been made on."""
    manifest = settings.dbt_target / "manifest.json"
    if check.stage == "landing":
        return [f"load {load_id}" for load_id in loads]
    if check.check_code == DBT_TESTS:
        return dbt_test_names(manifest)
    if check.check_code == SUITE:
        return [mart.name for mart in read_marts(manifest)]
    # A code that nothing makes has no subject, and so blocks.
    return [CANDIDATE_CHECKS[check.check_code]] if check.check_code in CANDIDATE_CHECKS else []


def _outcomes(settings: Settings, candidate: Candidate, check: RequiredCheck, loads: list[int]) -> list[CheckOutcome]:
    folders = (
        [load_evidence(settings, load_id) for load_id in loads]
        if check.stage == "landing"
        else [candidate_evidence(settings, candidate.candidate_id)]
    )
    return [outcome for folder in folders for outcome in recorded(folder, check.check_code)]


def _problems(check: RequiredCheck, subjects: list[str], outcomes: dict[str, CheckOutcome]) -> list[str]:
    if not subjects:
        return [f"{check.check_code}: there is nothing that it could have been made on"]
    missing = [subject for subject in subjects if subject not in outcomes]
    failed = [outcomes[subject] for subject in subjects if subject in outcomes and outcomes[subject].is_passed is not True]
    problems = [f"{check.check_code} ({outcome.subject}): {outcome.summary}" for outcome in failed]
    if missing:
        problems.append(f"{check.check_code}: no evidence for {len(missing)} of {len(subjects)}, such as {missing[0]}")
    return problems


def candidate_evidence(settings: Settings, candidate_id: str) -> Path:
    """Folder of a candidate's evidence."""
    return settings.evidence / "candidates" / candidate_id


def refused_evidence(settings: Settings, run_id: str) -> Path:
    """Folder of the evidence of a build that failed, and so left no candidate."""
    return settings.evidence / "refused" / run_id


def dbt_test_names(manifest: Path) -> list[str]:
    """Unique ids of every data test of the dbt project."""
    nodes = json.loads(manifest.read_text(encoding="utf-8"))["nodes"]
    return sorted(name for name, node in nodes.items() if node["resource_type"] == "test")
