"""What is wrong is refused in plain words with exit code 1, and the last published set stays as it was."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.conftest import WORKED_LEDGER, Home


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["refresh"], "Missing option '--as-of'"),
        (["refresh", "--as-of", "31.12.2025"], "does not match the format '%Y-%m-%d'"),
        (["refresh", "--as-of", "2025-12-31", "--colour"], "No such option"),
        (["publish"], "No such command"),
    ],
)
def test_wrong_usage_exits_with_2(new_home: Callable[[], Home], arguments: list[str], said: str) -> None:
    done = new_home().run(*arguments)
    assert done.returncode == 2 and said in done.stderr


def test_missing_folders_and_profiles_exit_with_1_and_say_what_to_do(new_home: Callable[[], Home]) -> None:
    home = new_home()
    for arguments, said in (
        (["--extracts", "nowhere"], "The extracts folder nowhere does not exist"),
        (["--profile", "nobody"], "There is no sender profile 'nobody'"),
        (["--extracts", str(WORKED_LEDGER)], "holds no file of receivable documents"),
    ):
        done = home.run("refresh", "--as-of", "2026-03-31", *arguments)
        assert done.returncode == 1 and said in done.stderr and "To fix:" in done.stderr
        assert "Traceback" not in done.stderr


def test_a_date_that_no_refresh_can_be_made_for_is_refused(new_home: Callable[[], Home]) -> None:
    ledger = ("--profile", "canonical", "--extracts", str(WORKED_LEDGER))
    done = new_home().run("refresh", "--as-of", "1999-12-31", *ledger)
    assert done.returncode == 1 and "use a date from 2000-01-01" in done.stderr and "Traceback" not in done.stderr


@pytest.mark.parametrize("command", [[], ["demo"], ["refresh"], ["status"], ["dev"]])
def test_every_command_has_help_with_an_example(new_home: Callable[[], Home], command: list[str]) -> None:
    done = new_home().run(*command, "--help")
    assert done.returncode == 0 and "Example:" in done.stdout


def test_a_ledger_that_differs_by_a_cent_is_not_published(ledger: Home, tmp_path: Path) -> None:
    home, extracts = Home(tmp_path / "warehouse"), tmp_path / "extracts"
    shutil.copytree(ledger.path, home.path, symlinks=True)
    shutil.copytree(WORKED_LEDGER, extracts)
    balances = extracts / "gl_balances.csv"
    balances.write_text(balances.read_text().replace("10000.00", "10000.01"))
    done = home.run("refresh", "--as-of", "2026-03-31", "--profile", "canonical", "--extracts", str(extracts))
    assert done.returncode == 1
    assert "tie_out_aging_to_general_ledger" in done.stderr
    assert "2026-03-31 T1/CNY: 10000.00 against 10000.01" in done.stderr
    assert "untouched" in done.stderr and "Traceback" not in done.stderr
    assert home.content_hash() == ledger.content_hash()


def test_an_application_to_an_unknown_document_stops_the_build(new_home: Callable[[], Home], tmp_path: Path) -> None:
    home, extracts = new_home(), tmp_path / "extracts"
    shutil.copytree(WORKED_LEDGER, extracts)
    with (extracts / "applications.csv").open("a") as file:
        file.write("A1,X1,C01-R,NOWHERE,,2026-03-01,1.00\n")
    done = home.run("refresh", "--as-of", "2026-03-31", "--profile", "canonical", "--extracts", str(extracts))
    assert done.returncode == 1
    assert "applications_reach_documents" in done.stderr and "Traceback" not in done.stderr
    assert not home.serving_database.exists()


def _tamper_missing(evidence: Path) -> str:
    (evidence / "candidate_suite.json").unlink()
    return "candidate_suite: no evidence for 24 of 24"


def _tamper_failed(evidence: Path) -> str:
    file = evidence / "tie_out_rows_landed.json"
    body = json.loads(file.read_text())
    body[0]["is_passed"] = False
    file.write_text(json.dumps(body))
    return "tie_out_rows_landed (fct_tie_outs)"


def _tamper_partial(evidence: Path) -> str:
    file = evidence / "dbt_tests.json"
    file.write_text(json.dumps(json.loads(file.read_text())[1:]))
    return "dbt_tests: no evidence for 1 of"


def _tamper_foreign(evidence: Path) -> str:
    evidence.rename(evidence.with_name("0" * 32))
    return "dbt_tests: no evidence"


@pytest.mark.parametrize("tamper", [_tamper_missing, _tamper_failed, _tamper_partial, _tamper_foreign])
def test_the_gate_fails_closed(demo_copy: Home, tamper: Callable[[Path], str]) -> None:
    """Evidence that is missing, failed, partial or of another candidate blocks, whatever the graph has drawn."""
    from orchestration.publication.candidate import read_candidate
    from orchestration.quality.gate import candidate_evidence, judge
    from orchestration.settings import Settings

    settings = Settings(home=demo_copy.path)
    as_of_date = demo_copy.query("select as_of_date from marts.dim_publication")[0][0]
    candidate = read_candidate(settings, as_of_date)
    assert judge(settings, candidate).is_passed
    said = tamper(candidate_evidence(settings, candidate.candidate_id))
    verdict = judge(settings, candidate)
    assert not verdict.is_passed and any(said in problem for problem in verdict.blocking), verdict.blocking


def test_marts_that_changed_after_their_checks_are_not_published(demo_copy: Home) -> None:
    import duckdb

    from orchestration.publication.candidate import read_candidate
    from orchestration.publication.publish import PublicationRefusedError, publish
    from orchestration.settings import Settings

    settings = Settings(home=demo_copy.path)
    shutil.rmtree(settings.publications)
    ((as_of_date, published_at),) = demo_copy.query("select as_of_date, published_at from marts.dim_publication")
    with duckdb.connect(str(settings.working_database)) as con:
        con.execute("update marts.fct_turnover set closing_base_amount = closing_base_amount + 0.01 where level = 'company'")
    settings.serving_database.unlink()
    with pytest.raises(PublicationRefusedError, match="no longer holds the candidate"):
        publish(settings, read_candidate(settings, as_of_date), published_at, None)
