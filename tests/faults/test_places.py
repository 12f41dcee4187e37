"""What happens to the places that a refresh writes to: a full disk, a read-only folder, a second refresh, damage."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import RECEIVABLES, Home
from tests.faults.conftest import (
    LATER,
    Undisturbed,
    assert_no_row_is_lost,
    assert_published,
    published_hash,
    refresh,
    refresh_arguments,
)

MEBIBYTE = 1 << 20
# Room beyond what the home holds: too little to load, to build, and to publish.
ROOM_LEFT = [1, 16, 32]


def mount(*arguments: str) -> None:
    subprocess.run(["mount", *arguments], check=True, capture_output=True)


@pytest.fixture
def small_disk(undisturbed: Undisturbed, tmp_path: Path) -> Iterator[Home]:
    """A copy of the home that has published the earlier date, on a file system of its own."""
    disk = tmp_path / "disk"
    disk.mkdir()
    try:
        mount("-t", "tmpfs", "-o", "size=2g", "tmpfs", str(disk))
    except (subprocess.CalledProcessError, FileNotFoundError) as error:
        pytest.skip(f"mounting a tmpfs needs root: {error}")
    shutil.copytree(undisturbed.before.path, disk / "warehouse", symlinks=True)
    yield Home(disk / "warehouse")
    subprocess.run(["umount", "--recursive", "--lazy", str(disk)], check=True)


def used_bytes(home: Home) -> int:
    found = os.statvfs(home.path)
    return (found.f_blocks - found.f_bfree) * found.f_frsize


def test_a_full_disk_and_a_read_only_folder_are_said_and_leave_what_is_published(
    small_disk: Home, undisturbed: Undisturbed
) -> None:
    old, disk, publications = small_disk.content_hash(), str(small_disk.path.parent), str(small_disk.path / "publications")
    for room in ROOM_LEFT:
        mount("-o", f"remount,size={used_bytes(small_disk) + room * MEBIBYTE}", disk)
        assert_refused(refresh(small_disk, LATER), "space")
        assert published_hash(small_disk) == old
    mount("-o", "remount,size=2g", disk)
    mount("--bind", publications, publications)
    mount("-o", "remount,ro,bind", publications)
    done = refresh(small_disk, LATER)
    subprocess.run(["umount", publications], check=True)
    assert_refused(done, "publications")
    assert published_hash(small_disk) == old
    assert_published(refresh(small_disk, LATER))
    assert_no_row_is_lost(small_disk)
    assert published_hash(small_disk) == undisturbed.content_hash


def assert_refused(done: subprocess.CompletedProcess[str], told: str) -> None:
    """Exit code 1, a sentence that names what is wrong, and no traceback."""
    said = done.stdout + done.stderr
    assert done.returncode == 1 and told in said.lower() and "Traceback" not in said, said


def test_damaged_bytes_are_restored_from_the_archive_and_of_two_refreshes_at_once_one_is_refused(
    home: Home, undisturbed: Undisturbed
) -> None:
    database, old = home.path / "working.duckdb", home.content_hash()
    with database.open("r+b") as file:
        file.write(os.urandom(16 * 1024))
    assert_refused(refresh(home, LATER), "receivables restore")
    assert published_hash(home) == old
    assert home.run("restore").returncode == 0
    command = [RECEIVABLES, *refresh_arguments(LATER)]
    started = [
        subprocess.Popen(command, env=home.environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        for _ in range(2)
    ]
    said = [process.communicate() for process in started]
    assert sorted(process.returncode for process in started) == [0, 1], said
    assert any("is held: refresh as of 2026-03-31 (command) by" in errors for _, errors in said)
    assert_no_row_is_lost(home)
    assert published_hash(home) == undisturbed.content_hash
