"""What published figures are made of: for each, the rows of which other figures and how these come to it.

Followed from figure to figure, every way ends at open items, postings or a cited row: what stands on lines of senders' files.
`cell` is the row of the figure, `part` a row that it is made of. Ratios are as the models round them, to six decimals.
"""

from collections.abc import Collection
from dataclasses import dataclass

from ingestion.sql import literal

OPEN_ITEMS, POSTINGS, SOURCE_LINES, RECORD_LINES = "fct_open_items", "fct_postings", "fct_source_lines", "fct_record_lines"
# Marts whose rows name the load and the line that they stand on, and the columns that do.
CITING = {
    SOURCE_LINES: ("load_id", "line_number"),
    RECORD_LINES: ("load_id", "line_number"),
    "dim_customer_records": ("load_id", "line_number"),
    "dim_customers_history": ("load_id", "line_number"),
    "dim_fx_rates": ("load_id", "line_number"),
    "fct_alert_evidence": ("load_id", "line_number"),
    "fct_claim_periods": ("load_id", "line_number"),
    "fct_quarantined_rows": ("load_id", "line_number"),
    "fct_risk_factors": ("source_load_id", "source_line_number"),
}


@dataclass(frozen=True)
class Derivation:
    """How a column comes from parts: an aggregate over rows of `mart` that meet `where`, of which `columns` are followed.

    Without a mart, the parts are other columns of the same row and `value` is a formula over them. Without a value, the parts are
    what the figure rests on and do not add up to it. It holds of rows that meet `when`.
    """

    value: str | None
    columns: tuple[str, ...]
    mart: str | None = None
    where: str = "true"
    when: str = "true"


def _same(*names: str) -> str:
    return " and ".join(f"part.{name} = cell.{name}" for name in names)


def _sum(mart: str, column: str, where: str, value: str | None = None, when: str = "true") -> Derivation:
    return Derivation(value or f"coalesce(sum(part.{column}), 0)", (column,), mart, where, when)


def _count(mart: str, where: str, column: str) -> Derivation:
    return Derivation("count(part.as_of_date)", (column,), mart, where)


def _of_row(formula: str, *columns: str) -> Derivation:
    return Derivation(formula, columns)


def _taken(mart: str, column: str, where: str, when: str = "true") -> Derivation:
    """The very figure of another mart."""
    return Derivation(f"max(part.{column})", (column,), mart, where, when)


def _rests_on(mart: str, column: str, where: str, when: str = "true") -> Derivation:
    return Derivation(None, (column,), mart, where, when)


def _in_days_of_sales(amount: str) -> Derivation:
    formula = f"round(cast({amount} * days_in_period as double) / nullif(sales_base_amount, 0), 6)"
    return _of_row(formula, amount, "sales_base_amount")


def _pct(part: str, whole: str) -> str:
    return f"round(cast(100 * {part} as double) / nullif(cast({whole} as double), 0), 6)"


def _longest_overdue(when: str) -> Derivation:
    return Derivation(
        "coalesce(max(part.as_of_date - part.due_date), 0)",
        ("outstanding_amount",),
        OPEN_ITEMS,
        f"{CUSTOMER} and {OVERDUE}",
        when,
    )


def _measures(measure_code: str) -> str:
    """Whether a factor's row measures this, by the policy that it was computed under."""
    return (
        "(policy_version, scorecard_code, factor_code) in (select (policy_version, policy_row->>'scorecard_code', "
        "policy_row->>'factor_code') from marts.dim_policy_rows where policy_table = 'policy_scorecard_factors' "
        f"and (policy_row->>'measure_code') = {literal(measure_code)})"
    )


