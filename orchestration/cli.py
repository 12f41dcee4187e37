"""The `receivables` command. Exit codes: 0 done, 1 data or gate refused, 2 wrong usage."""

import subprocess
import sys
from collections.abc import Callable
from datetime import date, datetime
from functools import wraps
from pathlib import Path
from typing import Any

import click

from ingestion.errors import DataRefusedError
from ingestion.loader import refuse_without_documents, unclaimed_files
from ingestion.profile import load_profile, profile_names
from ingestion.synthetic import SyntheticSender, write_extracts
from orchestration.settings import Settings, apply_settings, read_settings

UNCLAIMED_SHOWN = 5
DATE = click.DateTime(formats=["%Y-%m-%d"])


def refusing_plainly(command: Callable[..., None]) -> Callable[..., None]:
    """Show refused data as a message and exit code 1; anything else is a bug and keeps its traceback."""

    @wraps(command)
    def wrapped(*args: Any, **kwargs: Any) -> None:
        try:
            command(*args, **kwargs)
        except DataRefusedError as refused:
            click.echo(f"Refused: {refused}", err=True)
            sys.exit(1)

    return wrapped


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    """Receivables: ERP, CRM and credit-bureau extracts in, gated credit-risk marts out.

    The warehouse lives in RECEIVABLES_HOME (default ./warehouse).

    \b
    Example:
      receivables demo
      receivables refresh --as-of 2026-10-31
    """


@main.command()
@click.option("--documents", default=SyntheticSender.documents, show_default=True, help="About how many documents to make up.")
@click.option("--seed", default=SyntheticSender.seed, show_default=True, help="Same seed, same files.")
@refusing_plainly
def demo(documents: int, seed: int) -> None:
    """Write the synthetic sender's extracts and refresh from them.

    \b
    Example:
      receivables demo
      receivables demo --documents 1000000
    """
    settings = _settings()
    sender = SyntheticSender(documents=documents, seed=seed)
    click.echo(f"Writing about {documents:,} documents of a synthetic sender to {settings.extracts}")
    write_extracts(sender, settings.extracts)
    _refresh(settings, sender.ends_on, "demo", settings.extracts)
    click.echo("\nTry next (after `source .venv/bin/activate`):")
    click.echo("  receivables status                        what is loaded, quarantined and published")
    click.echo("  receivables refresh --as-of 2025-12-31    the same books as they stood at another date")
    click.echo("  receivables dev                           the graph, its checks and its lineage on http://127.0.0.1:3000")


@main.command()
@click.option("--as-of", "as_of", type=DATE, required=True, help="Date that the figures are as of.")
@click.option("--profile", default="demo", show_default=True, help=f"Sender profile: {', '.join(profile_names())}.")
@click.option(
    "--extracts",
    type=click.Path(path_type=Path, file_okay=False),
    help="Folder with the sender's files [default: the home's extracts].",
)
@refusing_plainly
def refresh(as_of: datetime, profile: str, extracts: Path | None) -> None:
    """Load new files, build and check the marts as of a date, and publish them if the gate passes.

    \b
    Example:
      receivables refresh --as-of 2026-10-31
      receivables refresh --profile ibm_ar --extracts ../shared/data/ibm_ar --as-of 2013-06-30
    """
    settings = _settings()
    _refresh(settings, as_of.date(), profile, extracts or settings.extracts)


@main.command()
@refusing_plainly
def status() -> None:
    """Show what is loaded, quarantined and published.

    \b
    Example:
      receivables status
    """
    from orchestration.report.summary import summary_lines

    for line in summary_lines(_settings()):
        click.echo(line)


@main.command()
@click.option("--port", default=3000, show_default=True, help="Port on 127.0.0.1.")
def dev(port: int) -> None:
    """Run the Dagster UI and daemon on this machine only (127.0.0.1).

    \b
    Example:
      receivables dev --port 3001
    """
    _settings()
    dagster = str(Path(sys.executable).with_name("dagster"))
    module = ["-m", "orchestration.definitions"]
    sys.exit(subprocess.call([dagster, "dev", "-h", "127.0.0.1", "-p", str(port), *module]))


def _settings() -> Settings:
    settings = read_settings()
    apply_settings(settings)
    return settings


def _refresh(settings: Settings, as_of_date: date, profile: str, extracts: Path) -> None:
    """Refresh and print the summary; exit with 1 and the reasons when nothing was published."""
    sender = load_profile(profile)
    refuse_without_documents(extracts, sender)
    from orchestration.refresh import run_refresh
    from orchestration.report.summary import summary_lines

    click.echo(f"Refreshing {settings.home} as of {as_of_date} from {extracts} (profile {profile})")
    if unclaimed := unclaimed_files(extracts, sender):
        more = f" and {len(unclaimed) - UNCLAIMED_SHOWN} more" if len(unclaimed) > UNCLAIMED_SHOWN else ""
        click.echo(f"Not read, as no pattern of the profile matches them: {', '.join(unclaimed[:UNCLAIMED_SHOWN])}{more}")
    outcome = run_refresh(settings, as_of_date, profile, extracts)
    if not outcome.is_published:
        click.echo("\nNot published. The last published set, if there is one, is untouched.", err=True)
        for problem in outcome.problems:
            click.echo(f"- {problem}", err=True)
        sys.exit(1)
    click.echo("")
    for line in summary_lines(settings):
        click.echo(line)
