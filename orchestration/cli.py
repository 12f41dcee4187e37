"""The `receivables` command. Exit codes: 0 done, 1 data or gate refused, 2 wrong usage."""

import sys
from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime
from functools import wraps
from pathlib import Path
from typing import Any

import click

from ingestion.errors import DataRefusedError, visible
from ingestion.profile import load_profile, profile_names
from ingestion.synthetic import SyntheticSender, write_extracts
from orchestration.audit.anchor import write_anchor
from orchestration.lock import only_writer
from orchestration.settings import Settings, apply_settings, code_commit, keep_to_itself, read_settings

UNCLAIMED_SHOWN = 5
UNWRITABLE = (
    "no space left on device", "database or disk is full", "disk quota exceeded", "read-only file system", "permission denied",
    "readonly database", "disk i/o error", "unable to open database file",
)  # fmt: skip
WRITE_AGAIN = "make room, or give this user the right to write there, and run this again; what is published is untouched"
DATE = click.DateTime(formats=["%Y-%m-%d"])


def _say(text: str, err: bool = False) -> None:
    """Print for a person: what foreign text would have a terminal do is shown instead."""
    click.echo(visible(text), err=err)


def _hand_over(text: str) -> None:
    """Print for a program, as it is; on a terminal, for the person before it."""
    click.echo(visible(text) if sys.stdout.isatty() else text)


def refusing_plainly(command: Callable[..., None]) -> Callable[..., None]:
    """Show refused data, and a place that cannot be written, as a message and exit code 1; anything else keeps its traceback."""

    @wraps(command)
    def wrapped(*args: Any, **kwargs: Any) -> None:
        try:
            command(*args, **kwargs)
        except DataRefusedError as refused:
            _say(f"Refused: {refused}", err=True)
            sys.exit(1)
        except Exception as error:
            told = _unwritable_place(error)
            if told is None:
                raise
            _say(f"Refused: {told}\nTo fix: {WRITE_AGAIN}", err=True)
            sys.exit(1)

    return wrapped


def _unwritable_place(error: BaseException | None) -> str | None:
    """What the system says of a full disk or a place that may not be written, whichever library came upon it; None of else."""
    while error is not None:
        if any(sign in str(error).lower() for sign in UNWRITABLE):
            return f"no space left, or a place that may not be written: {str(error).splitlines()[0]}"
        error = error.__cause__ or error.__context__
    return None


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
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
    _say(f"Writing about {documents:,} documents of a synthetic sender to {settings.extracts}")
    write_extracts(sender, settings.extracts)
    _refresh(settings, sender.ends_on, "demo", settings.extracts)
    _say("\nTry next (after `source .venv/bin/activate`):")
    _say("  receivables status                        what is loaded, quarantined and published")
    _say("  receivables explain 0000100000            one customer: grade, factors, exposure, alerts, history")
    _say("  receivables refresh --as-of 2025-12-31    the same books as they stood at another date")
    _say("  receivables dev                           the graph, its checks and its lineage on http://127.0.0.1:3000")


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
        _say(line)
    sys.exit(1 if found.is_refused else 0)


@main.command()
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
        _hand_over(as_csv(COLUMNS, undecided(read_settings(), table_name)).rstrip("\n"))
        return
    columns, rows = quarantined(read_settings(), table_name, is_all)
    if output_format == "csv" or rows:
        show = (_hand_over, as_csv) if output_format == "csv" else (_say, as_table)
        show[0](show[1](columns, rows).rstrip("\n"))
    else:
        _say("No row is quarantined.")


@main.command()
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
        (_say if output_format == "table" else _hand_over)(text.rstrip("\n"))
    else:
        output.write_text(text, encoding="utf-8")


@main.command()
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
        _say(line)


@main.command()
@click.argument("mart")
@click.argument("key", nargs=-1, metavar="COLUMN=VALUE...")
@click.option("--column", help="Figure to follow [default: the mart's first that can be].")
@click.option(
    "--shown", type=click.IntRange(min=1), default=50, show_default=True, help="Rows, items and lines shown; all are added up."
)
@click.option("--format", "output_format", type=click.Choice(["text", "json", "html"]), default="text", show_default=True)
@refusing_plainly
def trace(mart: str, key: tuple[str, ...], column: str | None, shown: int, output_format: str) -> None:
    """Follow a published figure to the lines of the senders' files, and show that they add up to it.

    The key names the row; as_of_date is that of the published set unless it is given.

    \b
    Example:
      receivables trace fct_turnover level=company level_key=1000 as_of_date=2025-12-31
      receivables trace fct_aging customer_id=914101051000000084 bucket_code=1-30 --format html > trace.html
    """
    from orchestration.audit.trace import trace as trace_cell

    if malformed := [pair for pair in key if "=" not in pair]:
        raise click.UsageError(f"{malformed[0]!r} is not written COLUMN=VALUE")
    found = trace_cell(read_settings(), mart, dict(pair.split("=", 1) for pair in key), column, shown)
    pages = {"json": found.as_json, "html": found.as_html}
    for line in [pages[output_format]()] if output_format in pages else found.as_text():
        (_hand_over if output_format in pages else _say)(line)


