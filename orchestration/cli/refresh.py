"""Filling a home: the demo, a refresh, and Dagster's own pages about them."""

import sys
from datetime import date, datetime
from pathlib import Path

import click

from ingestion.profile import load_profile, profile_names
from ingestion.synthetic import SyntheticSender, write_extracts
from orchestration.cli.home import home_to_write, now
from orchestration.cli.telling import COUNT, DATE, refusing_plainly, say
from orchestration.graph.as_of import refuse_other_centuries
from orchestration.settings import Settings, read_settings

UNCLAIMED_SHOWN = 5


@click.command()
@click.option(
    "--documents", type=COUNT, default=SyntheticSender.documents, show_default=True, help="About how many documents to make up."
)
@click.option("--seed", default=SyntheticSender.seed, show_default=True, help="Same seed, same files.")
@refusing_plainly
def demo(documents: int, seed: int) -> None:
    """Write the synthetic sender's extracts and refresh from them.

    \b
    Example:
      receivables demo
      receivables demo --documents 1000000
    """
    settings = home_to_write()
    sender = SyntheticSender(documents=documents, seed=seed)
    say(f"Writing about {documents:,} documents of a synthetic sender to {settings.extracts}")
    write_extracts(sender, settings.extracts)
    _refresh(settings, sender.ends_on, "demo", settings.extracts)
    say("\nTry next (after `source .venv/bin/activate`):")
    say("  receivables status                        what is loaded, quarantined and published")
    say("  receivables explain 0000100000            one customer: grade, factors, exposure, alerts, history")
    say("  receivables refresh --as-of 2025-12-31    the same books as they stood at another date")
    say("  receivables dev                           the graph, its checks and its lineage on http://127.0.0.1:3000")


@click.command()
@click.option("--as-of", "as_of", type=DATE, required=True, help="Date that the figures are as of.")
@click.option("--profile", default="demo", show_default=True, help=f"Sender profile: {', '.join(profile_names())}.")
@click.option(
    "--extracts",
    type=click.Path(path_type=Path, file_okay=False),
    help="Folder with the sender's files [default: the home's extracts].",
)
@click.option("--full", "is_full", is_flag=True, help="Derive and check everything, also where nothing changed.")
@refusing_plainly
def refresh(as_of: datetime, profile: str, extracts: Path | None, is_full: bool) -> None:
    """Load new files, build and check the marts as of a date, and publish them if the gate passes.

    Where files, policy, code and as-of date are those of the last refresh, and nothing in the home was touched since, what is
    published stands, and that is the answer.

    \b
    Example:
      receivables refresh --as-of 2026-10-31
      receivables refresh --as-of 2026-10-31 --full
      receivables refresh --profile ibm_ar --extracts ../shared/data/ibm_ar --as-of 2013-06-30
    """
    settings = _home_to_refresh(as_of.date(), profile, extracts)
    _refresh(settings, as_of.date(), profile, extracts or settings.extracts, is_full=is_full)


@click.command()
@click.option("--port", default=3000, show_default=True, help="Port on 127.0.0.1.")
def dev(port: int) -> None:
    """Run the Dagster UI and daemon on this machine only (127.0.0.1).

    \b
    Example:
      receivables dev --port 3001
    """
    from orchestration.graph.pages import run_pages

    sys.exit(run_pages(home_to_write(), port))


def _home_to_refresh(as_of_date: date, profile: str, extracts: Path | None) -> Settings:
    """The home; none is made for a date, a sender or a folder that there is not, or a folder that is another's."""
    from ingestion.loader import refuse_without_documents

    settings = read_settings()
    refuse_other_centuries(as_of_date)
    sender = load_profile(profile)
    if not settings.ledger.exists():
        refuse_without_documents(extracts or settings.extracts, sender)
    return home_to_write()


def _refresh(settings: Settings, as_of_date: date, profile: str, extracts: Path, *, is_full: bool = False) -> None:
    """Refresh and print the summary; exit with 1 and the reasons when nothing was published."""
    from ingestion.loader import unclaimed_files

    sender = load_profile(profile)
    from orchestration.graph.refresh import run_refresh
    from orchestration.report.summary import summary_lines

    say(f"Refreshing {settings.home} as of {as_of_date} from {extracts} (profile {profile})")
    if unclaimed := unclaimed_files(extracts, sender):
        more = f" and {len(unclaimed) - UNCLAIMED_SHOWN} more" if len(unclaimed) > UNCLAIMED_SHOWN else ""
        say(f"Not read, as no pattern of the profile matches them: {', '.join(unclaimed[:UNCLAIMED_SHOWN])}{more}")
    outcome = run_refresh(settings, as_of_date, profile, extracts, now(), is_full=is_full)
    for found in outcome.found:
        say(f"Found: {found}", err=True)
    if outcome.ended_by:
        untouched = "" if outcome.is_published else " What was published before is untouched; run it again."
        say(f"\nEnded by {outcome.ended_by.name}, in order.{untouched}", err=True)
        sys.exit(128 + outcome.ended_by)
    if not outcome.is_published:
        say("\nNot published. The last published set, if there is one, is untouched.", err=True)
        for problem in outcome.problems:
            say(f"- {problem}", err=True)
        sys.exit(1)
    if outcome.stands:
        say(f"Nothing changed since the last refresh; publication {outcome.stands} stands.")
    say("")
    for line in summary_lines(settings):
        say(line)
