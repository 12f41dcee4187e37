"""Building marts again apart from the home's own database: the dbt project of a commit, and a build of it without its tests."""

import subprocess
import tarfile
from io import BytesIO
from pathlib import Path

from ingestion.errors import DataRefusedError
from orchestration.project.dictionary import assemble
from orchestration.project.manifest import dbt_command
from orchestration.settings import PROJECT_ROOT, Settings


def project_of(commit: str | None, folder: Path) -> Path | None:
    """The dbt project of a commit, taken out of git into a folder; None where this checkout does not have it."""
    git = ["git", "-C", str(PROJECT_ROOT), "archive", commit or "", "dbt_project"]
    taken = subprocess.run(git, capture_output=True, check=False)
    if commit is None or taken.returncode != 0:
        return None
    with tarfile.open(fileobj=BytesIO(taken.stdout)) as archive:
        archive.extractall(folder, filter="data")
    return folder / "dbt_project"


def build_models(home: Settings, project: Path, *selection: str) -> None:
    """Build a project's seeds and models, or those that are selected, in a home. Refused when one of them fails."""
    assemble(project, home.assembled_project)
    command = dbt_command(
        home.assembled_project, home.dbt_target, "--quiet", "build", "--exclude-resource-type", "unit_test", "test", *selection
    )
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise DataRefusedError(f"The models do not build:\n{done.stdout[-2000:]}", "correct the model that is named")
