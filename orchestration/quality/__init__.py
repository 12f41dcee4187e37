"""Checks and their evidence: suites at landing and on the candidate, tie-outs, and the gate's verdict. No Dagster inside."""
