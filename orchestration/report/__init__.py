"""What the command line prints: read from the published file and the load register, never computed here. No Dagster inside."""
