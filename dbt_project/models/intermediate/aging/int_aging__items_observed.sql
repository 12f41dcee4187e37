-- All that is open on each day between which it is observed what became of debts, with days past due, bucket and status under the aging policy in force that day.
-- Grain: one row per as_of_date, company, document and instalment.
{{ config(materialized="view") }}
{{ open_items(ref("int_ledger__balance_periods"), "is_observed") }}
