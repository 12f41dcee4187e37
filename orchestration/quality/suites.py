"""Suites of Great Expectations: what each load and each mart must meet. They are run by `expectations.py`.

What all suites of a kind share derives from the contracts; what is particular to a mart stands here.
"""

from datetime import date

import great_expectations.expectations as gxe
from great_expectations.expectations import Expectation

from ingestion.contract import Contract
from ingestion.loader import Load
from ingestion.sql import literal, quoted
from ingestion.warehouse import LINEAGE_COLUMNS
from orchestration.project.marts import Mart
from orchestration.quality.expectations import no_rows


def landing_suite(contract: Contract, load: Load) -> list[Expectation]:
    """What a contract promises of the rows of one load, as expectations."""
    expectations: list[Expectation] = [
        gxe.ExpectTableRowCountToEqual(value=load.loaded_row_count),
        gxe.ExpectTableRowCountToEqual(value=load.delivered_row_count - load.quarantined_row_count),
        gxe.ExpectTableColumnsToMatchSet(column_set=[*(column.name for column in contract.columns), *LINEAGE_COLUMNS]),
        gxe.ExpectColumnValuesToBeUnique(column="_line_number"),
    ]
    for column in contract.columns:
        if column.required:
            expectations.append(gxe.ExpectColumnValuesToNotBeNull(column=column.name))
        if column.allowed:
            expectations.append(gxe.ExpectColumnValuesToBeInSet(column=column.name, value_set=list(column.allowed)))
        if column.pattern:
            mismatch = f"not regexp_matches({quoted(column.name)}, {literal(column.pattern)})"
            expectations.append(no_rows(mismatch, f"{column.name} matches {column.pattern}"))
    if len(contract.key) == 1:
        expectations.append(gxe.ExpectColumnValuesToBeUnique(column=contract.key[0]))
    else:
        expectations.append(gxe.ExpectCompoundColumnsToBeUnique(column_list=list(contract.key)))
    expectations += [no_rows(f"not ({rule.expression})", f"not: {rule.reason}") for rule in contract.row_rules]
    return expectations


def mart_suite(mart: Mart, as_of_date: date) -> list[Expectation]:
    """What must hold of a mart before it is published."""
    day = f"date '{as_of_date.isoformat()}'"
    shared: list[Expectation] = [
        gxe.ExpectTableColumnsToMatchSet(column_set=list(mart.columns), exact_match=mart.other_columns is None),
        *(gxe.ExpectColumnValuesToNotBeNull(column=column) for column in mart.grain),
        gxe.ExpectCompoundColumnsToBeUnique(column_list=list(mart.grain))
        if len(mart.grain) > 1
        else gxe.ExpectColumnValuesToBeUnique(column=mart.grain[0]),
        no_rows(f"as_of_date is null or as_of_date > {day}", "no row is of a date after the as-of date"),
    ]
    return shared + _particular(day).get(mart.name, [])


