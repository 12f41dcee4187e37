"""What senders do to files: cut them off, damage bytes, replace them while they are read, send them twice and out of order."""

import random
import shutil
import threading
from collections.abc import Callable
from pathlib import Path

from ingestion.archive import archive_file, fingerprint
from tests.conftest import WORKED_LEDGER, Home
from tests.faults.conftest import LATER, Undisturbed, assert_no_row_is_lost, assert_published, figures, refresh

SEED = 7
FLIPPED_BYTES = 6
COPIES = 200


def delivered(folder: Path, names: list[str]) -> Path:
    """A sender's folder with some of the worked ledger's files."""
    folder.mkdir(exist_ok=True)
    for name in names:
        shutil.copy(WORKED_LEDGER / name, folder / name)
    return folder


def everything() -> list[str]:
    return sorted(path.name for path in WORKED_LEDGER.iterdir())


def flip_high_bits(text: bytes) -> bytes:
    """Bytes beyond the header with their highest bit turned: no UTF-8 any more, so the line cannot be used."""
    damaged = bytearray(text)
    for place in random.Random(SEED).sample(range(text.index(b"\n") + 1, len(text)), FLIPPED_BYTES):
        if damaged[place] not in b"\r\n":
            damaged[place] ^= 0x80
    return bytes(damaged)


def test_damaged_early_and_repeated_files_and_then_the_right_ones(
    new_home: Callable[[], Home], undisturbed: Undisturbed, tmp_path: Path
) -> None:
    """First documents with turned bits, orders cut off, and applications whose documents have not come: every line is counted,
    nothing is published. Then the right files, some of them twice by another name: the figures of an undisturbed delivery."""
    home, extracts = new_home(), delivered(tmp_path / "extracts", [name for name in everything() if name != "documents_k1.csv"])
    documents, orders = (extracts / name for name in ("documents.csv", "orders.csv"))
    documents.write_bytes(flip_high_bits(documents.read_bytes()))
    whole = orders.read_bytes()
    orders.write_bytes(whole[: len(whole) * 2 // 3])
    done = refresh(home, LATER, extracts)
    assert done.returncode == 1 and not home.serving_database.exists() and "Traceback" not in done.stderr, done.stderr
    assert_no_row_is_lost(home)
    delivered(extracts, ["documents.csv", "documents_k1.csv", "orders.csv"])
    for name in ("documents.csv", "applications.csv", "orders.csv"):
        shutil.copy(WORKED_LEDGER / name, extracts / name.replace(".csv", "_again.csv"))
    assert_published(refresh(home, LATER, extracts))
    assert_no_row_is_lost(home)
    assert figures(home) == figures(undisturbed.after)


def test_a_file_replaced_while_it_is_read_is_kept_as_one_or_the_other(tmp_path: Path) -> None:
    """A sender replaces the file over and over while it is archived: every copy is one version, under its own fingerprint."""
    versions = [b"a" * 3_000_000, b"b" * 2_000_000]
    path, done = tmp_path / "documents.csv", threading.Event()
    path.write_bytes(versions[0])

    def keep_replacing() -> None:
        number = 0
        while not done.is_set():
            number += 1
            part = tmp_path / f"part{number % 2}"
            part.write_bytes(versions[number % 2])
            part.replace(path)

    sender = threading.Thread(target=keep_replacing)
    sender.start()
    try:
        for _ in range(COPIES):
            sha256, copy = archive_file(tmp_path / "archive", path)
            assert copy.read_bytes() in versions and fingerprint(copy) == sha256 == copy.name
            copy.chmod(0o644)
            copy.unlink()
    finally:
        done.set()
        sender.join()
