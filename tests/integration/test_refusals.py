"""What is wrong is refused in plain words with exit code 1, and the last published set stays as it was."""

import os
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import duckdb
import pytest

from orchestration.quality.evidence import CheckOutcome
from tests.conftest import RECEIVABLES, ROOT, WORKED_LEDGER, Home


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["refresh"], "Missing option '--as-of'"),
        (["refresh", "--as-of", "31.12.2025"], "does not match the format '%Y-%m-%d'"),
        (["refresh", "--as-of", "2025-12-31", "--colour"], "No such option"),
        (["quarantine", "--table", "erp.none"], "There is no table 'erp.none'; use one of: any.metrics, "),
        (["publish"], "No such command"),
    ],
)
def test_wrong_usage_exits_with_2(new_home: Callable[[], Home], arguments: list[str], said: str) -> None:
    done = new_home().run(*arguments)
    assert done.returncode == 2 and said in done.stderr


NOTHING_TO_REFRESH_FROM = (
    (["--extracts", "nowhere"], 2, "The extracts folder nowhere does not exist"),
    (["--profile", "nobody"], 2, "There is no sender profile 'nobody'"),
    (["--extracts", str(WORKED_LEDGER)], 1, "holds no file of receivable documents"),
)


def test_what_is_not_there_exits_with_2_another_senders_folder_with_1_and_both_say_what_to_do(
    new_home: Callable[[], Home],
) -> None:
    home = new_home()
    for arguments, code, said in NOTHING_TO_REFRESH_FROM:
        done = home.run("refresh", "--as-of", "2026-03-31", *arguments)
        assert done.returncode == code and said in done.stderr and "To fix:" in done.stderr
        assert "Traceback" not in done.stderr


def test_no_home_is_made_where_there_is_nothing_to_refresh_from(tmp_path: Path) -> None:
    """Nor where no folder is named, as a home that is not there has no extracts; nor for a benchmark or a demo of nothing."""
    home = tmp_path / "home"
    environment = {**os.environ, "RECEIVABLES_HOME": str(home), "PYTHONPATH": str(ROOT)}
    refresh = ["refresh", "--as-of", "2026-03-31"]
    for arguments, code in (
        *(([*refresh, *arguments], code) for arguments, code, _ in NOTHING_TO_REFRESH_FROM),
        (refresh, 2),
        (["refresh", "--as-of", "1999-12-31", "--profile", "canonical", "--extracts", str(WORKED_LEDGER)], 1),
        (["bench", "readers"], 1),
        (["bench", "refresh", "--documents", "0"], 2),
        (["demo", "--documents", "-5"], 2),
    ):
        done = subprocess.run([RECEIVABLES, *arguments], env=environment, capture_output=True, text=True, check=False, timeout=60)
        assert done.returncode == code, (arguments, done.stderr)
        assert not home.exists(), arguments


def test_a_date_that_no_refresh_can_be_made_for_is_refused(new_home: Callable[[], Home]) -> None:
    ledger = ("--profile", "canonical", "--extracts", str(WORKED_LEDGER))
    done = new_home().run("refresh", "--as-of", "1999-12-31", *ledger)
    assert done.returncode == 1 and "use a date from 2000-01-01" in done.stderr and "Traceback" not in done.stderr


@pytest.mark.parametrize("command", [[], ["demo"], ["refresh"], ["status"], ["dev"]])
def test_every_command_has_help_with_an_example(new_home: Callable[[], Home], command: list[str]) -> None:
    done = new_home().run(*command, "--help")
    assert done.returncode == 0 and "Example:" in done.stdout


Outcomes = list[CheckOutcome]


def _missing(outcomes: Outcomes) -> tuple[str, Outcomes, str]:
    return "candidate_suite", [], "candidate_suite: no evidence for"


def _failed(outcomes: Outcomes) -> tuple[str, Outcomes, str]:
    return "tie_out_rows_landed", [replace(one, is_passed=False) for one in outcomes], "tie_out_rows_landed (fct_tie_outs)"


def _partial(outcomes: Outcomes) -> tuple[str, Outcomes, str]:
    return "dbt_tests", outcomes[1:], "dbt_tests: no evidence for 1 of"


@pytest.mark.parametrize("made", [_missing, _failed, _partial])
def test_the_gate_fails_closed(demo_copy: Home, made: Callable[[Outcomes], tuple[str, Outcomes, str]]) -> None:
    """Evidence that a run left missing, failed or partial blocks, whatever the graph has drawn."""
    from orchestration.project.candidate import read_candidate
    from orchestration.quality.evidence import Recorded, record
    from orchestration.quality.gate import candidate_place, judge
    from orchestration.settings import Settings

    settings = Settings(home=demo_copy.path)
    as_of_date = demo_copy.query("select as_of_date from marts.dim_publication")[0][0]
    candidate = read_candidate(settings, as_of_date)
    assert judge(settings, candidate).is_passed
    place = candidate_place(candidate.candidate_id)
    check_code, _, said = made([])
    _, outcomes, _ = made(Recorded(settings).outcomes(place, check_code))
    if outcomes:
        record(settings, place, outcomes, datetime(2027, 1, 1))  # noqa: DTZ001
    else:
        (settings.evidence / place / f"{check_code}.json").unlink()
    verdict = judge(settings, candidate)
    assert not verdict.is_passed and any(said in problem for problem in verdict.blocking), verdict.blocking


def test_marts_that_changed_after_their_checks_are_not_published(demo_copy: Home) -> None:
    import duckdb

    from orchestration.project.candidate import read_candidate
    from orchestration.publication.publish import PublicationRefusedError, publish
    from orchestration.settings import Settings

    settings = Settings(home=demo_copy.path)
    shutil.rmtree(settings.publications)
    ((as_of_date, published_at),) = demo_copy.query("select as_of_date, published_at from marts.dim_publication")
    with duckdb.connect(str(settings.working_database)) as con:
        con.execute("update marts.fct_turnover set closing_base_amount = closing_base_amount + 0.01 where level = 'company'")
    settings.published.chmod(0o755)
    settings.serving_database.unlink()
    with pytest.raises(PublicationRefusedError, match="no longer holds the candidate"):
        publish(settings, read_candidate(settings, as_of_date), published_at, None)


def test_a_scorecard_whose_grades_stand_on_their_head_is_not_published(demo_copy: Home) -> None:
    from orchestration.quality.candidate import check_scorecards

    database = demo_copy.path / "working.duckdb"
    assert check_scorecards(database).is_passed
    with duckdb.connect(str(database)) as con:
        con.execute("update marts.fct_scorecard_performance set status_code = 'inverted' where scorecard_code = 'champion'")
    outcome = check_scorecards(database)
    assert not outcome.is_passed
    assert "180 days: inverted (AUC 0." in outcome.summary and "new policy version" in outcome.summary
