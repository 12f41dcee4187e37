"""Assets of a refresh: raw tables, dbt models, candidate, publication. Thin: each calls, then reports."""
