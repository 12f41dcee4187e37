"""Writing small files of a home: whole or not at all, the same text for the same value."""

import json
import os
import tempfile
from pathlib import Path

GROUP_READABLE = 0o640


def as_json(body: object) -> str:
    """A value as JSON, the same text for the same value."""
    return json.dumps(body, ensure_ascii=False, indent=1, sort_keys=True, default=str)


def write_json(path: Path, body: object) -> None:
    """Write a value as JSON; see `write_text`."""
    write_text(path, as_json(body))


def write_text(path: Path, text: str) -> None:
    """Write a file so that a reader sees the old one or the new one, never half of it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile("w", encoding="utf-8", newline="", dir=path.parent, suffix=".part", delete=False) as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    Path(file.name).chmod(GROUP_READABLE)
    Path(file.name).replace(path)
