"""dbt's command line, and its manifest, parsed once for each state of the project and not once for each process."""

import os
import sys
from pathlib import Path

from dbt.cli.main import dbtRunner

from ingestion.archive import fingerprint
from ingestion.errors import DataRefusedError
from orchestration.publication.fingerprint import combined_hash
from orchestration.settings import Settings

PROJECT_FILES = ("*.sql", "*.yml", "*.csv", "*.md")


def current_manifest(settings: Settings) -> Path:
    """Path of a manifest that matches the dbt project as it stands, parsing it when it has changed."""
    manifest = settings.dbt_target / "manifest.json"
    note = _note(manifest)
    state = _fingerprint_project(settings.dbt_project)
    if not (manifest.exists() and note.exists() and project_state(manifest) == state):
        _parse(settings)
        note.write_text(state, encoding="utf-8")
    return manifest


def project_state(manifest: Path) -> str:
    """Fingerprint of the project's files that a manifest was parsed from."""
    return _note(manifest).read_text(encoding="utf-8")


def _note(manifest: Path) -> Path:
    return manifest.with_name("manifest.parsed_from")


def _fingerprint_project(project: Path) -> str:
    files = sorted(path for pattern in PROJECT_FILES for path in project.rglob(pattern) if "target" not in path.parts)
    return combined_hash([(path.relative_to(project).as_posix(), fingerprint(path)) for path in files])


def dbt_command(project: Path, target: Path, *arguments: str) -> list[str]:
    """A command line of this environment's dbt on a project, with what it writes in `target`."""
    places = ["--project-dir", os.fspath(project), "--profiles-dir", os.fspath(project), "--target-path", os.fspath(target)]
    return [str(Path(sys.executable).with_name("dbt")), *arguments, *places]


def _parse(settings: Settings) -> None:
    settings.dbt_target.mkdir(parents=True, exist_ok=True)
    folder = os.fspath(settings.dbt_project)
    result = dbtRunner().invoke(
        ["--quiet", "parse", "--project-dir", folder, "--profiles-dir", folder, "--target-path", os.fspath(settings.dbt_target)]
    )
    if not result.success:
        raise DataRefusedError(f"The dbt project does not parse: {result.exception}", f"correct the file it names in {folder}")
