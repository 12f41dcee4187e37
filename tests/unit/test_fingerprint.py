"""Content hashes see rows and not their order."""

import duckdb
import pytest

from orchestration.ledger.fingerprint import table_hash


def hash_of(query: str) -> str:
    with duckdb.connect() as con:
        con.execute(f"create table t as {query}")
        return table_hash(con, "t")


TWO = "select * from (values (1, 'a'), (2, null)) as t(n, c)"


def test_order_does_not_matter() -> None:
    assert hash_of(TWO) == hash_of(f"{TWO} order by n desc")


@pytest.mark.parametrize(
    "other",
    [
        "select * from (values (1, 'a'), (2, 'b')) as t(n, c)",
        "select * from (values (1, 'a'), (2, '')) as t(n, c)",
        "select * from (values (1, 'a'), (2, null)) as t(n, d)",
        "select * from (values (1::bigint, 'a'), (2, null)) as t(n, c)",
        f"{TWO} union all {TWO}",
        f"{TWO} union all select 3, 'x' union all select 3, 'x'",
        "select 1 as n, 'a' as c where false",
    ],
)
def test_a_changed_value_name_type_or_repeated_row_does(other: str) -> None:
    assert hash_of(TWO) != hash_of(other)


def test_a_value_cannot_move_to_the_next_column_unseen() -> None:
    assert hash_of("select 'ab' as x, 'c' as y") != hash_of("select 'a' as x, 'bc' as y")
