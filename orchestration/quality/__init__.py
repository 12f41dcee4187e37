"""Checks and their evidence: suites at landing and on the candidate, tie-outs, and the gate's verdict.

Here belongs what finds a fault and what is kept of it. What a figure means stands in dbt's models and tests; what follows from a
verdict is for `publication`.
"""