ITEM = _same("as_of_date", "company_code", "document_no", "instalment_no")
CUSTOMER = _same("as_of_date", "customer_id")
BALANCE = _same("as_of_date", "company_code", "customer_id", "currency_code")
BUCKET = _same("as_of_date", "company_code", "customer_id", "currency_code", "bucket_code")
MOVED = _same("company_code", "customer_id", "currency_code")
OPENING = f"part.as_of_date = cell.previous_date and {MOVED}"
POSTED = f"{MOVED} and part.accounting_date > cell.previous_date and part.accounting_date <= cell.as_of_date"
MONTH = "part.accounting_date >= date_trunc('month', cell.as_of_date) and part.accounting_date <= cell.as_of_date"
YEAR = (
    "part.accounting_date > last_day(cell.as_of_date) - interval 1 year and part.accounting_date <= cell.as_of_date "
    "and part.accounting_date >= date_trunc('month', cell.as_of_date - interval 11 month)"
)
LEVEL = (
    "cell.level_key = case cell.level when 'company' then part.company_code when 'segment' then part.segment_code "
    "when 'salesperson' then part.salesperson_code else part.customer_id end"
)
OWED = "part.outstanding_amount > 0 and part.bucket_code <> 'fx_difference'"
OVERDUE = f"{OWED} and part.due_date < part.as_of_date"
# Debts of who owes a company nothing on balance are left out of collection, unless policy says otherwise.
WORKED_ON = (
    "(part.as_of_date, part.company_code, part.customer_id) not in (select (as_of_date, company_code, customer_id) "
    "from marts.fct_open_items where as_of_date = (select max(as_of_date) from marts.dim_reporting_dates) "
    "and not exists (select 1 from marts.dim_policy_rows inner join marts.dim_policies using (policy_version) "
    "where is_in_force and policy_table = 'policy_collection' and (policy_row->>'duns_in_credit') = 'true') "
    "group by as_of_date, company_code, customer_id "
    "having count(outstanding_base_amount) = count(*) and sum(outstanding_base_amount) <= 0)"
)
OVERDUE_PCT = _pct(f"sum(part.outstanding_base_amount) filter ({OVERDUE})", "sum(part.outstanding_base_amount)")
SALES = "part.document_type in ('invoice', 'debit_note', 'credit_note')"
SALESPERSON = _same("as_of_date", "salesperson_code")
WIDE_KEYS = ("as_of_date", "company_code", "customer_id", "currency_code", "policy_version")
TODAY = "part.as_of_date = cell.as_of_date"
COMPANY_TURNOVER = f"{TODAY} and part.level = 'company' and part.level_key = cell.company_code"

RECORDS = "part.customer_id = cell.customer_id and part.recorded_on <= cell.as_of_date"
POSTED_BY_THEN = "part.customer_id = cell.customer_id and part.accounting_date <= cell.as_of_date"
TIE_OUT_KEY = "part.company_code || '/' || part.currency_code = cell.tie_out_key"
TIED_OUT = f"{TODAY} and {TIE_OUT_KEY}"
LEFT_IN_WINDOW = (
    f"{_same('company_code')} and part.from_bucket_code = cell.bucket_code and part.to_bucket_code <> part.from_bucket_code "
    "and part.as_of_date <= cell.as_of_date "
    "and part.as_of_date > last_day(cell.as_of_date + 1 - to_months(1 + cell.window_months)) "
    "and part.as_of_date = last_day(part.as_of_date)"
)
OLDER = (
    "part.to_bucket_code = 'written_off' or (part.policy_version, cell.bucket_code, part.to_bucket_code) in (select "
    "(younger.policy_version, younger.bucket_code, older.bucket_code) from marts.dim_aging_buckets as younger inner join "
    "marts.dim_aging_buckets as older using (policy_version) where older.bucket_order > younger.bucket_order)"
)
ROLLED = (
    "part.opening_amount + part.billed_amount - part.received_amount - part.credited_amount - part.written_off_amount "
    "+ part.recovered_amount + part.refunded_amount + part.revalued_amount"
)

# The day before the reporting dates that are kept has no open items to show.
OPENING_IS_KEPT = "previous_date in (select as_of_date from marts.dim_reporting_dates)"
OPENED_IS_KEPT = "as_of_date - days_in_period in (select as_of_date from marts.dim_reporting_dates)"

