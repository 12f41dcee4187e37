"""The archive: each delivered file kept once, byte for byte, under its SHA-256 fingerprint.

A sender's file name never chooses a path here; the load register keeps the name.
"""

import hashlib
import os
import tempfile
from pathlib import Path

CHUNK_BYTES = 1 << 20


def fingerprint(path: Path) -> str:
    """SHA-256 of a file's bytes, in hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def archived_path(archive: Path, sha256: str) -> Path:
    """Where the file of that fingerprint is kept."""
    return archive / sha256[:2] / sha256


def archive_file(archive: Path, path: Path) -> tuple[str, Path]:
    """Keep a file and return its fingerprint and archived copy.

    What is fingerprinted is the copy, so a file that a sender replaces meanwhile cannot be half one and half the other.
    """
    known = archived_path(archive, fingerprint(path))
    if known.exists():
        return known.name, known
    archive.mkdir(parents=True, exist_ok=True)
    digest = hashlib.sha256()
    with path.open("rb") as source, tempfile.NamedTemporaryFile(dir=archive, suffix=".part", delete=False) as copy:
        while chunk := source.read(CHUNK_BYTES):
            digest.update(chunk)
            copy.write(chunk)
        copy.flush()
        os.fsync(copy.fileno())
    target = archived_path(archive, digest.hexdigest())
    target.parent.mkdir(exist_ok=True)
    Path(copy.name).chmod(0o440)
    Path(copy.name).replace(target)
    return target.name, target
