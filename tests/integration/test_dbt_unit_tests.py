"""dbt's own unit tests: single models on rows with pinned dates. They stand beside the models, in their YAML files."""

import json
import subprocess
import sys
from pathlib import Path

from tests.conftest import ROOT, Home


def test_every_unit_test_of_the_models_passes(demo_home: Home, tmp_path: Path) -> None:
    project = str(ROOT / "dbt_project")
    environment = {
        **demo_home.environment,
        "RECEIVABLES_WORKING_DATABASE": str(demo_home.path / "working.duckdb"),
        "RECEIVABLES_DBT_THREADS": "1",
        "RECEIVABLES_MEMORY_LIMIT": "2GB",
        "DBT_LOG_PATH": str(tmp_path),
        "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
    }
    dbt = str(Path(sys.executable).with_name("dbt"))
    places = ["--project-dir", project, "--profiles-dir", project, "--target-path", str(tmp_path)]
    done = subprocess.run(
        [dbt, "test", "--select", "test_type:unit", *places], env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout
    results = json.loads((tmp_path / "run_results.json").read_text())["results"]
    assert len(results) >= 15 and {result["status"] for result in results} == {"pass"}
