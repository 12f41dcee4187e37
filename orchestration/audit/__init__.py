"""What happened, told so that tampering shows: the ledger of runs, its proof, and the way from a figure to its lines.

No Dagster inside.
"""
