"""Candidate, verdict and publication: what is about to be published, what speaks for it, and the switch. No Dagster inside."""
