"""Bringing a sender on board: its files looked into and read on trial, before anything is loaded."""

import sys
from pathlib import Path

import click

from orchestration.cli.home import now
from orchestration.cli.telling import refusing_plainly, say
from orchestration.settings import read_settings

SOURCE_USES = Path("seeds") / "reference" / "source_uses.csv"


@click.group()
def sender() -> None:
    """Bring a sender on board: look into its files, and try its profile on a delivery.

    \b
    Example:
      receivables sender check /data/erp/open_items.txt
      receivables sender try our_erp --extracts /data/erp
    """


@sender.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False, exists=True))
@refusing_plainly
def check(file: Path) -> None:
    """Show what FILE is: encoding, delimiter, header, kinds of dates and numbers, the sender that it looks like, and a mapping.

    \b
    Example:
      receivables sender check /data/erp/open_items.txt
    """
    from ingestion.recognition import recognised
    from orchestration.report.sender import recognised_lines

    for line in recognised_lines(recognised(file)):
        say(line)


@sender.command("try")
@click.argument("name")
@click.option(
    "--extracts", type=click.Path(path_type=Path, file_okay=False), required=True, help="Folder with the sender's files."
)
@refusing_plainly
def try_delivery(name: str, extracts: Path) -> None:
    """Read all of a delivery by the profile NAME without loading it, and show what a refresh would find.

    Per table: rows, sums by currency, dates covered, what was set aside with reason, file and line; and what will not be
    computed. Exit code 1 where a file would be refused.

    \b
    Example:
      receivables sender try our_erp --extracts /data/erp
    """
    from ingestion.loader import refuse_without_documents
    from ingestion.profile import load_profile
    from ingestion.trial import tried
    from orchestration.report.sender import trial_lines

    profile = load_profile(name)
    refuse_without_documents(extracts, profile)
    settings = read_settings()
    trial = tried(profile, extracts, settings.memory_limit, now())
    for line in trial_lines(trial, settings.dbt_project / SOURCE_USES):
        say(line)
    sys.exit(1 if trial.is_refused else 0)
