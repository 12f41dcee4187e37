"""How a home stands: its last refreshes, what is loaded and published, and the rows that could not be used."""

import sys

import click

from orchestration.cli.telling import hand_over, refusing_plainly, say
from orchestration.settings import read_settings


@click.command()
@refusing_plainly
def status() -> None:
    """Show how the last refresh of each kind ended, what BI reads since when, and what is loaded, quarantined and published.

    Exit code 1 while the last refresh published nothing.

    \b
    Example:
      receivables status
    """
    from orchestration.report.status import status_of
    from orchestration.report.summary import summary_lines

    settings = read_settings()
    found = status_of(settings)
    for line in (*found.lines, "", *summary_lines(settings)):
        say(line)
    sys.exit(1 if found.is_refused else 0)


@click.command()
@click.option("--table", "table_name", help="Canonical table, such as erp.documents [default: all].")
@click.option("--all", "is_all", is_flag=True, help="Also rows that are mended, corrected, dismissed or repeated.")
@click.option(
    "--format",
    "output_format",
    type=click.Choice(["table", "csv", "corrections"]),
    default="table",
    show_default=True,
    help="corrections: open rows as lines of dbt_project/seeds/corrections/row_corrections.csv, to fill in.",
)
@refusing_plainly
def quarantine(table_name: str | None, is_all: bool, output_format: str) -> None:
    """List rows that could not be used: file, line, what is wrong, the amount at stake, and the line's own text.

    Have the sender correct them and deliver the file again: a good row of the same key mends the old one. What the sender
    cannot correct, two people can, by rows of a seed; docs/when_a_refresh_is_refused.md shows how.

    \b
    Example:
      receivables quarantine
      receivables quarantine --table erp.documents --all --format csv
      receivables quarantine --format corrections
    """
    from ingestion.contract import load_contracts
    from ingestion.corrections import COLUMNS
    from orchestration.report.quarantine import quarantined, undecided
    from orchestration.report.render import as_csv, as_table

    if table_name is not None and table_name not in load_contracts():
        raise click.UsageError(f"There is no table {table_name!r}; use one of: {', '.join(load_contracts())}")
    if output_format == "corrections":
        hand_over(as_csv(COLUMNS, undecided(read_settings(), table_name)).rstrip("\n"))
        return
    columns, rows = quarantined(read_settings(), table_name, is_all)
    if output_format == "csv" or rows:
        show = (hand_over, as_csv) if output_format == "csv" else (say, as_table)
        show[0](show[1](columns, rows).rstrip("\n"))
    else:
        say("No row is quarantined.")
