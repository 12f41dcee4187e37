"""Publications: which are kept, which one BI reads, what changed between two, and publishing on the word of two people."""

import sys
from datetime import datetime

import click

from orchestration.cli.home import now, standing_home
from orchestration.cli.telling import DATE, refusing_plainly, say, tell_problems
from orchestration.ledger.anchor import write_anchor
from orchestration.ledger.lock import only_writer
from orchestration.settings import code_commit, read_settings


@click.command()
@refusing_plainly
def publications() -> None:
    """List the publications that are kept, newest first; the one that BI reads is marked.

    \b
    Example:
      receivables publications
    """
    from orchestration.publication.history import kept_publications

    for one in kept_publications(read_settings()):
        mark, warnings = "*" if one.is_served else " ", f"{one.warning_count} warnings"
        say(f"{mark} {one.publication_id}  published {one.published_at} UTC  content {one.content_hash[:16]}  {warnings}")


@click.command()
@click.argument("publication_id")
@click.option("--reason", required=True, help="Why; it stands in the ledger.")
@refusing_plainly
def rollback(publication_id: str, reason: str) -> None:
    """Have BI read an earlier publication again, until the next refresh publishes.

    \b
    Example:
      receivables publications
      receivables rollback 2026-10-31-0123456789ab --reason "wrong bureau file"
    """
    from orchestration.publication.history import roll_back

    settings, at = standing_home(), now()
    with only_writer(settings, "rollback", at):
        roll_back(settings, publication_id, at, reason)
        tell_problems(write_anchor(settings))
    say(f"BI reads {publication_id} again.")


@click.command()
@click.option("--as-of", "as_of", type=DATE, required=True, help="As-of date of the refresh that the gate refused.")
@click.option("--reason", help="Why; it stands on everything published and in the ledger.")
@click.option("--approve", "is_approval", is_flag=True, help="Approve what another person has asked for.")
@refusing_plainly
def release(as_of: datetime, reason: str | None, is_approval: bool) -> None:
    """Publish what the gate refused, on the word of two people. What blocked is shown as a warning on everything published.

    One person asks, another approves, each under their own user of the operating system.

    \b
    Example:
      receivables release --as-of 2026-10-31 --reason "bank posts tomorrow"
      receivables release --as-of 2026-10-31 --approve
    """
    from orchestration.publication.history import approve_release, ask_release

    if is_approval == (reason is not None):
        raise click.UsageError("Give --reason TEXT to ask for a release, or --approve to approve one")
    settings, at = standing_home(), now()
    with only_writer(settings, "release", at):
        if reason is not None:
            blocking = ask_release(settings, as_of.date(), at, reason)
            say("Asked to publish over the gate's verdict:")
            for problem in blocking:
                say(f"  - {problem}")
            say(f"Another person approves with `receivables release --as-of {as_of.date()} --approve`.")
        else:
            published = approve_release(settings, as_of.date(), at, code_commit())
            say(f"Published {published.publication_id} over the gate's verdict:")
            for warning in published.warnings:
                say(f"  - {warning}")
        tell_problems(write_anchor(settings))


@click.command()
@click.argument("earlier")
@click.argument("later")
@click.option("--customers", default=20, show_default=True, help="How many customers to list.")
@click.option(
    "--mart",
    "marts",
    multiple=True,
    help="Also this mart by cause, or `all`; builds A again, for minutes.",
)
@refusing_plainly
def diff(earlier: str, later: str, customers: int, marts: tuple[str, ...]) -> None:
    """Say why balances, grades and the amounts of marts changed from one kept publication to another, to the cent.

    \b
    Example:
      receivables publications
      receivables diff 2026-09-30-0123456789ab 2026-10-31-ba9876543210
      receivables diff 2026-09-30-0123456789ab 2026-10-31-ba9876543210 --mart fct_provision --mart fct_credit_exposure
    """
    from orchestration.rebuild.diff import diff as diff_publications

    settings = read_settings()
    if marts:
        from orchestration.rebuild.waterfall import required_marts, waterfall

        # Asked before anything is told: a name that nobody knows is refused, and not after a long report.
        required_marts(settings, earlier, later, marts)
    found = diff_publications(settings, earlier, later, customers)
    for line in found.as_text():
        say(line)
    is_explained = not found.unexplained
    if marts:
        by_cause = waterfall(settings, earlier, later, marts, customers)
        for line in by_cause.as_text():
            say(line)
        is_explained = is_explained and by_cause.is_explained
    sys.exit(0 if is_explained else 1)
