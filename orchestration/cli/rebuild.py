"""Building and loading again: one publication as it was, a damaged home, a home of an earlier release."""

import sys

import click

from orchestration.cli.home import now, standing_home
from orchestration.cli.telling import refusing_plainly, say, tell_problems
from orchestration.ledger.anchor import write_anchor
from orchestration.ledger.lock import only_writer
from orchestration.settings import read_settings


@click.command()
@click.argument("publication_id")
@refusing_plainly
def reproduce(publication_id: str) -> None:
    """Build a kept publication once more from the archive alone, as known then, and compare it mart by mart.

    \b
    Example:
      receivables publications
      receivables reproduce 2026-10-31-0123456789ab
    """
    from orchestration.rebuild.reproduce import reproduce as reproduce_publication

    found = reproduce_publication(read_settings(), publication_id)
    say(f"Built with {found.code} in {found.database}")
    say(f"{len(found.same)} of {len(found.same) + len(found.differing)} marts are the same, row for row")
    for name in found.differing:
        say(f"  differs: {name}")
    sys.exit(1 if found.differing else 0)


@click.command()
@refusing_plainly
def restore() -> None:
    """Load every archived file into a new working database, when the old one is damaged. What is published stays as it is.

    \b
    Example:
      receivables restore
      receivables refresh --as-of 2026-10-31
    """
    from orchestration.rebuild.restore import restore_working_database

    settings, at = standing_home(), now()
    with only_writer(settings, "restore", at):
        count, otherwise, old = restore_working_database(settings, at)
        tell_problems(write_anchor(settings))
    say(f"{count} loads are in {settings.working_database} again." + (f" The old file is {old}." if old else ""))
    for name in otherwise:
        say(f"Reads otherwise than it was loaded, by today's code or mapping: {name}")
    say("Run `receivables refresh --as-of DATE` next.")


@click.command()
@refusing_plainly
def upgrade() -> None:
    """Bring a home that an earlier release made to this one: every archived file is read again, and the ledger is told.

    What is published stays as it is until the next refresh.

    \b
    Example:
      receivables upgrade
      receivables refresh --as-of 2026-10-31
    """
    from orchestration.rebuild.upgrade import upgrade_home

    settings, at = standing_home(), now()
    with only_writer(settings, "upgrade", at):
        done = upgrade_home(settings, at)
        tell_problems(write_anchor(settings))
    say(f"{done.load_count} loads were read from the archive again." + (f" The old database is {done.old}." if done.old else ""))
    for one in done.differing:
        say(f"Reads otherwise than the earlier release read it: {one}")
    say("Run `receivables refresh --as-of DATE` next.")
