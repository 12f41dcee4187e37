"""The dbt project as code sees it: its parsed manifest, its marts and their contracts, its lineage, and the candidate it built.

Here belongs what is read off the project and how dbt is started. Rules and figures are the project's own, below `dbt_project/`;
whether what it built is any good is for `quality`.
"""
