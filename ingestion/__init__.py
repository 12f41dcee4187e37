"""From a sender's files to typed raw tables: archive, read, check against the contract, load or quarantine.

Here belongs what knows files, contracts and loads, lowest of all rooms. What the figures mean, dbt and Dagster are unknown here.
"""
