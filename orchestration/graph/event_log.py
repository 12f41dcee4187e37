"""Dagster's event log in SQLite, with connections that stay open.

Dagster opens and closes a connection for each of the thousands of statements of a run, and SQLite writes its log back at each
close: 18 s of CPU of a refresh of 2,100 events. `dagster.yaml` (see `settings`) names this class instead of its parent.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from dagster._core.storage.event_log import SqliteEventLogStorage
from dagster._serdes import ConfigurableClassData
from sqlalchemy import Connection, Engine, create_engine, event

OPEN_SHARDS = 4
BUSY_TIMEOUT_SECONDS = 60


class PooledSqliteEventLogStorage(SqliteEventLogStorage):
    """One file for each run and one for the assets, as its parent has them; the last few used stay open."""

    def __init__(self, base_dir: str, inst_data: ConfigurableClassData | None = None) -> None:
        self._engines: dict[str, Engine] = {}
        super().__init__(base_dir, inst_data)

    @classmethod
    def from_config_value(cls, inst_data: ConfigurableClassData | None, config_value: Any) -> "PooledSqliteEventLogStorage":
        """The storage that `dagster.yaml` describes."""
        return cls(inst_data=inst_data, **config_value)

    @contextmanager
    def _connect(self, shard: str) -> Iterator[Connection]:
        """A transaction on a shard; replaces the parent's method, which opens a connection for it."""
        with self._db_lock:
            engine = self._engines.pop(shard, None) or _engine(self.conn_string_for_shard(shard))
            self._engines[shard] = engine
            if len(self._engines) > OPEN_SHARDS:
                self._engines.pop(next(iter(self._engines))).dispose()
            if shard not in self._initialized_dbs:
                self._initdb(engine)
                self._initialized_dbs.add(shard)
            with engine.begin() as connection:
                yield connection

    def dispose(self) -> None:
        """Close what is open."""
        for engine in self._engines.values():
            engine.dispose()
        self._engines.clear()
        super().dispose()


def _engine(address: str) -> Engine:
    engine = create_engine(address, connect_args={"timeout": BUSY_TIMEOUT_SECONDS})

    @event.listens_for(engine, "connect")
    def _sync_at_checkpoints_only(connection: Any, _: object) -> None:
        """Safe in the write-ahead mode that Dagster sets: a crash of the machine may lose the last events, not the file."""
        connection.execute("pragma synchronous = normal")

    return engine
