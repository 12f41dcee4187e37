"""The home's lock: one command at a time may change what a home holds."""

from collections.abc import Iterator
from contextlib import contextmanager

from filelock import FileLock, Timeout

from ingestion.errors import DataRefusedError
from orchestration.settings import Settings


@contextmanager
def only_command(settings: Settings) -> Iterator[None]:
    """Hold the home's lock, which the system frees when its holder dies. Refused while another command holds it."""
    settings.home.mkdir(parents=True, exist_ok=True)
    try:
        with FileLock(settings.refresh_lock, timeout=0):
            yield
    except Timeout as error:
        raise DataRefusedError(
            f"Another refresh is running in {settings.home}.", "wait for it to end; `receivables status` shows the last result"
        ) from error