def _particular(day: str) -> dict[str, list[Expectation]]:
    not_empty = gxe.ExpectTableRowCountToBeBetween(min_value=1)
    return {
        "dim_customers": [not_empty],
        "dim_policy_rows": [not_empty, no_rows("policy_version is null", "every row belongs to a version")],
        "dim_policies": [not_empty, no_rows("approver = author", "nobody approves a policy of their own")],
        "dim_reporting_dates": [no_rows(f"is_refresh_date <> (as_of_date = {day})", "the refresh's own date is marked")],
        "dim_data_sources": [
            no_rows("table_name = 'erp.documents' and not is_delivered", "receivable documents were delivered"),
            no_rows("is_delivered <> (not_computed is null)", "what is not delivered says what it leaves uncomputed"),
        ],
        "dim_aging_policies": [not_empty],
        "dim_aging_buckets": [not_empty, no_rows("from_days > to_days", "no bucket ends before it begins")],
        "dim_fx_rates": [no_rows("fx_rate <= 0", "every rate is above zero")],
        "fct_balance_periods": [
            no_rows("open_amount = 0", "nothing that is settled is kept open"),
            no_rows("valid_before <= valid_from", "no period ends before it begins"),
            no_rows(f"valid_before > {day}", "nothing after the as-of date shows"),
        ],
        "fct_claim_periods": [gxe.ExpectColumnValuesToBeInSet(column="claim_type", value_set=["disputed", "secured"])],
        "fct_open_items": [
            no_rows("bucket_code = 'unapplied' and outstanding_amount >= 0", "only credits are unapplied"),
            no_rows(
                "(document_type = 'fx_revaluation') <> (bucket_code = 'fx_difference') "
                "or (document_type = 'fx_revaluation') <> (days_past_due is null)",
                "differences of exchange and only they have no age",
            ),
            no_rows("outstanding_amount <> collectable_amount + disputed_amount", "gross is disputed and collectable"),
            no_rows("disputed_amount not between 0 and greatest(outstanding_amount, 0)", "no more is disputed than is owed"),
            no_rows("secured_amount not between 0 and greatest(outstanding_amount, 0)", "no more is secured than is owed"),
            gxe.ExpectColumnValuesToBeInSet(column="ledger_status", value_set=["normal", "overdue", "bad_debt"]),
        ],
        "fct_aging": [
            no_rows(
                "unapplied_view in ('own_column', 'left_out') and bucket_code <> 'fx_difference' "
                "and (bucket_code = 'unapplied') <> (outstanding_amount < 0)",
                "credits and only credits are unapplied",
            ),
            no_rows("item_count < 1", "every row counts items"),
        ],
        "fct_aging_migration": [
            no_rows("from_bucket_code = 'new' and to_bucket_code in ('settled', 'written_off')", "what is new is still there"),
        ],
        "fct_receivables_rollforward": [no_rows("difference_amount <> 0", "opening and postings come to the closing balance")],
        "fct_provision_rates": [
            gxe.ExpectColumnValuesToBeBetween(column="roll_rate", min_value=0, max_value=1),
            gxe.ExpectColumnValuesToBeBetween(column="loss_rate", min_value=0, max_value=1),
        ],
        "fct_provision": [no_rows("allowance_base_amount > outstanding_base_amount", "no allowance exceeds its balance")],
        "fct_turnover": [
            gxe.ExpectColumnValuesToBeInSet(column="level", value_set=["company", "segment", "salesperson", "customer"]),
            no_rows("(dso_simple is null or dso_average is null) and note is null", "a figure that is missing says why"),
            no_rows("dso_simple <> best_possible_dso + average_days_delinquent", "delinquent days add up to DSO"),
        ],
        "fct_risk_grades": [
            no_rows("(score is null) <> (grade_code = 'ungraded') and override_rule is null", "a score gives a grade"),
            no_rows("(score is null) <> (note is not null)", "a score that is missing says why"),
            no_rows("(light_code is null) <> (grade_code = 'ungraded')", "a grade and only a grade has a light"),
            no_rows("(previous_grade_code <> grade_code) <> (move_reason is not null)", "a move and only a move has a reason"),
            gxe.ExpectColumnValuesToBeBetween(column="score", min_value=0, max_value=100),
            gxe.ExpectColumnValuesToNotBeNull(column="grade_code"),
            gxe.ExpectColumnValuesToBeInSet(column="light_code", value_set=["green", "yellow", "red"]),
        ],
        "dim_customers_history": [no_rows("valid_before <= valid_from", "no version ends before it begins")],
        "dim_customer_records": [no_rows("(customer_id is null) <> (match_rule = 'unmatched')", "a link has a rule")],
        "fct_customer_match_review": [
            no_rows("match_probability not between 0 and 1", "a probability lies between 0 and 1"),
        ],
        "fct_risk_challengers": [gxe.ExpectColumnValuesToBeBetween(column="score", min_value=0, max_value=100)],
        "fct_grade_migration": [no_rows("customer_count < 1", "every row counts customers")],
        "fct_credit_exposure": [
            no_rows(
                "exposure_base_amount <> receivable_base_amount + not_billed_base_amount + open_order_base_amount "
                "- advance_base_amount - secured_base_amount",
                "the parts come to the exposure",
            ),
            no_rows("is_over_limit <> (exposure_base_amount > credit_limit_amount)", "equality passes"),
            no_rows(
                "(is_shipment_blocked is null) <> (block_rules is null and not_evaluable_block_rules is not null)",
                "what no rule could be asked neither blocks nor passes",
            ),
            no_rows("(exposure_base_amount is null or credit_limit_amount is null) and note is null", "what is missing says why"),
        ],
        "fct_group_exposure": [
            no_rows("customer_count < 1", "no group is empty"),
            no_rows("(exposure_base_amount is null or credit_limit_amount is null) and note is null", "what is missing says why"),
        ],
        "fct_credit_headroom": [
            no_rows("headroom_amount <> credit_limit_amount - exposure_base_amount", "headroom is what is left")
        ],
        "fct_concentration": [
            gxe.ExpectColumnValuesToBeBetween(column="top_share_pct", min_value=0, max_value=100),
            no_rows("herfindahl_index not between 0 and 10000.01", "an index lies between 0 and 10,000"),
            no_rows("(exposure_base_amount is null) <> (note is not null)", "what is missing says why"),
        ],
        "fct_grade_performance": [no_rows("bad_count not between 0 and customer_count", "no more go bad than there are")],
        "fct_scorecard_performance": [
            gxe.ExpectColumnValuesToBeBetween(column="auc", min_value=0, max_value=1),
            no_rows("auc not between auc_low and auc_high", "the area lies in its interval"),
            no_rows("(status_code = 'not_evaluable') <> (note is not null)", "what nobody can say says why"),
        ],
        "fct_customer_360": [no_rows("overdue_base_amount < 0", "nobody is overdue with less than nothing")],
        "fct_risk_factors": [
            gxe.ExpectColumnValuesToBeBetween(column="weight_pct", min_value=0, max_value=100),
            gxe.ExpectColumnValuesToBeBetween(column="points", min_value=0, max_value=100),
            no_rows("is_missing <> (measured_value is null)", "a missing input is marked, and only that"),
        ],
        "fct_alerts": [
            gxe.ExpectColumnValuesToBeInSet(column="level_code", value_set=["yellow", "orange", "red"]),
            no_rows("raised_on > as_of_date", "no alert stands before it was raised"),
            gxe.ExpectColumnValuesToNotBeNull(column="threshold_value"),
        ],
        "fct_alert_evaluations": [
            gxe.ExpectColumnValuesToBeInSet(column="status_code", value_set=["raised", "clear", "not_evaluable"]),
            no_rows(
                "(status_code = 'not_evaluable') <> (measured_value is null or threshold_value is null)",
                "what is not measured, or has no threshold, cannot be evaluated, and only that",
            ),
        ],
        "fct_alert_history": [no_rows("cleared_on <= raised_on", "no alert clears before it was raised")],
        "fct_alert_quality": [no_rows("real_count > judged_count", "no more become real than are judged")],
        "fct_limitation_periods": [no_rows("barred_on <= due_date", "no claim is barred before it is due")],
        "fct_payment_behaviour": [
            no_rows("payment_count <> early_count + on_day_count + late_count", "every payment is early, on the day or late"),
        ],
        "fct_dunning": [
            no_rows("(dunning_level is null) <> (block_reason is not null)", "no level without a reason, no block without one"),
            no_rows("dunning_level > asked_level", "no more is dunned than the stage asks"),
        ],
        "fct_collection_worklist": [
            no_rows("priority_points <> age_points + class_points + amount_points", "the parts come to the priority"),
            no_rows("next_action_on < as_of_date", "the next action lies ahead"),
        ],
        "fct_bad_debts": [
            no_rows("bad_debt_base_amount <> written_off_base_amount - recovered_base_amount", "written off less recovered"),
        ],
        "fct_collection_effectiveness": [
            no_rows("kept_count > promise_count", "no more promises are kept than fell due"),
            no_rows("level_key = 'no_contact' and contact_count > 0", "no contact is no contact"),
        ],
        "fct_financing_pool": [
            no_rows(
                "outstanding_base_amount <> eligible_base_amount + over_cap_base_amount + excluded_base_amount",
                "a debt is eligible, over the cap or excluded",
            ),
            no_rows("eligible_base_amount > customer_cap_base_amount", "no debt exceeds the cap alone"),
            no_rows("exclusion_rule is not null and eligible_base_amount <> 0", "what is excluded is not financed"),
        ],
        **{
            mart: [no_rows("load_id is null or line_number < 1", "every record stands on a line of a load")]
            for mart in ("fct_source_lines", "fct_record_lines")
        },
        "fct_cash_forecast": [
            no_rows(
                "expected_base_amount < 0 or expected_base_amount > open_base_amount",
                "no more is expected of a debt than is open",
            ),
        ],
        "fct_postings": [no_rows(f"accounting_date > {day}", "nothing after the as-of date shows")],
        "fct_settlements": [no_rows(f"effective_date > {day}", "nothing after the as-of date shows")],
        "fct_sales_performance": [no_rows("overdue_base_amount > receivable_base_amount", "no more is overdue than is owed")],
        "fct_key_figures": [
            no_rows("(figure_value is null) <> (status_code = 'not_evaluable')", "a figure that is missing says so")
        ],
        "fct_tie_outs": [not_empty],
    }
