"""dbt's command line, and its manifest, made once for each state of the project and not once for each process.

The manifest says which models and tests there are and holds the compiled queries of the tests, so it is used only as the ledger
was told of it; else it is made anew.
"""

import os
import shutil
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from filelock import FileLock

from ingestion.archive import fingerprint
from ingestion.contract import CONTRACT_DIR
from ingestion.errors import DataRefusedError
from orchestration.ledger.events import PARSED, record
from orchestration.ledger.fingerprint import combined_hash, files_hash
from orchestration.ledger.ledger import Ledger
from orchestration.project.dictionary import assemble
from orchestration.settings import Settings

PROJECT_FILES = (".sql", ".yml", ".csv", ".md")
MANIFEST, PARTIAL_PARSE = "manifest.json", "partial_parse.msgpack"


def current_manifest(settings: Settings) -> Path:
    """Path of a manifest that matches the dbt project as it stands, parsing it when it has changed or is not as it was parsed."""
    settings.dbt_target.mkdir(parents=True, exist_ok=True)
    # The pages and a command may both find that the project changed: one parses it, the other takes what came of it.
    with FileLock(settings.dbt_target / "parsing.lock"):
        told = _told(settings)
        is_as_it_was = told and told["parsed_for"] == _parsed_for(settings)
        if not (told and is_as_it_was and _is_as_told(settings, told) and _is_as_assembled(settings, told)):
            _parse(settings, told)
    return settings.dbt_target / MANIFEST


def proven_manifest(settings: Settings) -> Path:
    """Path of the manifest that was parsed last; refused when it is not as it was parsed."""
    told = _told(settings)
    if not (told and _is_as_told(settings, told)):
        raise DataRefusedError(
            f"{settings.dbt_target / MANIFEST} is not as dbt parsed it.", "run the refresh again: the project is parsed anew"
        )
    return settings.dbt_target / MANIFEST


def project_state(settings: Settings) -> str:
    """Fingerprint of the project's files as they are now, and of the contracts that raw and staging are described by."""
    return combined_hash([_fingerprint_files(settings.dbt_project), _fingerprint_files(CONTRACT_DIR)])


def told_parses(settings: Settings) -> list[dict[str, Any]]:
    """What the ledger tells of each time that the project was parsed, oldest first."""
    return [entry.details for entry in Ledger(settings.ledger).proven() if entry.event == PARSED]


def _told(settings: Settings) -> dict[str, Any] | None:
    parses = told_parses(settings)
    return parses[-1] if parses else None


def _is_as_told(settings: Settings, told: dict[str, Any]) -> bool:
    paths = {name: settings.dbt_target / name for name in told["files"]}
    return all(path.exists() and fingerprint(path) == told["files"][name] for name, path in paths.items())


def _is_as_assembled(settings: Settings, told: dict[str, Any]) -> bool:
    """Whether the project that dbt would build is what was assembled of the project's files."""
    return told.get("assembled") == _fingerprint_files(settings.assembled_project)


def _parsed_for(settings: Settings) -> str:
    """What dbt parses anew for when it changes: the project, its place, and what `profiles.yml` reads of the environment."""
    read = [str(settings.assembled_project), str(settings.working_database), settings.memory_limit, settings.dbt_threads]
    return combined_hash([project_state(settings), read])


def _fingerprint_files(folder: Path) -> str:
    """Of every file of a project, by its path there. What dbt writes beside them does not count."""
    files = []
    for place, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if name != "target"]
        files += [Path(place, name) for name in names if name.endswith(PROJECT_FILES)]
    return files_hash(folder, files)


def dbt_executable() -> str:
    """Path of this environment's dbt, which ends with whoever starts it."""
    return str(Path(sys.executable).with_name("receivables-dbt"))


def dbt_command(project: Path, target: Path, *arguments: str) -> list[str]:
    """A command line of this environment's dbt on an assembled project, with what it writes in `target`."""
    places = ["--project-dir", os.fspath(project), "--profiles-dir", os.fspath(project), "--target-path", os.fspath(target)]
    return [dbt_executable(), *arguments, *places]


def _parse(settings: Settings, told: dict[str, Any] | None) -> None:
    """Assemble the project, parse it and compile the tests in a folder of its own, tell the ledger, and put what came in place.

    No database is opened: another process may hold it, or there may be none yet.
    """
    from dbt.cli.main import dbtRunner

    target = settings.dbt_target / "parsing"
    shutil.rmtree(target, ignore_errors=True)
    target.mkdir(parents=True)
    # dbt keeps the place of each seed's file: what was parsed in another place is of no use in this one.
    if told and told.get("project") == str(settings.assembled_project) and _is_as_told(settings, told):
        shutil.copy(settings.dbt_target / PARTIAL_PARSE, target)
    assemble(settings.dbt_project, settings.assembled_project)
    folder = os.fspath(settings.assembled_project)
    result = dbtRunner().invoke(
        [
            *("--quiet", "compile", "--select", "resource_type:test", "--no-introspect", "--no-populate-cache"),
            *("--project-dir", folder, "--profiles-dir", folder, "--target-path", os.fspath(target)),
        ]
    )
    if not result.success:
        correct = f"correct the file it names in {settings.dbt_project}"
        raise DataRefusedError(f"The dbt project does not parse: {result.exception}", correct)
    tell_parse(settings, target)
    for name in (MANIFEST, PARTIAL_PARSE):
        (target / name).replace(settings.dbt_target / name)
    shutil.rmtree(target)


def tell_parse(settings: Settings, folder: Path) -> None:
    """Tell the ledger of what dbt has just parsed into a folder."""
    files = {name: fingerprint(folder / name) for name in (MANIFEST, PARTIAL_PARSE)}
    at = datetime.fromtimestamp((folder / MANIFEST).stat().st_mtime, UTC).replace(tzinfo=None)
    told = {
        "project_state": project_state(settings),
        "project": str(settings.assembled_project),
        "parsed_for": _parsed_for(settings),
        "assembled": _fingerprint_files(settings.assembled_project),
        "files": files,
    }
    record(settings, at, (PARSED, told))