@main.command()
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
        _say(f"{mark} {one.publication_id}  published {one.published_at} UTC  content {one.content_hash[:16]}  {warnings}")


@main.command()
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

    settings, at = _settings(), _now()
    with only_writer(settings, "rollback", at):
        roll_back(settings, publication_id, at, reason)
        _tell_problems(write_anchor(settings))
    _say(f"BI reads {publication_id} again.")


@main.command()
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
    settings, at = _settings(), _now()
    with only_writer(settings, "release", at):
        if reason is not None:
            blocking = ask_release(settings, as_of.date(), at, reason)
            _say("Asked to publish over the gate's verdict:")
            for problem in blocking:
                _say(f"  - {problem}")
            _say(f"Another person approves with `receivables release --as-of {as_of.date()} --approve`.")
        else:
            published = approve_release(settings, as_of.date(), at, code_commit())
            _say(f"Published {published.publication_id} over the gate's verdict:")
            for warning in published.warnings:
                _say(f"  - {warning}")
        _tell_problems(write_anchor(settings))


@main.command()
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
    from orchestration.audit.diff import diff as diff_publications

    settings = read_settings()
    found = diff_publications(settings, earlier, later, customers)
    for line in found.as_text():
        _say(line)
    is_explained = not found.unexplained
    if marts:
        from orchestration.audit.waterfall import waterfall

        by_cause = waterfall(settings, earlier, later, marts, customers)
        for line in by_cause.as_text():
            _say(line)
        is_explained = is_explained and by_cause.is_explained
    sys.exit(0 if is_explained else 1)


@main.command()
@click.argument("publication_id")
@refusing_plainly
def reproduce(publication_id: str) -> None:
    """Build a kept publication once more from the archive alone, as known then, and compare it mart by mart.

    \b
    Example:
      receivables publications
      receivables reproduce 2026-10-31-0123456789ab
    """
    from orchestration.audit.reproduce import reproduce as reproduce_publication

    found = reproduce_publication(read_settings(), publication_id)
    _say(f"Built with {found.code} in {found.database}")
    _say(f"{len(found.same)} of {len(found.same) + len(found.differing)} marts are the same, row for row")
    for name in found.differing:
        _say(f"  differs: {name}")
    sys.exit(1 if found.differing else 0)


@main.command()
@refusing_plainly
def restore() -> None:
    """Load every archived file into a new working database, when the old one is damaged. What is published stays as it is.

    \b
    Example:
      receivables restore
      receivables refresh --as-of 2026-10-31
    """
    from orchestration.audit.restore import restore_working_database

    settings, at = _settings(), _now()
    with only_writer(settings, "restore", at):
        count, old = restore_working_database(settings, at)
        _tell_problems(write_anchor(settings))
    _say(f"{count} loads are in {settings.working_database} again." + (f" The old file is {old}." if old else ""))
    _say("Run `receivables refresh --as-of DATE` next.")


@main.command()
@refusing_plainly
def upgrade() -> None:
    """Bring a home that an earlier release made to this one: every archived file is read again, and the ledger is told.

    What is published stays as it is until the next refresh.

    \b
    Example:
      receivables upgrade
      receivables refresh --as-of 2026-10-31
    """
    from orchestration.audit.upgrade import upgrade_home

    settings, at = _settings(), _now()
    with only_writer(settings, "upgrade", at):
        done = upgrade_home(settings, at)
        _tell_problems(write_anchor(settings))
    _say(f"{done.load_count} loads were read from the archive again." + (f" The old database is {done.old}." if done.old else ""))
    for one in done.differing:
        _say(f"Reads otherwise than the earlier release read it: {one}")
    _say("Run `receivables refresh --as-of DATE` next.")


@main.group()
def audit() -> None:
    """What auditors ask for."""


@audit.command()
@click.option("--anchor", help="Head of the ledger that was kept elsewhere; it must be in the chain.")
@refusing_plainly
def verify(anchor: str | None) -> None:
    """Prove the ledger's chain, every archived file and every publication against it; name the first broken link.

    \b
    Example:
      receivables audit verify
    """
    from orchestration.audit.verify import prove

    proof = prove(read_settings(), anchor)
    _say(f"The chain of {proof.entry_count} entries holds; its head is {proof.head or 'none'}.")
    _say(f"{proof.file_count} archived files and {proof.publication_count} publications are as the ledger tells.")
    for note in proof.notes:
        _say(note)