DERIVATIONS: dict[tuple[str, str], Derivation | tuple[Derivation, ...]] = {
    # receivables
    ("fct_aging", "outstanding_amount"): _sum(OPEN_ITEMS, "outstanding_amount", BUCKET),
    ("fct_aging", "outstanding_base_amount"): _sum(OPEN_ITEMS, "outstanding_base_amount", BUCKET),
    ("fct_aging", "disputed_amount"): _sum(OPEN_ITEMS, "disputed_amount", BUCKET),
    ("fct_aging", "item_count"): _count(OPEN_ITEMS, BUCKET, "outstanding_amount"),
    ("fct_aging_wide", "total_amount"): _sum("fct_aging", "outstanding_amount", BALANCE),
    ("fct_aging_wide", "outstanding_amount"): _sum("fct_aging", "outstanding_amount", BALANCE),
    ("fct_aging_views", "own_column_amount"): _sum("fct_aging", "outstanding_amount", BUCKET),
    ("fct_receivables_rollforward", "closing_amount"): _sum(OPEN_ITEMS, "outstanding_amount", BALANCE),
    ("fct_receivables_rollforward", "opening_amount"): _sum(
        OPEN_ITEMS, "outstanding_amount", OPENING, when=OPENING_IS_KEPT
    ),
    ("fct_receivables_rollforward", "closing_base_amount"): _sum(OPEN_ITEMS, "outstanding_base_amount", BALANCE),
    ("fct_receivables_rollforward", "opening_base_amount"): _sum(
        OPEN_ITEMS, "outstanding_base_amount", OPENING, when=OPENING_IS_KEPT
    ),
    ("fct_receivables_rollforward", "posted_base_amount"): _sum(POSTINGS, "base_amount", POSTED),
    **{
        ("fct_receivables_rollforward", f"{cause}_amount"): _sum(
            POSTINGS, "amount", f"{POSTED} and part.document_type in ({types})", f"{sign}coalesce(sum(part.amount), 0)"
        )
        for cause, types, sign in (
            ("billed", "'invoice', 'debit_note'", ""), ("received", "'receipt', 'advance'", "-"),
            ("credited", "'credit_note'", "-"), ("written_off", "'write_off'", "-"),
            ("recovered", "'recovery'", ""), ("refunded", "'refund'", ""), ("revalued", "'fx_revaluation'", ""),
        )
    },
    ("fct_receivables_rollforward", "difference_amount"): _of_row(
        "opening_amount + billed_amount - received_amount - credited_amount - written_off_amount + recovered_amount "
        "+ refunded_amount + revalued_amount - closing_amount",
        "opening_amount", "billed_amount", "received_amount", "closing_amount",
    ),
    ("fct_turnover", "closing_base_amount"): _sum(OPEN_ITEMS, "outstanding_base_amount", f"{TODAY} and {LEVEL}"),
    ("fct_turnover", "not_due_base_amount"): _sum(
        OPEN_ITEMS, "outstanding_base_amount", f"{TODAY} and {LEVEL} and {OWED} and part.due_date >= part.as_of_date"
    ),
    ("fct_turnover", "sales_base_amount"): _sum(
        POSTINGS, "base_amount",
        f"{LEVEL} and {SALES} and part.accounting_date > cell.as_of_date - cell.days_in_period "
        "and part.accounting_date <= cell.as_of_date",
    ),
    ("fct_turnover", "opening_base_amount"): _sum(
        OPEN_ITEMS, "outstanding_base_amount", f"part.as_of_date = cell.as_of_date - cell.days_in_period and {LEVEL}",
        when=OPENED_IS_KEPT,
    ),
    ("fct_turnover", "dso_average"): _of_row(
        "round(cast((opening_base_amount + closing_base_amount) * days_in_period as double) "
        "/ nullif(2 * sales_base_amount, 0), 6)",
        "opening_base_amount", "closing_base_amount", "sales_base_amount",
    ),
    ("fct_turnover", "turnover_days"): _of_row("dso_average", "dso_average"),
    ("fct_turnover", "dso_simple"): _in_days_of_sales("closing_base_amount"),
    ("fct_turnover", "best_possible_dso"): _in_days_of_sales("not_due_base_amount"),
    ("fct_turnover", "average_days_delinquent"): _of_row("dso_simple - best_possible_dso", "dso_simple", "best_possible_dso"),
    ("fct_provision", "outstanding_amount"): _sum(OPEN_ITEMS, "outstanding_amount", BUCKET),
    ("fct_provision", "outstanding_base_amount"): _sum(OPEN_ITEMS, "outstanding_base_amount", BUCKET),
    ("fct_provision", "allowance_base_amount"): _of_row(
        "collective_allowance_base_amount + specific_allowance_base_amount",
        "collective_allowance_base_amount", "specific_allowance_base_amount",
    ),
    ("fct_provision", "collective_allowance_base_amount"): _of_row(
        "round(cast(outstanding_base_amount - specific_outstanding_base_amount as decimal(24, 2)) * loss_rate, 2)",
        "outstanding_base_amount", "loss_rate",
    ),
    ("fct_provision", "loss_rate"): _taken(
        "fct_provision_rates", "loss_rate", _same("as_of_date", "company_code", "bucket_code")
    ),
    ("fct_provision_rates", "left_base_amount"): _sum("fct_aging_migration", "moved_base_amount", LEFT_IN_WINDOW),
    ("fct_provision_rates", "rolled_base_amount"): _sum(
        "fct_aging_migration", "moved_base_amount", LEFT_IN_WINDOW,
        f"coalesce(sum(part.moved_base_amount) filter ({OLDER}), 0)",
    ),
    ("fct_provision_rates", "roll_rate"): Derivation(
        "round(cast(rolled_base_amount as double) / cast(left_base_amount as double), 12)",
        ("rolled_base_amount", "left_base_amount"), when="rate_source_code = 'own' and note is null",
    ),
    ("fct_provision_rates", "roll_to_loss_rate"): _rests_on(
        "fct_provision_rates", "roll_rate", f"{_same('as_of_date', 'company_code')} and part.bucket_order >= cell.bucket_order"
    ),
    # Of the unrounded rate: its product may differ from the rounded one's in the last digit.
    ("fct_provision_rates", "loss_rate"): _rests_on(
        "fct_provision_rates", "roll_to_loss_rate", _same("as_of_date", "company_code", "bucket_code")
    ),
    ("fct_provision_backtest", "outstanding_base_amount"): _sum(
        "fct_provision", "outstanding_base_amount", _same("as_of_date", "company_code")
    ),
    ("fct_provision_backtest", "allowance_base_amount"): _sum(
        "fct_provision", "allowance_base_amount", _same("as_of_date", "company_code")
    ),
    ("fct_provision_backtest", "used_pct"): _of_row(
        _pct("written_off_since_base_amount", "allowance_base_amount"), "written_off_since_base_amount", "allowance_base_amount"
    ),
    ("fct_limitation_periods", "outstanding_amount"): _sum(OPEN_ITEMS, "outstanding_amount", ITEM),
    ("fct_financing_pool", "outstanding_base_amount"): _sum(OPEN_ITEMS, "outstanding_base_amount", ITEM),
    ("fct_financing_pool", "eligible_base_amount"): _of_row(
        "outstanding_base_amount - excluded_base_amount - over_cap_base_amount", "outstanding_base_amount"
    ),
    ("fct_bad_debts", "written_off_base_amount"): _sum(
        POSTINGS, "base_amount", f"{_same('company_code', 'customer_id')} and {YEAR} and part.document_type = 'write_off'",
        "-coalesce(sum(part.base_amount), 0)",
    ),
    ("fct_bad_debts", "recovered_base_amount"): _sum(
        POSTINGS, "base_amount", f"{_same('company_code', 'customer_id')} and {YEAR} and part.document_type = 'recovery'"
    ),
    ("fct_bad_debts", "sales_base_amount"): _sum(
        POSTINGS, "base_amount", f"{_same('company_code', 'customer_id')} and {YEAR} and {SALES}"
    ),
    ("fct_bad_debts", "bad_debt_base_amount"): _of_row(
        "written_off_base_amount - recovered_base_amount", "written_off_base_amount", "recovered_base_amount"
    ),
    ("fct_bad_debts", "bad_debt_ratio_pct"): _of_row(
        _pct("bad_debt_base_amount", "greatest(sales_base_amount, 0)"), "bad_debt_base_amount", "sales_base_amount"
    ),
    # two ways to one figure
    ("fct_tie_outs", "left_amount"): tuple(
        _sum(mart, column, f"{TIED_OUT}{further}", value, f"tie_out_code = '{code}'")
        for code, mart, column, further, value in (
            ("aging_to_general_ledger", "fct_aging", "outstanding_amount", "", None),
            ("buckets_to_documents", "fct_aging", "outstanding_amount", "", None),
            ("open_items_to_aging", OPEN_ITEMS, "outstanding_amount", "", None),
            ("migration_to_aging", "fct_aging_migration", "moved_amount",
             " and part.to_bucket_code not in ('settled', 'written_off')", None),
            ("migration_to_opening", "fct_aging_migration", "moved_amount", " and part.from_bucket_code <> 'new'", None),
            ("rollforward_to_aging", "fct_receivables_rollforward", "opening_amount", "", f"coalesce(sum({ROLLED}), 0)"),
        )
    ),
    ("fct_tie_outs", "right_amount"): tuple(
        _sum(mart, column, where, when=f"tie_out_code = '{code}'")
        for code, mart, column, where in (
            ("aging_to_general_ledger", RECORD_LINES, "amount",
             f"part.table_name = 'erp.gl_balances' and part.recorded_on = cell.as_of_date and {TIE_OUT_KEY}"),
            ("buckets_to_documents", POSTINGS, "amount", f"part.accounting_date <= cell.as_of_date and {TIE_OUT_KEY}"),
            ("open_items_to_aging", "fct_aging", "outstanding_amount", TIED_OUT),
            ("rollforward_to_aging", "fct_aging", "outstanding_amount", TIED_OUT),
            ("migration_to_aging", "fct_aging", "outstanding_amount", TIED_OUT),
            ("migration_to_opening", "fct_receivables_rollforward", "opening_amount", TIED_OUT),
        )
    ),
    # risk
    ("fct_risk_grades", "score"): _sum(
        "fct_risk_factors", "contribution", f"{CUSTOMER} and part.scorecard_code = cell.scorecard_code"
    ),
    ("fct_risk_challengers", "champion_score"): _taken("fct_risk_grades", "score", CUSTOMER),
    ("fct_grade_migration", "customer_count"): _count(
        "fct_risk_grades", f"{TODAY} and part.grade_code = cell.to_grade_code "
        "and coalesce(part.previous_grade_code, 'new') = cell.from_grade_code", "score",
    ),
    ("fct_grade_performance", "customer_count"): _rests_on("fct_risk_grades", "score", _same("as_of_date", "grade_code")),
    **{
        ("fct_scorecard_performance", f"{whole}customer_count"): _sum(
            "fct_grade_performance", counted,
            f"{_same('as_of_date', 'horizon_days', 'outcome_code')} and part.grade_code <> 'ungraded'",
            when="cohort_code = 'date' and scorecard_code = 'champion'",
        )
        for whole, counted in (("", "customer_count"), ("bad_", "bad_count"))
    },
    ("fct_scorecard_performance", "auc"): _rests_on(
        "fct_risk_grades", "score", TODAY, "cohort_code = 'date' and scorecard_code = 'champion'"
    ),
    ("fct_grade_performance", "bad_rate_pct"): _of_row(_pct("bad_count", "customer_count"), "bad_count", "customer_count"),
    ("fct_credit_exposure", "receivable_base_amount"): _sum(OPEN_ITEMS, "outstanding_base_amount", f"{CUSTOMER} and {OWED}"),
    ("fct_credit_exposure", "advance_base_amount"): _sum(
        OPEN_ITEMS, "outstanding_base_amount",
        f"{CUSTOMER} and part.outstanding_amount < 0 and part.bucket_code <> 'fx_difference'",
        "-coalesce(sum(part.outstanding_base_amount), 0)",
    ),
    **{
        ("fct_credit_exposure", column): _rests_on(RECORD_LINES, "amount", f"{RECORDS} and part.table_name = 'erp.orders'")
        for column in ("not_billed_base_amount", "open_order_base_amount")
    },
    ("fct_credit_exposure", "credit_limit_amount"): (
        _rests_on(
            RECORD_LINES, "amount", f"{RECORDS} and part.table_name = 'crm.credit_applications'",
            "limit_source in ('credit_application', 'both')",
        ),
        _rests_on(
            "dim_customer_records", "record_name", f"{_same('customer_id')} and part.source_system = 'erp'",
            "limit_source in ('erp_master', 'both')",
        ),
    ),
    ("fct_credit_exposure", "exposure_base_amount"): _of_row(
        "receivable_base_amount + not_billed_base_amount + open_order_base_amount - advance_base_amount - secured_base_amount",
        "receivable_base_amount", "not_billed_base_amount", "open_order_base_amount", "advance_base_amount",
    ),
    ("fct_credit_exposure", "headroom_amount"): _of_row(
        "credit_limit_amount - exposure_base_amount", "credit_limit_amount", "exposure_base_amount"
    ),
    ("fct_credit_exposure", "limit_use_pct"): _of_row(
        _pct("exposure_base_amount", "credit_limit_amount"), "exposure_base_amount", "credit_limit_amount"
    ),
    ("fct_group_exposure", "exposure_base_amount"): _sum(
        "fct_credit_exposure", "exposure_base_amount", _same("as_of_date", "group_id")
    ),
    ("fct_group_exposure", "headroom_amount"): _of_row(
        "credit_limit_amount - exposure_base_amount", "credit_limit_amount", "exposure_base_amount"
    ),
    ("fct_group_exposure", "customer_count"): _count(
        "fct_credit_exposure", _same("as_of_date", "group_id"), "exposure_base_amount"
    ),
    ("fct_concentration", "exposure_base_amount"): tuple(
        _sum(mart, "exposure_base_amount", f"{TODAY} and part.exposure_base_amount > 0", when=f"level = '{level}'")
        for level, mart in (("customer", "fct_credit_exposure"), ("group", "fct_group_exposure"))
    ),
    ("fct_credit_headroom", "headroom_amount"): _of_row(
        "credit_limit_amount - exposure_base_amount", "credit_limit_amount", "exposure_base_amount"
    ),
    ("fct_customer_360", "outstanding_base_amount"): _sum(OPEN_ITEMS, "outstanding_base_amount", CUSTOMER),
    ("fct_customer_360", "overdue_base_amount"): _sum(OPEN_ITEMS, "outstanding_base_amount", f"{CUSTOMER} and {OVERDUE}"),
    ("fct_customer_360", "exposure_base_amount"): _taken("fct_credit_exposure", "exposure_base_amount", CUSTOMER),
    ("fct_customer_360", "headroom_amount"): _taken("fct_credit_exposure", "headroom_amount", CUSTOMER),
    ("fct_customer_360", "score"): _taken("fct_risk_grades", "score", CUSTOMER),
    ("fct_customer_360", "allowance_base_amount"): _sum("fct_provision", "allowance_base_amount", CUSTOMER),
    ("fct_customer_360", "alert_count"): _count(
        "fct_alerts",
        f"{TODAY} and not part.is_informational and part.subject_code = "
        "case part.subject_type when 'customer' then cell.customer_id when 'group' then cell.group_id end",
        "measured_value",
    ),
    ("fct_customer_360", "dso_simple"): _taken(
        "fct_turnover", "dso_simple", f"{TODAY} and part.level = 'customer' and part.level_key = cell.customer_id"
    ),
    ("fct_customer_360", "longest_overdue_days"): _longest_overdue("true"),
    ("fct_risk_factors", "measured_value"): (
        _rests_on(
            POSTINGS, "amount", POSTED_BY_THEN,
            "source_table in ('erp.documents', 'erp.applications') "
            f"and not ({_measures('longest_overdue_days')} or {_measures('overdue_share_pct')})",
        ),
        _longest_overdue(_measures("longest_overdue_days")),
        Derivation(
            f"coalesce({OVERDUE_PCT}, 0)", ("outstanding_base_amount",), OPEN_ITEMS, f"{CUSTOMER} and {OWED}",
            _measures("overdue_share_pct"),
        ),
    ),
    # alerts
    ("fct_alerts", "measured_value"): _rests_on("fct_alert_evidence", "evidence_amount", "part.alert_id = cell.alert_id"),
    ("fct_alert_history", "measured_value"): _rests_on("fct_alert_evidence", "evidence_amount", "part.alert_id = cell.alert_id"),
    ("fct_alert_evidence", "evidence_amount"): (
        _taken(
            "fct_credit_exposure", "exposure_base_amount", f"{TODAY} and part.customer_id = cell.evidence_key",
            "evidence_type = 'exposure'",
        ),
        _sum(
            OPEN_ITEMS, "outstanding_base_amount",
            f"{TODAY} and part.customer_id = cell.evidence_key and {OVERDUE} "
            "and contains(cell.alert_id, ':' || part.salesperson_code || ':')",
            when="evidence_type = 'debtor'",
        ),
    ),
    ("fct_alert_quality", "raised_count"): _count(
        "fct_alert_history", "part.raised_on = cell.as_of_date and part.rule_code = cell.rule_code", "measured_value"
    ),
    # collection and management
    ("fct_dunning", "outstanding_amount"): _sum(OPEN_ITEMS, "outstanding_amount", ITEM),
    ("fct_collection_worklist", "overdue_base_amount"): _sum(
        OPEN_ITEMS, "outstanding_base_amount", f"{CUSTOMER} and {OVERDUE} and {WORKED_ON}"
    ),
    ("fct_collection_worklist", "priority_points"): _of_row(
        "age_points + class_points + amount_points", "age_points", "class_points", "amount_points"
    ),
    ("fct_sales_performance", "receivable_base_amount"): _sum(OPEN_ITEMS, "outstanding_base_amount", f"{SALESPERSON} and {OWED}"),
    ("fct_sales_performance", "overdue_base_amount"): _sum(OPEN_ITEMS, "outstanding_base_amount", f"{SALESPERSON} and {OVERDUE}"),
    ("fct_sales_performance", "overdue_rate_pct"): _of_row(
        _pct("overdue_base_amount", "receivable_base_amount"), "overdue_base_amount", "receivable_base_amount"
    ),
    ("fct_sales_performance", "sales_base_amount"): _sum(
        POSTINGS, "base_amount", f"part.salesperson_code = cell.salesperson_code and {MONTH} and {SALES}"
    ),
    ("fct_key_figures", "figure_value"): (
        _taken("fct_turnover", "turnover_days", COMPANY_TURNOVER, "figure_code = 'turnover_days'"),
        _taken("fct_turnover", "on_time_amount_rate_pct", COMPANY_TURNOVER, "figure_code = 'on_time_collection_pct'"),
        Derivation(
            _pct("sum(part.bad_debt_base_amount)", "greatest(sum(part.sales_base_amount), 0)"),
            ("bad_debt_base_amount", "sales_base_amount"),
            "fct_bad_debts", _same("as_of_date", "company_code"), "figure_code = 'bad_debt_ratio_pct'",
        ),
        Derivation(
            OVERDUE_PCT, ("outstanding_base_amount",), OPEN_ITEMS, f"{_same('as_of_date', 'company_code')} and {OWED}",
            "figure_code = 'overdue_rate_pct'",
        ),
        Derivation(
            _pct("count(*) filter (part.grade_code = 'A')", "count(*)"), ("score",), "fct_risk_grades",
            f"{TODAY} and part.grade_code <> 'ungraded'",
            "figure_code = 'grade_a_share_pct'",
        ),
        Derivation(
            _pct("sum(part.cost_base_amount)", "sum(part.recovered_base_amount)"), ("cost_base_amount", "recovered_base_amount"),
            "fct_collection_effectiveness", f"{TODAY} and part.level = 'channel'", "figure_code = 'collection_cost_rate_pct'",
        ),
    ),
    # customers, as the records that name them state
    **{
        ("dim_customers", column): _rests_on("dim_customer_records", "record_name", _same("customer_id"))
        for column in ("customer_name", "unified_social_credit_code", "match_confidence", "registered_name")
    },
    **{
        ("fct_customer_match_review", column): _rests_on("dim_customer_records", "record_name", _same("record_key"))
        for column in ("stated_credit_code", "match_probability")
    },
    # a raised rule, as its alert
    ("fct_alert_evaluations", "measured_value"): _taken(
        "fct_alerts", "measured_value", _same("as_of_date", "rule_code", "subject_code"), "status_code = 'raised'"
    ),
    # what is counted or forecast from many items, as those items
    **{
        ("fct_aging_migration", f"moved_{amount}"): _rests_on(
            OPEN_ITEMS, f"outstanding_{amount}",
            f"{MOVED} and ((part.as_of_date = cell.previous_date and part.bucket_code = cell.from_bucket_code) "
            "or (part.as_of_date = cell.as_of_date and part.bucket_code = cell.to_bucket_code))",
        )
        for amount in ("amount", "base_amount")
    },
    ("fct_cash_forecast", "open_base_amount"): _rests_on(
        OPEN_ITEMS, "outstanding_base_amount", f"{_same('as_of_date', 'company_code')} and {OWED}"
    ),
    ("fct_payment_behaviour", "payment_count"): _rests_on(POSTINGS, "amount", POSTED_BY_THEN),
    # where a balance and what moved it stand
    ("fct_balance_periods", "open_amount"): _rests_on(
        SOURCE_LINES, "amount", f"{_same('company_code', 'document_no')} and part.table_name <> 'erp.applications'"
    ),
    ("fct_settlements", "balance_change_amount"): _rests_on(
        SOURCE_LINES, "amount",
        "part.table_name = 'erp.applications' and part.company_code = cell.company_code "
        "and part.document_no = cell.debit_document_no and part.part_code = cell.application_no",
    ),
}  # fmt: skip


