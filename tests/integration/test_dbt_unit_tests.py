"""dbt's own unit tests: single models on rows with pinned dates. They stand beside the models, in their YAML files."""

import json
from pathlib import Path

from tests.conftest import Home


def test_every_unit_test_of_the_models_passes(demo_home: Home, tmp_path: Path) -> None:
    done = demo_home.dbt(tmp_path, "test", "--select", "test_type:unit")
    assert done.returncode == 0, done.stdout
    results = json.loads((tmp_path / "run_results.json").read_text())["results"]
    assert len(results) >= 15 and {result["status"] for result in results} == {"pass"}
