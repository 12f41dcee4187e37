-- All that is open on each balance date but those for rates only, differences of exchange that are posted too, with days past due, bucket and status under the aging policy in force that day.
-- Grain: one row per as_of_date, company, document and instalment.
{{ config(materialized="view") }}
{{ open_items(ref("int_ledger__balance_periods")) }}
