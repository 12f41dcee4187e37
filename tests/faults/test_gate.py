"""A gate that is cut: a check that raises, a check that is taken out of the graph, files that are changed behind its back."""

import subprocess
import sys
from pathlib import Path

import pytest

from ingestion.errors import DataRefusedError
from orchestration.audit.verify import prove
from orchestration.settings import Settings
from tests.conftest import ROOT, Home
from tests.faults.conftest import LATER, Undisturbed, assert_published, published_hash, refresh, refresh_arguments

RAISES = """
from orchestration.quality import candidate
def check_scorecards(*_):
    raise RuntimeError("the check fell over")
candidate.check_scorecards = check_scorecards
"""
REMOVED = """
from orchestration.quality import candidate
check_all = candidate.check_candidate
def check_candidate(*known):
    return [outcome for outcome in check_all(*known) if outcome is not None]
candidate.check_candidate = check_candidate
candidate.check_scorecards = lambda *_: None
del candidate.CANDIDATE_CHECKS["scorecard_performance"]
"""


def test_a_check_that_raises_or_is_taken_out_of_the_graph_blocks(home: Home, undisturbed: Undisturbed) -> None:
    old = home.content_hash()
    for patch, told in ((RAISES, "the check fell over"), (REMOVED, "scorecard_performance")):
        program = patch + "from orchestration.cli import main\nmain()"
        done = subprocess.run(
            [sys.executable, "-c", program, *refresh_arguments(LATER)],
            cwd=ROOT, env=home.environment, capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == 1 and told in done.stdout + done.stderr, done.stdout + done.stderr
        assert published_hash(home) == old
    assert_published(refresh(home, LATER))
    assert published_hash(home) == undisturbed.content_hash


def in_the_ledger(home: Path) -> Path:
    return home / "ledger" / "ledger.jsonl"


def in_the_archive(home: Path) -> Path:
    return max((path for path in home.glob("archive/*/*")), key=lambda path: path.stat().st_size)


def in_a_publication(home: Path) -> Path:
    return next(home.glob(f"publications/{LATER}-*/parquet/fct_aging.parquet"))


def test_what_was_changed_is_named_and_the_right_bytes_are_proven_again(home_after: Home) -> None:
    settings = Settings(home_after.path)
    for place in (in_the_ledger, in_the_archive, in_a_publication):
        path = place(home_after.path)
        path.chmod(0o644)
        bytes_before = path.read_bytes()
        middle = len(bytes_before) // 2
        path.write_bytes(bytes_before[:middle] + bytes([bytes_before[middle] ^ 1]) + bytes_before[middle + 1 :])
        with pytest.raises(DataRefusedError, match=path.relative_to(home_after.path).as_posix()):
            prove(settings)
        path.write_bytes(bytes_before)
        prove(settings, reads_archive=False)
