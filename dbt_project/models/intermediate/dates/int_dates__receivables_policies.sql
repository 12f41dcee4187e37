-- The aging policy in force on each balance date.
-- Grain: one row per as_of_date.
{{ policy_by_date("aging", "policy_aging") }}