def derivations_of(mart: str, column: str) -> tuple[Derivation, ...]:
    """How a column of a mart comes from others, one way for each kind of row; none where that is not told.

    The wide aging has a column for each bucket of the policy, named by its code.
    """
    found = DERIVATIONS.get((mart, column), ())
    if mart == "fct_aging_wide" and not found and column not in WIDE_KEYS:
        return (_sum("fct_aging", "outstanding_amount", f"{BALANCE} and part.bucket_code = {literal(column)}"),)
    return found if isinstance(found, tuple) else (found,)


def records_of(sources: Collection[str], columns: Collection[str], when: str) -> Derivation | None:
    """What a customer's figure rests on where nothing tells how it is computed: the customer's records by the figure's day in the
    tables that its mart is computed from, or in the one that its row names. None where the mart is not about customers."""
    if "customer_id" not in columns:
        return None
    where = [RECORDS if "as_of_date" in columns else "part.customer_id = cell.customer_id"]
    where.append(f"part.table_name in ({', '.join(map(literal, sorted(sources)))})")
    if "company_code" in columns:
        where.append("coalesce(part.company_code, cell.company_code) = cell.company_code")
    if "source_table" in columns:
        where.append("part.table_name = cell.source_table")
    return _rests_on(RECORD_LINES, "amount", " and ".join(where), when)
