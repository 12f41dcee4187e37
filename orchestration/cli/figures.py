"""Questions about published figures: the ledger aged at any date, one customer, one figure down to its lines."""

from datetime import datetime
from pathlib import Path

import click

from orchestration.cli.telling import COUNT, DATE, hand_over, refusing_plainly, say
from orchestration.settings import read_settings


@click.command()
@click.option("--as-of", "as_of", type=DATE, required=True, help="Any date up to that of the published set.")
@click.option("--company", help="One company's code [default: all].")
@click.option(
    "--by",
    "grouping",
    type=click.Choice(["company", "customer", "segment", "salesperson", "item"]),
    default="company",
    show_default=True,
    help="What a row is; item lists the open items.",
)
@click.option("--policy", "policy_version", help="Aging policy version [default: the one in force on the date].")
@click.option(
    "--format", "output_format", type=click.Choice(["table", "csv", "xlsx", "json"]), default="table", show_default=True
)
@click.option(
    "--output", type=click.Path(path_type=Path, dir_okay=False), help="File to write [default: the screen; xlsx needs one]."
)
@refusing_plainly
def aging(
    as_of: datetime, company: str | None, grouping: str, policy_version: str | None, output_format: str, output: Path | None
) -> None:
    """Age the ledger as it stood on any past date, under any policy version, from the published database.

    \b
    Example:
      receivables aging --as-of 2026-02-15
      receivables aging --as-of 2026-02-15 --by customer --policy erpnext-1 --format csv
      receivables aging --as-of 2026-02-15 --format json
    """
    from orchestration.report.aging import AgingQuestion, aged_ledger
    from orchestration.report.render import as_csv, as_table, write_xlsx

    if output_format == "xlsx" and output is None:
        raise click.UsageError("--format xlsx needs --output FILE.xlsx")
    group = "company" if grouping == "item" else grouping
    question = AgingQuestion(as_of.date(), company, group, policy_version)
    with aged_ledger(read_settings(), question) as (ledger, about):
        if output_format == "json":
            text = ledger.as_json(about)
        else:
            columns, rows = ledger.items() if grouping == "item" else ledger.wide_rows()
            if output_format == "xlsx" and output is not None:
                write_xlsx(output, "aging", columns, rows)
                return
            headline = (
                f"Aging as of {about['as_of_date']}, policy {about['policy_version']}, publication {about['publication_id']}\n\n"
            )
            text = as_csv(columns, rows) if output_format == "csv" else headline + as_table(columns, rows)
    if output is None:
        (say if output_format == "table" else hand_over)(text.rstrip("\n"))
    else:
        output.write_text(text, encoding="utf-8")


@click.command()
@click.argument("customer")
@click.option("--as-of", "as_of", type=DATE, help="Reporting date [default: that of the published set].")
@refusing_plainly
def explain(customer: str, as_of: datetime | None) -> None:
    """Show one customer on one screen: grade with every factor down to file and line, exposure, aging, alerts and history.

    CUSTOMER is a customer_id, an ERP customer number, or a part of the name that only one customer has.

    \b
    Example:
      receivables explain 0000100000
      receivables explain 0000100000 --as-of 2026-06-30
    """
    from orchestration.report.explain import explained

    for line in explained(read_settings(), customer, as_of.date() if as_of else None):
        say(line)


@click.command()
@click.argument("mart")
@click.argument("key", nargs=-1, metavar="COLUMN=VALUE...")
@click.option("--column", help="Figure to follow [default: what is outstanding, or the only one].")
@click.option("--shown", type=COUNT, default=50, show_default=True, help="Rows, items and lines shown; all are added up.")
@click.option("--format", "output_format", type=click.Choice(["text", "json", "html"]), default="text", show_default=True)
@refusing_plainly
def trace(mart: str, key: tuple[str, ...], column: str | None, shown: int, output_format: str) -> None:
    """Follow a published figure to the lines of the senders' files, and show that they add up to it.

    The key names the row; as_of_date is that of the published set unless it is given.

    \b
    Example:
      receivables trace fct_turnover level=company level_key=1000 as_of_date=2025-12-31 --column closing_base_amount
      receivables trace fct_aging customer_id=914101051000000084 bucket_code=1-30 --format html > trace.html
    """
    from orchestration.trace.trace import trace as trace_cell

    if malformed := [pair for pair in key if "=" not in pair]:
        raise click.UsageError(f"{malformed[0]!r} is not written COLUMN=VALUE")
    found = trace_cell(read_settings(), mart, dict(pair.split("=", 1) for pair in key), column, shown)
    pages = {"json": found.as_json, "html": found.as_html}
    for line in [pages[output_format]()] if output_format in pages else found.as_text():
        (hand_over if output_format in pages else say)(line)
