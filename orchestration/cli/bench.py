"""Benchmarks of `benchmarks/`, which is not installed: they run in a checkout."""

import click

from orchestration.cli.home import home_to_write, standing_home
from orchestration.cli.telling import COUNT, refusing_plainly, say


@click.group()
def bench() -> None:
    """Benchmarks that check their answer before they tell a time."""


@bench.command("aging")
@click.option("--documents", type=COUNT, default=10_000_000, show_default=True, help="About how many documents.")
@click.option("--applications", type=COUNT, default=12_000_000, show_default=True, help="About how many applications.")
@refusing_plainly
def bench_aging(documents: int, applications: int) -> None:
    """Balance periods and 25 dates of aging by the models, against a hand-written script; then one past date.

    \b
    Example:
      receivables bench aging
      receivables bench aging --documents 1700000 --applications 286000
    """
    from benchmarks.aging import run_benchmark

    for line in run_benchmark(home_to_write(), documents, applications):
        say(line)


@bench.command("readers")
@click.option("--readers", type=COUNT, default=16, show_default=True, help="How many read at once.")
@click.option(
    "--seconds", type=COUNT, default=300, show_default=True, help="How long in quiet, and how long while refreshes publish."
)
@click.option("--profile", default="demo", show_default=True, help="Sender profile of the home's extracts.")
@refusing_plainly
def bench_readers(readers: int, seconds: int, profile: str) -> None:
    """Readers of what is published, in quiet and while refreshes publish: nothing torn, and how much slower they are.

    \b
    Example:
      receivables demo && receivables bench readers
    """
    from benchmarks.readers import run_benchmark

    for line in run_benchmark(standing_home(), readers, seconds, profile):
        say(line)


@bench.command("refresh")
@click.option("--documents", type=COUNT, default=20_000, show_default=True, help="About how many documents.")
@refusing_plainly
def bench_refresh(documents: int) -> None:
    """Whole refreshes: the first, nothing new, the next day, all anew, another policy; against the models' SQL alone.

    \b
    Example:
      receivables bench refresh
      receivables bench refresh --documents 1000000
    """
    from benchmarks.refresh import run_benchmark

    for line in run_benchmark(home_to_write(), documents):
        say(line)
