"""A warehouse with raw tables only, and a sender that delivers a few files to it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import duckdb
import pytest

from ingestion.contract import load_contracts
from ingestion.loader import TableDelivery, load_table
from ingestion.profile import Profile, load_profile
from ingestion.warehouse import create_raw_tables, open_working

LOADED_AT = datetime(2026, 1, 1)  # noqa: DTZ001


@dataclass
class RawWarehouse:
    """Raw tables, and the folder that deliveries are put into."""

    con: duckdb.DuckDBPyConnection
    extracts: Path
    archive: Path
    profile: Profile

    def deliver(self, table: str, name: str, content: bytes | str) -> TableDelivery:
        """Put a file into the folder and load the table."""
        path = self.extracts / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return load_table(self.con, load_contracts()[table], self.profile, self.extracts, self.archive, LOADED_AT)

    def rows(self, query: str) -> list[tuple]:
        return self.con.execute(query).fetchall()

    def quarantined(self) -> list[tuple]:
        """(line, column, value, reason) of everything set aside, in file order."""
        return self.rows(
            "select line_number, column_name, value, reason from raw.quarantined_rows order by load_id, line_number, column_name"
        )


@pytest.fixture
def warehouse(tmp_path: Path) -> Iterator[RawWarehouse]:
    with open_working(tmp_path / "working.duckdb", "1GB") as con:
        create_raw_tables(con)
        (tmp_path / "extracts").mkdir()
        yield RawWarehouse(con, tmp_path / "extracts", tmp_path / "archive", load_profile("canonical"))
