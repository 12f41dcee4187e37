"""The one-screen summary after a refresh, and `receivables status`."""

from collections.abc import Iterator
from pathlib import Path

import duckdb

from orchestration.publication.serving import published_manifest
from orchestration.settings import Settings


def summary_lines(settings: Settings) -> Iterator[str]:
    """What was loaded, what the gate said, the headline figures and where they are."""
    manifest = published_manifest(settings)
    yield from _loaded(settings)
    if manifest is None:
        yield "Published: nothing yet. Run `receivables refresh --as-of DATE` or `receivables demo`."
        return
    yield ""
    yield f"Gate       passed: {manifest['checks_passed']} checks, {len(manifest['warnings'])} warnings"
    yield from (f"           warning: {warning}" for warning in manifest["warnings"])
    yield ""
    with duckdb.connect(str(settings.serving_database), read_only=True) as con:
        yield from _headlines(con)
    yield ""
    yield f"Published  {manifest['publication_id']} as of {manifest['as_of_date']} (content {manifest['content_hash'][:16]})"
    yield f"           {_shown(settings.serving_database)}"


def _loaded(settings: Settings) -> Iterator[str]:
    """Rows delivered, loaded, quarantined and closed by source, with the reasons for quarantine."""
    if not settings.working_database.exists():
        return
    try:
        con = duckdb.connect(str(settings.working_database), read_only=True)
    except duckdb.Error as error:
        yield f"What is loaded cannot be read: {str(error).splitlines()[0]}"
        return
    with con:
        if not con.execute("select 1 from information_schema.tables where table_name = 'loads'").fetchone():
            return
        sources = con.execute(
            "select split_part(table_name, '.', 1), count(*), sum(delivered_row_count), sum(loaded_row_count), "
            "sum(quarantined_row_count), coalesce(sum(closed_row_count), 0) from raw.loads group by 1 order by 1 desc"
        ).fetchall()
        reasons = con.execute(
            "select table_name, coalesce(column_name, 'row'), reason, count(*), min(file_name || ' line ' || line_number) "
            "from raw.quarantined_rows where is_row_loaded is not true group by all order by 4 desc, 1, 2, 3 limit 6"
        ).fetchall()
    for source, loads, delivered, loaded, quarantined, closed in sources:
        told = f"{source:<10} {loads:>3} loads {delivered:>12,} rows delivered {loaded:>12,} loaded {quarantined:>8,} quarantined"
        yield told + (f" {closed:>8,} closed by later full deliveries" if closed else "")
    for table, column, reason, count, example in reasons:
        yield f"           quarantined {count} of {table}, {column}: {reason} (first: {example})"


def _headlines(con: duckdb.DuckDBPyConnection) -> Iterator[str]:
    """Outstanding and overdue by currency, DSO by company, customers by grade, alerts by level; all as of the refresh."""
    latest = "as_of_date = (select as_of_date from marts.dim_publication)"
    quarantined = con.execute(
        "select count(*), string_agg(distinct table_name, ', ' order by table_name) from marts.fct_quarantined_rows "
        "where status_code = 'open' and not is_row_loaded"
    ).fetchall()
    at_stake = con.execute(
        "select coalesce(currency_code, 'no currency'), sum(amount) from marts.fct_quarantined_rows "
        "where status_code = 'open' and not is_row_loaded and amount is not null group by currency_code order by currency_code"
    ).fetchall()
    for count, tables in quarantined:
        if count:
            told = ", ".join(f"{currency} {amount:,.2f}" for currency, amount in at_stake) or "none that can be read"
            yield f"Quarantined {count:,} rows of {tables}; amounts at stake: {told} (see `receivables quarantine`)"
    values = con.execute(
        "select count(*), string_agg(distinct table_name || ' ' || column_names, ', ') from marts.fct_quarantined_rows "
        "where status_code = 'open' and is_row_loaded"
    ).fetchall()
    for count, columns in values:
        if count:
            yield f"Left out    values of {count:,} rows that count: {columns} (see `receivables quarantine`)"
    amounts = con.execute(
        "select currency_code, sum(outstanding_amount), "
        "coalesce(sum(outstanding_amount) filter (ledger_status <> 'normal'), 0), "
        "coalesce(sum(outstanding_amount) filter (bucket_code = 'unapplied'), 0) "
        f"from marts.fct_open_items where {latest} group by 1 order by 2 desc"
    ).fetchall()
    for currency, outstanding, overdue, unapplied in amounts:
        yield f"Outstanding {currency} {outstanding:>18,.2f}   overdue {overdue:>16,.2f}   unapplied {unapplied:>16,.2f}"
    dso = con.execute(
        "select level_key, dso_simple, dso_countback, note from marts.fct_turnover "
        f"where {latest} and level = 'company' order by 1"
    ).fetchall()
    for company, simple, countback, note in dso:
        yield f"DSO {company:<9} simple {_days(simple)}   count-back {_days(countback)}{f'   ({note})' if note else ''}"
    for title, query in (
        ("Grades", f"select grade_code, count(*) from marts.fct_risk_grades where {latest} group by 1 order by 1"),
        (
            "Alerts",
            "select case when is_informational then 'to know' else level_code end, count(*) "
            f"from marts.fct_alerts where {latest} group by 1, is_informational order by is_informational, 1",
        ),
    ):
        counts = con.execute(query).fetchall()
        yield f"{title:<11}" + ("   ".join(f"{name} {count:,}" for name, count in counts) or "none")
    unlinked = con.execute(
        "select table_name, unlinked_row_count, known_row_count from marts.dim_data_sources "
        "where unlinked_row_count > 0 order by 1"
    ).fetchall()
    if unlinked:
        yield "Rows that lead to no customer, and so are in no customer's figures:"
        yield from (f"  {table:<28} {count:,} of {known:,}" for table, count, known in unlinked)
    absent = con.execute(
        "select table_name, not_computed from marts.dim_data_sources where not is_delivered order by 1"
    ).fetchall()
    if absent:
        yield "Not delivered, and so not computed:"
        yield from (f"  {table:<28} {consequence}" for table, consequence in absent)


def _days(value: object) -> str:
    return f"{value:>8,.1f} days" if value is not None else "      n/a     "


def _shown(path: Path) -> str:
    """A path as a person would type it from here."""
    try:
        return str(path.relative_to(Path.cwd()))
    except ValueError:
        return str(path)
