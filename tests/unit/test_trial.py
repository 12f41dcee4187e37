"""A delivery that is tried is told as a refresh would find it, and nothing of it stays."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from click.testing import CliRunner

from ingestion.profile import load_profile
from ingestion.trial import Total, tried
from orchestration.cli import main
from orchestration.report.sender import trial_lines
from orchestration.settings import PROJECT_ROOT
from tests.unit.conftest import LOADED_AT
from tests.unit.test_values import HEADER, line

USES = PROJECT_ROOT / "dbt_project" / "seeds" / "reference" / "source_uses.csv"


@pytest.fixture
def delivery(tmp_path: Path) -> Callable[[dict[str, str]], Path]:
    def put(files: dict[str, str]) -> Path:
        folder = tmp_path / "delivery"
        folder.mkdir(exist_ok=True)
        for name, content in files.items():
            (folder / name).write_text(content)
        return folder

    return put


DOCUMENTS = (
    HEADER + line(amount="100.00") + line(document_no="2", amount="50.00", currency_code="USD", document_date="2025-12-01")
    + line(document_no="3", document_type="receipt", amount="-30.00") + line(document_no="4", amount="x")
    + line(document_no="5", amount="y") + line(document_no="6", fx_rate="n/a")
)  # fmt: skip


def test_a_trial_tells_rows_sums_dates_and_what_was_set_aside_where(delivery: Callable[[dict[str, str]], Path]) -> None:
    folder = delivery({"documents.csv": DOCUMENTS, "readme.txt": "hello"})
    trial = tried(load_profile("canonical"), folder, "1GB", LOADED_AT)
    (documents,) = trial.tables
    assert (documents.table_name, documents.file_names) == ("erp.documents", ("documents.csv",))
    assert (documents.loaded_row_count, documents.quarantined_row_count) == (4, 2)
    assert documents.totals == (
        Total("invoice", "CNY", 2, Decimal("101.00")), Total("invoice", "USD", 1, Decimal("50.00")),
        Total("receipt", "CNY", 1, Decimal("-30.00")),
    )  # fmt: skip
    assert documents.dates == ("document_date", date(2025, 12, 1), date(2026, 1, 31))
    assert [(one.column_name, one.row_count, one.places) for one in documents.reasons] == [
        ("amount", 2, ("documents.csv line 5: x", "documents.csv line 6: y")), ("fx_rate", 1, ("documents.csv line 7: n/a",)),
    ]  # fmt: skip
    assert trial.unclaimed == ("readme.txt",)
    assert "erp.applications" in trial.absent and not trial.is_refused


def test_a_table_that_is_refused_does_not_hide_the_others(delivery: Callable[[dict[str, str]], Path]) -> None:
    folder = delivery({"documents.csv": DOCUMENTS, "customers.csv": "company_code\nA\n"})
    trial = tried(load_profile("canonical"), folder, "1GB", LOADED_AT)
    told = {table.table_name: table.refused for table in trial.tables}
    assert told["erp.documents"] is None and "no column" in str(told["erp.customers"])
    assert trial.is_refused
    assert any("erp.customers: refused. customers.csv: does not match" in text for text in trial_lines(trial, USES))


def test_the_command_leaves_nothing_and_names_what_will_be_missing(
    delivery: Callable[[dict[str, str]], Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RECEIVABLES_HOME", str(tmp_path / "home"))
    folder = delivery({"documents.csv": DOCUMENTS})
    done = CliRunner().invoke(main, ["sender", "try", "canonical", "--extracts", str(folder)])
    assert done.exit_code == 0, done.output
    assert "2 times: amount is not a number (documents.csv line 5: x; documents.csv line 6: y)" in done.output
    assert "  erp.applications: Every document stays open in full" in done.output
    assert not (tmp_path / "home").exists()
    (folder / "documents.csv").write_text("a\n1\n")
    assert CliRunner().invoke(main, ["sender", "try", "canonical", "--extracts", str(folder)]).exit_code == 1
    assert CliRunner().invoke(main, ["sender", "try", "nobody", "--extracts", str(folder)]).exit_code == 2
