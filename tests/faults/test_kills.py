"""kill -9 at every boundary between stages, at random, and before every kind of write.

What is published stays whole, no row is lost, and the run after it ends like one that nothing disturbed. At least 30 kills: 11 of
whole refreshes here, 9 before steps of loading and 10 before writes of publishing, which their tests count.
"""

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from orchestration.audit.verify import prove
from orchestration.project.manifest import tell_parse
from orchestration.settings import Settings
from tests.conftest import RECEIVABLES, ROOT, Home
from tests.faults import attacks
from tests.faults.conftest import (
    EARLIER,
    LATER,
    Undisturbed,
    assert_no_row_is_lost,
    assert_published,
    published_hash,
    refresh,
    refresh_arguments,
)

# What the command prints as a stage ends or begins; a kill at once after it meets the boundary.
WHILE_LOADING = ["raw__any__metrics", "raw__bureau__registrations", "raw__erp__customers", "raw__erp__statement_confirmations"]
AFTER_LOADING = ["building and testing", "s  warehouse", "s  gate__candidate", "s  published__receivables"]
RANDOM_KILLS = 3
# By which signal a refresh is ended, how many seconds after which line: loading, dbt's start, within its build, in the suites.
ENDED = [
    (signal.SIGTERM, "raw__bureau__registrations", 0),
    (signal.SIGINT, "building and testing", 0),
    (signal.SIGTERM, "building and testing", 20),
    (signal.SIGINT, "s  warehouse", 2),
]
SEED = 20261122


def test_a_signal_ends_a_refresh_in_order(home: Home, undisturbed: Undisturbed) -> None:
    """Said by a sentence and the exit code, told to the ledger, nothing left running or held; the next run is undisturbed."""
    old = home.content_hash()
    for number, line, seconds in ENDED:
        process = subprocess.Popen(
            [RECEIVABLES, *refresh_arguments(LATER)], env=home.environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            text=True, start_new_session=True,
        )  # fmt: skip
        assert next((text for text in process.stdout if line in text), None), process.stderr.read()
        time.sleep(seconds)
        process.send_signal(number)
        _, errors = process.communicate(timeout=120)
        assert process.returncode == 128 + number, (line, errors)
        assert f"Ended by {number.name}, in order" in errors and "Traceback" not in errors, errors
        assert not children_of_session(process.pid), line
        assert published_hash(home) == old
        told = home.run("status")
        assert told.returncode == 1 and f"It was ended by {number.name}" in told.stdout and "Running" not in told.stdout
        prove(Settings(home.path))
    assert_published(refresh(home, LATER))
    assert published_hash(home) == undisturbed.content_hash


def children_of_session(session: int) -> list[str]:
    """Processes that a command left running; one that has ended and that nobody has asked about runs no more."""
    found = subprocess.run(["ps", "-s", str(session), "-o", "stat=,args="], capture_output=True, text=True, check=False)
    return [line for line in found.stdout.splitlines() if line.strip() and not line.startswith("Z")]


def killed_at(home: Home, as_of: str, line: str = "", seconds: float = 0.0) -> None:
    """Start a refresh and kill it with all that it started: when it prints a line, or after so many seconds."""
    process = subprocess.Popen(
        [RECEIVABLES, *refresh_arguments(as_of)], env=home.environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        text=True, start_new_session=True,
    )  # fmt: skip
    if line:
        seen = next((text for text in process.stdout if line in text), None)
        assert seen is not None, f"the refresh ended without {line!r}"
    else:
        time.sleep(seconds)
    os.killpg(process.pid, signal.SIGKILL)
    process.communicate()


def test_killed_while_loading_into_an_empty_home(new_home: Callable[[], Home], undisturbed: Undisturbed) -> None:
    home = new_home()
    for line in WHILE_LOADING:
        killed_at(home, EARLIER, line)
        assert published_hash(home) is None
    assert_published(refresh(home, EARLIER))
    assert_no_row_is_lost(home)
    assert published_hash(home) == undisturbed.before.content_hash()


def test_killed_between_stages_and_at_random_over_a_published_set(home: Home, undisturbed: Undisturbed) -> None:
    old = home.content_hash()
    moments = random.Random(SEED)
    for line in AFTER_LOADING:
        killed_at(home, LATER, line)
        assert published_hash(home) in (old, undisturbed.content_hash)
        if line == "s  warehouse":
            for _ in range(RANDOM_KILLS):
                killed_at(home, LATER, seconds=moments.uniform(1, 40))
                assert published_hash(home) in (old, undisturbed.content_hash)
    assert_published(refresh(home, LATER))
    assert_no_row_is_lost(home)
    assert published_hash(home) == undisturbed.content_hash
    assert home.run("audit", "verify").returncode == 0


def part_of_refresh(part: str, home: Home, die_before: int) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "tests.faults.killed", part, str(home.path), str(die_before)]
    return subprocess.run(command, cwd=ROOT, env=home.environment, capture_output=True, text=True, check=False)


def first_and_last_of_each_run(steps: list[str]) -> list[int]:
    """Places (from 1) of steps that differ from a neighbour: fifty files moved one after the other have two."""
    return [
        place
        for place, step in enumerate(steps, 1)
        if steps[place - 2 : place - 1] != [step] or steps[place : place + 1] != [step]
    ]


def test_killed_before_every_kind_of_write_while_publishing(home_after: Home, undisturbed: Undisturbed, tmp_path: Path) -> None:
    """The later candidate stands judged and unpublished; BI reads the earlier date."""
    subprocess.run(["chmod", "-R", "u+w", str(home_after.path / "published")], check=True)
    for name in ("publications", "published"):
        shutil.rmtree(home_after.path / name)
        shutil.copytree(undisturbed.before.path / name, home_after.path / name, symlinks=True)
    entries = attacks.entries_of(home_after.path)
    last = max(number for number, entry in enumerate(entries) if entry.event == "verdict")
    attacks.written(home_after.path, entries[: last + 1])
    tell_parse(Settings(home_after.path), home_after.path / "dbt")
    ready = tmp_path / "ready"
    shutil.copytree(home_after.path, ready, symlinks=True)
    told = part_of_refresh("publish", home_after, 0)
    assert told.returncode == 0, told.stderr
    steps = told.stdout.split("\n")[:-1]
    places = first_and_last_of_each_run(steps)
    assert len(places) >= 10, steps
    shutil.rmtree(home_after.path)
    shutil.copytree(ready, home_after.path, symlinks=True)
    old = undisturbed.before.content_hash()
    for place in places:
        # What an earlier kill left behind stays: the next attempt has to cope with it.
        done = part_of_refresh("publish", home_after, place)
        assert done.returncode in (-signal.SIGKILL, 0), done.stderr
        assert published_hash(home_after) in (old, undisturbed.content_hash)
        # Whatever was told and not yet done, or done by halves, is nobody's attack.
        prove(Settings(home_after.path), reads_archive=False)
    assert part_of_refresh("publish", home_after, 0).returncode == 0
    assert published_hash(home_after) == undisturbed.content_hash
    assert home_after.run("audit", "verify").returncode == 0


def test_killed_between_any_two_steps_of_loading(new_home: Callable[[], Home]) -> None:
    """Archive, read, judge and append of each file: a load is done or not begun. Each attempt dies one step later."""
    home, kills = new_home(), 0
    while part_of_refresh("load", home, kills + 1).returncode == -signal.SIGKILL:
        kills += 1
        if (home.path / "working.duckdb").exists():
            assert_no_row_is_lost(home)
    assert kills >= 9
    assert part_of_refresh("load", home, 0).returncode == 0
    assert_no_row_is_lost(home)
