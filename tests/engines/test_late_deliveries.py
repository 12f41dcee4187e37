"""Late, backdated and corrected entries: only documents that they touch are derived anew, with the result of a whole build."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from tests.conftest import Home
from tests.engines.conftest import DELIVERIES, Engines

MODELS = ["+int_changes__documents_derived"]
PERIODS = "intermediate.int_ledger__balance_periods"
LAST = 1000
LEGS = [f"intermediate.int_ledger__legs_{step}" for step in ("ordered", "walked", "allocated")]


@pytest.fixture
def ledgers_copy(engines: Engines, tmp_path: Path) -> Iterator[Home]:
    """A copy of the drawn ledgers' working database that may be built again."""
    home = Home(tmp_path / "warehouse")
    home.path.mkdir()
    shutil.copy(engines.home.path / "working.duckdb", home.path)
    yield home
    shutil.rmtree(home.path)


def derived(home: Home) -> list[tuple]:
    """Every row of the models that are kept, as counts and sums of hashes."""
    with duckdb.connect(str(home.path / "working.duckdb"), read_only=True) as con:
        return [con.execute(f"select count(*), sum(hash(kept)) from {table} as kept").fetchone() for table in (PERIODS, *LEGS)]


def build_as_known(home: Home, known_through: int, target: Path, *models: str) -> tuple[int, int]:
    """Build with what the loads told through one of them; how many documents were derived anew, and how many delivered in ten."""
    with duckdb.connect(str(home.path / "working.duckdb")) as con:
        con.execute(f"update raw.refresh set known_through = {known_through}")
    done = home.dbt(target, "run", "--select", *(models or MODELS))
    assert done.returncode == 0, done.stdout
    return count_documents(home, "changed")


def count_documents(home: Home, which: str) -> tuple[int, int]:
    """Documents of int_changes__documents_changed or _derived, and those of companies that were delivered in ten parts."""
    counts = "select count(*), count(*) filter (company_code like '%-ten') from intermediate.int_changes__documents_"
    with duckdb.connect(str(home.path / "working.duckdb"), read_only=True) as con:
        return con.execute(counts + which).fetchone()  # type: ignore[return-value]


def test_a_later_delivery_derives_only_its_documents_anew(ledgers_copy: Home, tmp_path: Path) -> None:
    """Back before the tenth delivery of documents, which completes and corrects the ninth, and forward again."""
    whole = derived(ledgers_copy)
    with duckdb.connect(str(ledgers_copy.path / "working.duckdb")) as con:
        # Tables are loaded one after the other; the last documents come last of all here.
        con.execute(
            f"update raw.erp__documents set _load_id = {LAST} from raw.loads as loads "
            f"where loads.load_id = _load_id and loads.file_name = 'documents_{DELIVERIES:02d}.csv'"
        )
        con.execute(
            f"insert into raw.loads select * replace ({LAST} as load_id) from raw.loads "
            f"where file_name = 'documents_{DELIVERIES:02d}.csv'"
        )
        con.execute(f"insert into raw.deliveries values ({LAST}, {LAST}, 'erp.documents', 'canonical', {LAST}, null)")
    corrections_undone = build_as_known(ledgers_copy, LAST - 1, tmp_path / "target")
    earlier = derived(ledgers_copy)
    corrections_known = build_as_known(ledgers_copy, LAST, tmp_path / "target")
    assert derived(ledgers_copy) == whole != earlier
    documents, documents_in_ten = count_documents(ledgers_copy, "derived")
    for changed, changed_in_ten in (corrections_undone, corrections_known):
        assert 0 < changed == changed_in_ten < documents_in_ten < documents

    # A build that is killed before it notes what it derived: the next one must not take the notes of before for true.
    build_as_known(ledgers_copy, LAST - 1, tmp_path / "target", "+int_ledger__balance_periods")
    assert derived(ledgers_copy) == earlier
    build_as_known(ledgers_copy, LAST, tmp_path / "target")
    assert derived(ledgers_copy) == whole