@audit.command()
@click.argument("publication_id")
@click.option(
    "--output", type=click.Path(path_type=Path, dir_okay=False), help="Zip file to write [default: PUBLICATION_ID.zip]."
)
@refusing_plainly
def pack(publication_id: str, output: Path | None) -> None:
    """Write one zip about a publication for reading offline: checks, inputs, policy, lineage, proof, and cells re-performed.

    \b
    Example:
      receivables publications
      receivables audit pack 2026-10-31-0123456789ab --output evidence.zip
    """
    from orchestration.audit.pack import write_pack

    packed = write_pack(read_settings(), publication_id, output or Path(f"{publication_id}.zip"))
    _say(f"{packed.path}: {packed.check_count} results of checks; open index.html in it.")
    same = len(packed.cells) - len(packed.differing)
    _say(f"{same} of {len(packed.cells)} cells are the same by the reference engine.")
    for cell in packed.differing:
        _say(f"  differs: {cell}")
    sys.exit(1 if packed.differing else 0)


@audit.command("anchor")
@refusing_plainly
def print_anchor() -> None:
    """Print the ledger's head, to be kept where nobody with access to this home can change it.

    \b
    Example:
      receivables audit anchor
    """
    from orchestration.audit.verify import prove

    _say(prove(read_settings(), reads_archive=False).head)


@main.command()
@click.option("--port", default=3000, show_default=True, help="Port on 127.0.0.1.")
def dev(port: int) -> None:
    """Run the Dagster UI and daemon on this machine only (127.0.0.1).

    \b
    Example:
      receivables dev --port 3001
    """
    from orchestration.dbt_manifest import current_manifest
    from orchestration.instance import open_instance
    from orchestration.interruption import run_together

    settings = _settings()
    # Parsed and made once, before two processes want them.
    current_manifest(settings)
    with open_instance(settings):
        pass
    module, python = ["-m", "orchestration.definitions"], sys.executable
    commands = (
        [python, "-m", "orchestration.webserver", "-h", "127.0.0.1", "-p", str(port), *module],
        [python, "-m", "dagster._daemon", "run", *module],
    )
    sys.exit(run_together(commands))


@main.group()
def bench() -> None:
    """Benchmarks that check their answer before they tell a time."""


@bench.command("aging")
@click.option("--documents", default=10_000_000, show_default=True, help="About how many documents.")
@click.option("--applications", default=12_000_000, show_default=True, help="About how many applications.")
@refusing_plainly
def bench_aging(documents: int, applications: int) -> None:
    """Balance periods and 25 dates of aging by the models, against a hand-written script; then one past date.

    \b
    Example:
      receivables bench aging
      receivables bench aging --documents 1700000 --applications 286000
    """
    from benchmarks.aging import run_benchmark

    for line in run_benchmark(_settings(), documents, applications):
        _say(line)


@bench.command("readers")
@click.option("--readers", default=16, show_default=True, help="How many read at once.")
@click.option("--seconds", default=300, show_default=True, help="How long in quiet, and how long while refreshes publish.")
@click.option("--profile", default="demo", show_default=True, help="Sender profile of the home's extracts.")
@refusing_plainly
def bench_readers(readers: int, seconds: int, profile: str) -> None:
    """Readers of what is published, in quiet and while refreshes publish: nothing torn, and how much slower they are.

    \b
    Example:
      receivables demo && receivables bench readers
    """
    from benchmarks.readers import run_benchmark

    for line in run_benchmark(_settings(), readers, seconds, profile):
        _say(line)


def _tell_problems(problems: Iterable[str]) -> None:
    for problem in problems:
        _say(problem, err=True)


def _now() -> datetime:
    """The clock, in UTC, which only the command line reads."""
    return datetime.now(UTC).replace(tzinfo=None)


def _settings() -> Settings:
    settings = read_settings()
    settings.home.mkdir(parents=True, exist_ok=True)
    keep_to_itself(settings)
    apply_settings(settings)
    return settings


def _refresh(settings: Settings, as_of_date: date, profile: str, extracts: Path) -> None:
    """Refresh and print the summary; exit with 1 and the reasons when nothing was published."""
    from ingestion.loader import unclaimed_files

    sender = load_profile(profile)
    from orchestration.refresh import run_refresh
    from orchestration.report.summary import summary_lines

    _say(f"Refreshing {settings.home} as of {as_of_date} from {extracts} (profile {profile})")
    if unclaimed := unclaimed_files(extracts, sender):
        more = f" and {len(unclaimed) - UNCLAIMED_SHOWN} more" if len(unclaimed) > UNCLAIMED_SHOWN else ""
        _say(f"Not read, as no pattern of the profile matches them: {', '.join(unclaimed[:UNCLAIMED_SHOWN])}{more}")
    outcome = run_refresh(settings, as_of_date, profile, extracts, _now())
    for found in outcome.found:
        _say(f"Found: {found}", err=True)
    if outcome.ended_by:
        untouched = "" if outcome.is_published else " What was published before is untouched; run it again."
        _say(f"\nEnded by {outcome.ended_by.name}, in order.{untouched}", err=True)
        sys.exit(128 + outcome.ended_by)
    if not outcome.is_published:
        _say("\nNot published. The last published set, if there is one, is untouched.", err=True)
        for problem in outcome.problems:
            _say(f"- {problem}", err=True)
        sys.exit(1)
    _say("")
    for line in summary_lines(settings):
        _say(line)
