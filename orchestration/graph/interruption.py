"""SIGINT and SIGTERM end a command in order: children are stopped, the ledger is told, the exit code says it."""

import os
import signal
import subprocess
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from types import FrameType

POLLING_SECONDS = 0.5
SIGNALS = (signal.SIGINT, signal.SIGTERM)


class InterruptedError(KeyboardInterrupt):
    """Somebody ended the command."""


class Interruption:
    """Which signal came first, whoever handled it."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._seen = b""

    @property
    def signal(self) -> signal.Signals | None:
        """The first signal that came; None while none has."""
        with suppress(BlockingIOError):
            self._seen += os.read(self._descriptor, 16)
        found = [number for number in self._seen if number in SIGNALS]
        return signal.Signals(found[0]) if found else None


@contextmanager
def interruptible() -> Iterator[Interruption]:
    """Have either signal raise where Python stands; Dagster has its own handlers while steps run, so the number is kept apart."""
    reading, writing = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
    handlers = {number: signal.signal(number, _interrupt) for number in SIGNALS}
    descriptor = signal.set_wakeup_fd(writing, warn_on_full_buffer=False)
    try:
        yield Interruption(reading)
    finally:
        signal.set_wakeup_fd(descriptor)
        for number, handler in handlers.items():
            signal.signal(number, handler)
        os.close(reading)
        os.close(writing)


def run_together(commands: Iterable[Sequence[str]]) -> int:
    """Run processes until one ends or somebody ends this one, then end them all; gives the exit code."""
    with interruptible() as interruption:
        processes = [subprocess.Popen(command) for command in commands]
        try:
            while all(process.poll() is None for process in processes):
                time.sleep(POLLING_SECONDS)
        except KeyboardInterrupt:
            return 128 + (interruption.signal or signal.SIGINT)
        finally:
            for process in processes:
                process.terminate()
            for process in processes:
                process.wait()
        return next(process.returncode for process in processes if process.returncode is not None)


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    raise InterruptedError
