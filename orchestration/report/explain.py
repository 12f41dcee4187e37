"""One customer on one screen, from the published database: grade down to file and line, exposure, alerts and history."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from pathlib import PurePosixPath
from typing import Any

import duckdb

from ingestion.errors import DataRefusedError, NameRefusedError
from ingestion.sql import fetched
from orchestration.project.dictionary import read_project
from orchestration.publication.serving import required_manifest
from orchestration.report.render import readable, titled_table
from orchestration.settings import Settings

CANDIDATES_SHOWN = 10
EVIDENCE_SHOWN = 20
BARS = "▁▂▃▄▅▆▇█"
GRADE = """
    select
        grade_code, light_code, score, scorecard_code, policy_version, previous_grade_code, move_reason, override_rule,
        notch_rule, reason_codes, credit_status, credit_points, recommended_terms_days, terms_days, recommended_limit_amount,
        credit_limit_amount, missing_weight_pct, note
    from marts.fct_risk_grades where customer_id = $customer and as_of_date = $day"""
CUSTOMER = """
    select customer_name, unified_social_credit_code, group_name, group_rule
    from marts.dim_customers where customer_id = $customer"""
# What a factor or a rule measures stands in the policy row that it follows.
MEASURED = "json_extract_string(policy.policy_row, '$.measure_code') as unit"
FACTORS = f"""
    select
        factors.factor_code, factors.measured_value as value, {MEASURED}, factors.missing_rule, factors.band_from_value,
        factors.band_to_value, factors.points, factors.weight_pct, factors.contribution, factors.source_table,
        factors.source_load_id, factors.source_line_number
    from marts.fct_risk_factors as factors
    left join marts.dim_policy_rows as policy
        on policy.policy_table = 'policy_scorecard_factors' and factors.policy_version = policy.policy_version
        and factors.scorecard_code = json_extract_string(policy.policy_row, '$.scorecard_code')
        and factors.factor_code = json_extract_string(policy.policy_row, '$.factor_code')
    where factors.customer_id = $customer and factors.as_of_date = $day
    order by factors.weight_pct desc, factors.factor_code"""
EXPOSURE = """
    select
        receivable_base_amount as receivables, not_billed_base_amount as not_billed, open_order_base_amount as open_orders,
        -advance_base_amount as advances, -secured_base_amount as secured, exposure_base_amount as exposure,
        credit_limit_amount as credit_limit, headroom_amount as headroom,
        coalesce(block_rules, 'not evaluable: ' || not_evaluable_block_rules, 'none') as shipment_blocks, note
    from marts.fct_credit_exposure where customer_id = $customer and as_of_date = $day"""
AGING = """
    select company_code, currency_code, bucket_code, outstanding_amount, disputed_amount, item_count
    from marts.fct_aging where customer_id = $customer and as_of_date = $day
    order by company_code, currency_code, bucket_order nulls last, bucket_code"""
# The customer's alerts and those of its group.
STANDING = """
    select alerts.*
    from marts.fct_alerts as alerts
    inner join marts.fct_customer_360 as customer
        on customer.customer_id = $customer and customer.as_of_date = $day
        and alerts.subject_code
        = case alerts.subject_type when 'customer' then customer.customer_id when 'group' then customer.group_id end
    where alerts.as_of_date = $day"""
ALERTS = f"""
    select
        alerts.level_code, alerts.rule_code, alerts.subject_type, alerts.measured_value, alerts.threshold_value, {MEASURED},
        alerts.raised_on, alerts.owner_role
    from ({STANDING}) as alerts
    left join marts.dim_policy_rows as policy
        on policy.policy_table = 'policy_alert_rules' and alerts.policy_version = policy.policy_version
        and alerts.rule_code = json_extract_string(policy.policy_row, '$.rule_code')
    order by alerts.level_code, alerts.rule_code"""
EVIDENCE = f"""
    select
        alerts.rule_code, evidence.evidence_type, evidence.evidence_key, evidence.evidence_date, evidence.evidence_amount,
        evidence.currency_code, evidence.detail, evidence.evidence_type || 's' as source_table, evidence.load_id,
        evidence.line_number
    from marts.fct_alert_evidence as evidence
    inner join ({STANDING}) as alerts on evidence.as_of_date = alerts.as_of_date and evidence.alert_id = alerts.alert_id
    where evidence.evidence_type <> 'measure'
    order by alerts.rule_code, evidence.evidence_type, evidence.evidence_date, evidence.evidence_key"""
HISTORY = """
    select as_of_date, score, grade_code, outstanding_base_amount, overdue_base_amount
    from marts.fct_customer_360 where customer_id = $customer and as_of_date <= $day order by as_of_date"""


def explained(settings: Settings, customer: str, as_of_date: date | None) -> Iterator[str]:
    """The lines of the screen. Refused when nothing is published, or the customer or the reporting date is not there."""
    manifest = required_manifest(settings)
    with duckdb.connect(str(settings.serving_database), read_only=True) as con:
        customer_id = _customer(con, customer)
        day = _reporting_date(con, as_of_date or date.fromisoformat(manifest["as_of_date"]))
        asked = {"customer": customer_id, "day": day}
        yield from _headline(con, asked)
        dictionary = read_project(settings.dbt_project).columns
        factors = _with_units(*_with_files(*fetched(con, FACTORS, asked), manifest["inputs"]), dictionary)
        yield from titled_table("Factors", *_banded(*factors))
        for title, query in ((f"Exposure, {_base_currency(con, asked)}", EXPOSURE), ("Aging", AGING)):
            yield from titled_table(title, *fetched(con, query, asked))
        yield from titled_table("Alerts", *_with_units(*fetched(con, ALERTS, asked), dictionary))
        evidence, rows = _with_files(*fetched(con, EVIDENCE, asked), manifest["inputs"])
        yield from titled_table("Evidence of the alerts", evidence, rows[:EVIDENCE_SHOWN])
        if len(rows) > EVIDENCE_SHOWN:
            yield f"and {len(rows) - EVIDENCE_SHOWN} more in fct_alert_evidence"
        yield "\nHistory"
        yield from _chart(con, asked)
        yield f"\nPublication {manifest['publication_id']}"


def _customer(con: duckdb.DuckDBPyConnection, asked: str) -> str:
    """The customer id that is meant: itself, an ERP number, or a name that only one customer has."""
    for condition in (
        "customer_id = $asked",
        "customer_id in "
        "(select customer_id from marts.dim_customer_records where source_system = 'erp' and source_record = $asked)",
        "contains(lower(customer_name), lower($asked))",
    ):
        found = con.execute(
            f"select customer_id, customer_name from marts.dim_customers where {condition} order by customer_id", {"asked": asked}
        ).fetchall()
        if len(found) == 1:
            return str(found[0][0])
        if found:
            told = [f"  {customer_id}  {name}" for customer_id, name in found[:CANDIDATES_SHOWN]]
            more = [f"  and {len(found) - CANDIDATES_SHOWN} more"] if len(found) > CANDIDATES_SHOWN else []
            raise NameRefusedError(
                "\n".join([f"{asked!r} is {len(found)} customers:", *told, *more]), "name one of them by its id"
            )
    raise NameRefusedError(
        f"No customer {asked!r} is published.",
        "give a customer_id of dim_customers, an ERP customer number or a part of the name",
    )


def _reporting_date(con: duckdb.DuckDBPyConnection, asked: date) -> date:
    dates = [row[0] for row in con.execute("select as_of_date from marts.dim_reporting_dates order by as_of_date").fetchall()]
    if asked not in dates:
        raise DataRefusedError(
            f"{asked} is not a reporting date of what is published ({dates[0]} to {dates[-1]}, month-ends).",
            f"choose one of them, or run `receivables refresh --as-of {asked}`",
        )
    return asked


def _headline(con: duckdb.DuckDBPyConnection, asked: dict[str, Any]) -> Iterator[str]:
    _, customers = fetched(con, CUSTOMER, {"customer": asked["customer"]})
    ((name, credit_code, group, rule),) = customers
    yield f"{name}  ({asked['customer']})  as of {asked['day']}"
    yield f"Social credit code {credit_code or 'none on file'}; group {group} ({rule})"
    _, grades = fetched(con, GRADE, asked)
    if not grades:
        yield "Not graded: nothing was posted or ordered for this customer by then."
        return
    (grade, light, score, card, version, before, moved, override, notch, reasons, status, points, terms, terms_now, limit,
     limit_now, missing, note), = grades  # fmt: skip
    yield ""
    yield f"Grade {grade} ({light or 'no light'}), score {_or_none(score)} of 100, status {status}"
    if note:
        yield f"No score: {note}"
    yield f"Scorecard {card} of {version}; {_or_none(missing)} % of its weight had no input and went to the other factors"
    yield f"Before: {before or 'none'}" + (f", moved by {moved}" if moved else "")
    if override or notch:
        yield f"Set by {override or notch}"
    yield f"Points lost by: {reasons or 'nothing'}"
    yield f"Terms {_or_none(terms_now)} days, recommended {_or_none(terms)}; credit points {_or_none(points)}"
    yield f"Limit {_or_none(limit_now, 2)} {_base_currency(con, asked)}, recommended {_or_none(limit, 2)}"


def _base_currency(con: duckdb.DuckDBPyConnection, asked: dict[str, Any]) -> str:
    """What base amounts of the customer are in: the currency of the books that it is posted in."""
    query = "select distinct base_currency_code from marts.fct_balance_periods where customer_id = $customer order by 1"
    found = [code for (code,) in con.execute(query, {"customer": asked["customer"]}).fetchall() if code]
    return ", ".join(found) or "base currency"


def _banded(columns: list[str], rows: list[tuple[Any, ...]]) -> tuple[list[str], list[tuple[Any, ...]]]:
    """Factors with the band that each value fell into, or the rule that stood in for a value."""
    told = []
    for factor, value, unit, rule, start, end, *rest in rows:
        band = f"{readable(start)} up to {'no end' if end is None else readable(end)}".strip()
        told.append((factor, readable(value), unit, f"missing: {rule}" if value is None else band, *rest))
    return [*columns[:3], "band", *columns[6:]], told


def _with_units(
    columns: list[str], rows: list[tuple[Any, ...]], dictionary: Mapping[str, Mapping[str, Any]]
) -> tuple[list[str], list[tuple[Any, ...]]]:
    """Rows with the unit of what they measure; empty where it is a plain number or a metric of the sender's own."""
    place = columns.index("unit")
    return columns, [(*row[:place], dictionary.get(row[place], {}).get("unit", ""), *row[place + 1 :]) for row in rows]


