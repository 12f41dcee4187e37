"""Ten cells of each figure that open items make up: the parts add up, and every line is found in the archive as it is shown."""

from functools import cache
from pathlib import Path

import pytest

from ingestion.archive import archived_path
from orchestration.audit.trace import MADE_OF_ITEMS, trace
from orchestration.quality.candidate import read_marts
from orchestration.settings import Settings
from tests.conftest import Home


@cache
def archived_lines(path: Path) -> list[str]:
    return path.read_text(encoding="gb18030").splitlines()


@pytest.mark.parametrize(("mart", "column"), MADE_OF_ITEMS)
def test_ten_cells_add_up_to_lines_of_the_archive(demo_home: Home, mart: str, column: str) -> None:
    settings = Settings(demo_home.path)
    (grain,) = (one.grain for one in read_marts(settings.dbt_target / "manifest.json") if one.name == mart)
    names = ", ".join(grain)
    cells = demo_home.query(f"select {names} from marts.{mart} where {column} <> 0 order by hash({names}) limit 10")
    assert len(cells) == 10
    for cell in cells:
        found = trace(settings, mart, dict(zip(grain, map(str, cell), strict=True)), column)
        assert found.adds_up and found.parts
        for source in (source for part in found.parts for source in part.sources):
            assert archived_lines(archived_path(settings.archive, source.sha256))[source.line_number - 1] == source.text
