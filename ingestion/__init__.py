"""From a sender's files to typed raw tables: archive, read, check against the contract, load or quarantine.

Knows files, contracts and loads. Knows nothing of what the figures mean, of dbt or of Dagster.
"""
