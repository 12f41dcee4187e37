"""How the command line speaks: text for a person or for a program, and refusals as sentences with an exit code."""

import sys
from collections.abc import Callable, Iterable
from functools import wraps
from typing import Any

import click

from ingestion.errors import DataRefusedError, NameRefusedError, visible

DATE = click.DateTime(formats=["%Y-%m-%d"])
COUNT = click.IntRange(min=1)
UNWRITABLE = (
    "no space left on device", "database or disk is full", "disk quota exceeded", "read-only file system", "permission denied",
    "readonly database", "disk i/o error", "unable to open database file",
)  # fmt: skip
WRITE_AGAIN = "make room, or give this user the right to write there, and run this again; what is published is untouched"


def say(text: str, err: bool = False) -> None:
    """Print for a person: what foreign text would have a terminal do is shown instead."""
    click.echo(visible(text), err=err)


def hand_over(text: str) -> None:
    """Print for a program, as it is; on a terminal, for the person before it."""
    click.echo(visible(text) if sys.stdout.isatty() else text)


def tell_problems(problems: Iterable[str]) -> None:
    """Print what went wrong beside, and did not stop the command."""
    for problem in problems:
        say(problem, err=True)


def refusing_plainly(command: Callable[..., None]) -> Callable[..., None]:
    """Show what is refused as a message and an exit code: 1 for data and for a place that cannot be written, 2 for a name.

    Anything else keeps its traceback.
    """

    @wraps(command)
    def wrapped(*args: Any, **kwargs: Any) -> None:
        try:
            command(*args, **kwargs)
        except DataRefusedError as refused:
            say(f"Refused: {refused}", err=True)
            sys.exit(2 if isinstance(refused, NameRefusedError) else 1)
        except Exception as error:
            told = _unwritable_place(error)
            if told is None:
                raise
            say(f"Refused: {told}\nTo fix: {WRITE_AGAIN}", err=True)
            sys.exit(1)

    return wrapped


def _unwritable_place(error: BaseException | None) -> str | None:
    """What the system says of a full disk or a place that may not be written, whichever library came upon it; None of else."""
    while error is not None:
        if any(sign in str(error).lower() for sign in UNWRITABLE):
            return f"no space left, or a place that may not be written: {str(error).splitlines()[0]}"
        error = error.__cause__ or error.__context__
    return None