def _with_files(
    columns: list[str], rows: list[tuple[Any, ...]], inputs: Sequence[dict[str, Any]]
) -> tuple[list[str], list[tuple[Any, ...]]]:
    """Factors with the file and line that they were read from instead of the load's number."""
    files = {entry["load_id"]: PurePosixPath(entry["file_name"]).name for entry in inputs}
    told = [
        (*values, f"{files[load_id]} line {line}" if load_id in files else f"computed from {table}")
        for *values, table, load_id, line in rows
    ]
    return [*columns[:-3], "source"], told


def _chart(con: duckdb.DuckDBPyConnection, asked: dict[str, Any]) -> Iterator[str]:
    """A bar for each reporting date: score from 0 to 100, amounts from 0 to their highest."""
    _, rows = fetched(con, HISTORY, asked)
    if not rows:
        yield "none"
        return
    yield f"            {rows[0][0]} to {rows[-1][0]}, {len(rows)} reporting dates"
    yield f"score       {_bars([row[1] for row in rows], 100)}  now {_or_none(rows[-1][1])}"
    yield f"grade       {''.join(row[2][0] for row in rows)}"
    for name, place in (("outstanding", 3), ("overdue", 4)):
        values = [row[place] for row in rows]
        known = [value for value in values if value is not None]
        now = "not known" if values[-1] is None else readable(values[-1], 2)
        highest = f", highest {readable(max(known), 2)} {_base_currency(con, asked)}" if known else ""
        yield f"{name:<12}{_bars(values, max(known, default=0))}  now {now}{highest}"


def _bars(values: Sequence[Any], highest: Any) -> str:
    return "".join(
        " " if value is None else BARS[min(int(max(value, 0) * len(BARS) / highest), len(BARS) - 1)] if highest else BARS[0]
        for value in values
    )


def _or_none(value: object, places: int = 0) -> str:
    return "none" if value is None else readable(value, places)
