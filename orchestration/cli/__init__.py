"""The `receivables` command, a module for each subject. Exit codes: 0 done, 1 data or gate refused, 2 wrong usage.

Here belongs what a person types and reads: arguments, words, exit codes. What is done belongs in the room that does it, and is
imported inside the command, so that a question about what is published does not wait for Dagster and dbt to load.
"""

from importlib.metadata import version

import click

from orchestration.cli.audit import audit
from orchestration.cli.bench import bench
from orchestration.cli.figures import aging, explain, trace
from orchestration.cli.publications import diff, publications, release, rollback
from orchestration.cli.rebuild import reproduce, restore, upgrade
from orchestration.cli.refresh import demo, dev, refresh
from orchestration.cli.sender import sender
from orchestration.cli.state import quarantine, status
from orchestration.cli.telling import refusing_plainly, say
from orchestration.settings import code_commit, keep_to_itself, read_settings

COMMANDS = (
    demo, refresh, dev, status, quarantine, aging, explain, trace, publications, rollback, release, diff,
    reproduce, restore, upgrade, audit, sender, bench,
)  # fmt: skip


def print_version(context: click.Context, _option: click.Parameter, is_asked: bool) -> None:
    """Print the installed version and, in a checkout, its commit; then end."""
    if is_asked:
        commit = code_commit()
        say(f"receivables {version('receivables')}" + (f" (commit {commit})" if commit else ""))
        context.exit()


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--version", is_flag=True, is_eager=True, expose_value=False, callback=print_version, help="Show version and commit."
)
def main() -> None:
    """Receivables: ERP, CRM and credit-bureau extracts in, gated credit-risk marts out.

    The warehouse lives in RECEIVABLES_HOME (default ./warehouse).

    \b
    Example:
      receivables demo
      receivables refresh --as-of 2026-10-31
    """
    settings = read_settings()
    if settings.ledger.exists():
        refusing_plainly(keep_to_itself)(settings)


for command in COMMANDS:
    main.add_command(command)
