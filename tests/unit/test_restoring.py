"""A working database is restored from the archive also after the mapping by which files were read has changed."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import pytest

from ingestion.contract import load_contracts
from ingestion.errors import DataRefusedError
from ingestion.loader import load_table
from ingestion.profile import Profile, load_profile
from ingestion.warehouse import create_raw_tables, open_working
from orchestration.ledger.ledger import Ledger
from orchestration.quality.raw import raw_problems, told_loads
from orchestration.rebuild.restore import bring_back, restore_working_database, tell_loads
from orchestration.settings import Settings

AT = datetime(2026, 1, 1)  # noqa: DTZ001
CONTRACT = load_contracts()["erp.documents"]
HEADER = "company_code,document_no,document_type,customer_code,document_date,currency_code,amount,reference_no\n"
PLAIN = HEADER + "A,1,invoice,K,2026-01-31,CNY,1.00,\n"
MARKED = HEADER + "A,2,invoice,K,2026-01-31,CNY,1.00,n/a\n"


@dataclass
class ReadAgain:
    """A home that loaded two files, one of which holds `n/a`, and read both once more when the profile called that nothing."""

    settings: Settings
    told_first: dict[int, object]

    def problems(self) -> list[str]:
        with open_working(self.settings.working_database, "1GB") as con:
            return raw_problems(con, told_loads(Ledger(self.settings.ledger).proven()))

    def references(self) -> list[tuple[int, str | None]]:
        with open_working(self.settings.working_database, "1GB") as con:
            return con.execute("select _load_id, reference_no from raw.erp__documents order by 1").fetchall()


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ReadAgain:
    settings = Settings(tmp_path / "home", user="li.na", user_id=1001)
    extracts = tmp_path / "extracts"
    extracts.mkdir()
    (extracts / "documents_1.csv").write_text(PLAIN)
    (extracts / "documents_2.csv").write_text(MARKED)
    profile = load_profile("canonical")
    changed = profile.model_copy(update={"tables": tuple(
        mapping.model_copy(update={"file_format": mapping.file_format.model_copy(update={"null_marks": ("n/a",)})})
        for mapping in profile.tables
    )})  # fmt: skip

    def load(by: Profile) -> None:
        with open_working(settings.working_database, "1GB") as con:
            create_raw_tables(con)
            made = load_table(con, CONTRACT, by, extracts, settings.archive, AT).loads
            tell_loads(settings, con, CONTRACT, [one.load_id for one in made], AT)

    load(profile)
    told = {load_id: told["mapping_sha256"] for load_id, told in told_loads(Ledger(settings.ledger).proven()).items()}
    monkeypatch.setattr("orchestration.rebuild.restore.recorded_profile", lambda _: changed)
    load(changed)
    return ReadAgain(settings, told)


def test_loads_of_an_earlier_mapping_are_restored_and_what_reads_otherwise_is_told(home: ReadAgain) -> None:
    assert home.references() == [(1, None), (2, "n/a"), (3, None), (4, None)] and home.problems() == []
    count, otherwise, _ = restore_working_database(home.settings, AT)
    # Load 1 holds what it held, and stays the load of the mapping that it was made under. Load 2 reads as nothing today.
    assert (count, otherwise) == (4, ["documents_2.csv (load 2 of erp.documents)"])
    assert home.references() == [(1, None), (2, None), (3, None), (4, None)] and home.problems() == []
    told = told_loads(Ledger(home.settings.ledger).proven())
    assert told[1]["mapping_sha256"] == home.told_first[1] != told[3]["mapping_sha256"]
    assert told[2]["mapping_sha256"] == told[4]["mapping_sha256"] != home.told_first[2]


def test_a_lost_working_database_catches_up_after_the_mapping_changed(home: ReadAgain) -> None:
    home.settings.working_database.unlink()
    with open_working(home.settings.working_database, "1GB") as con:
        create_raw_tables(con)
        bring_back(home.settings, con, AT)
    assert home.problems() == []


def test_what_the_same_mapping_reads_otherwise_is_refused(home: ReadAgain, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("orchestration.rebuild.restore.load_contents", lambda _: {4: "forged"})
    with pytest.raises(DataRefusedError, match="reads otherwise than it was loaded"):
        restore_working_database(home.settings, AT)
