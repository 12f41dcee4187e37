# Pairs of an unlinked record and a customer that could be the same, with the probability that splink gives them.
# Grain: one row per record_key and customer_id.
"""Fellegi and Sunter's model with the probabilities of the matching policy.

The same records always give the same answer, and a person approved what it rests on. Splink works on copies in a database of its
own in memory.
"""

import duckdb
from splink import Linker, SettingsCreator, block_on
from splink.backends.duckdb import DuckDBAPI
from splink.comparison_level_library import CustomLevel, ElseLevel, NullLevel
from splink.comparison_library import CustomComparison

COLUMNS = {"name": "normalised_name", "industry": "industry_code", "company": "company_code"}
EMPTY = "select ''::varchar as record_key, ''::varchar as customer_id, 0::double as match_probability where false"


def model(dbt, session):
    """One row per record_key and customer_id with the highest probability of its names."""
    dbt.config(materialized="table")
    return _similar_pairs(
        dbt.ref("int_identity__unlinked").to_arrow_table(), dbt.ref("int_identity__matching_policy").to_arrow_table()
    )


def _similar_pairs(records, policies):
    with duckdb.connect() as con:
        con.register("records", records)
        con.register("policies", policies)
        for side in ("record", "customer"):
            con.execute(
                f"create table {side}s_compared as select compared_key as unique_id, * from records where side = '{side}'"
            )
        counts = [con.execute(f"select count(*) from {side}s_compared").fetchone()[0] for side in ("record", "customer")]
        if not all(counts):
            return con.execute(EMPTY).to_arrow_table()
        api = DuckDBAPI(con)
        sides = [api.register(f"{side}s_compared", dataset_display_name=side) for side in ("record", "customer")]
        found = Linker(sides, _settings(con), log_level="ERROR").inference.predict(
            threshold_match_probability=con.execute("select min(review_probability) from policies").fetchone()[0]
        )
        return con.execute(
            # Splink puts either side on the left.
            f"""select records.record_key, customers.customer_id, max(pairs.match_probability) as match_probability
            from (
                select unique_id_l as one, unique_id_r as other, match_probability from {found.physical_name}
                union all
                select unique_id_r, unique_id_l, match_probability from {found.physical_name}
            ) as pairs
            inner join records_compared as records on pairs.one = records.unique_id
            inner join customers_compared as customers on pairs.other = customers.unique_id
            where records.record_key <> customers.record_key
            group by all"""
        ).to_arrow_table()


def _settings(con):
    """The policy as splink's settings: a comparison for each code, a level for each row."""
    prior = con.execute("select min(prior_probability) from policies").fetchone()[0]
    comparisons = []
    for code, column in COLUMNS.items():
        levels = [NullLevel(column)]
        rows = con.execute(
            "select minimum_similarity, m_probability, u_probability from policies where comparison_code = ? "
            "order by level_order",
            [code],
        ).fetchall()
        for similarity, m, u in rows:
            level = ElseLevel() if similarity is None else CustomLevel(_condition(column, similarity), str(similarity))
            levels.append(level.configure(m_probability=m, u_probability=u))
        comparisons.append(CustomComparison(levels, output_column_name=code))
    return SettingsCreator(
        link_type="link_only",
        comparisons=comparisons,
        blocking_rules_to_generate_predictions=[block_on("name_beginning")],
        probability_two_random_records_match=prior,
        retain_matching_columns=False,
    )


def _condition(column, similarity):
    if similarity == 1:
        return f"{column}_l = {column}_r"
    return f"jaro_winkler_similarity({column}_l, {column}_r) >= {similarity}"
