"""Checks of each load at landing: the suite that its contract implies, what was quarantined or not read as it stands, and what
can hardly be so.

Guards the border between files and the warehouse; dbt tests guard the inside, `candidate.py` guards publication.
"""

from dataclasses import asdict
from datetime import datetime
from pathlib import Path

import duckdb

from ingestion.contract import Contract
from ingestion.loader import Load
from ingestion.notes import HARMLESS, SHEET_OR_COLUMN, Note, registered_notes
from ingestion.profile import TableMapping, load_profile, profile_names
from ingestion.sql import quoted
from orchestration.ledger.fingerprint import combined_hash
from orchestration.quality.evidence import CheckOutcome, Recorded, record
from orchestration.quality.examples import rows_found
from orchestration.quality.plausibility import PLAUSIBILITY, check_plausibility, landing_policy
from orchestration.settings import Settings

SUITE, QUARANTINE, VALUES, COLUMNS = "landing_suite", "landing_quarantine", "landing_values", "landing_columns"
LANDING_CHECKS = {
    SUITE: "Loads meet the suite generated from the contract.",
    QUARANTINE: "No row of the loads was quarantined.",
    VALUES: "Every value of the loads was read as it stands.",
    COLUMNS: "Every sheet and column was read, and none is absent.",
    **PLAUSIBILITY,
}
SET_ASIDE = (
    "select load_id, line_number, column_name, reason from raw.quarantined_rows "
    "where load_id = {load_id} and is_row_loaded is not true"
)


def check_loads(settings: Settings, contract: Contract, loads: list[Load], at: datetime) -> list[CheckOutcome]:
    """Outcomes for every load, taking recorded evidence where there is some and checking where there is none.

    What can hardly be so is judged by the policy in force on the day of the check, which is that of the load.
    """
    outcomes, unchecked, recorded = [], [], Recorded(settings)
    for load in loads:
        known = [o for code in LANDING_CHECKS for o in recorded.outcomes(place_of(load), code)]
        if len(known) == len(LANDING_CHECKS):
            outcomes += known
        else:
            unchecked.append(load)
    if unchecked:
        # Imported where suites are run: a run without a new load does not wait for Great Expectations.
        from orchestration.quality.expectations import suite_runner
        from orchestration.quality.suites import landing_suite

        rules = landing_policy(settings, at.date())
        # One database file cannot be open in two ways, and the suite's runner opens it in its own.
        with duckdb.connect(str(settings.working_database)) as con:
            notes = registered_notes(con, contract.name)
        others = {
            load.load_id: [
                _quarantine_outcome(settings.working_database, load),
                *_note_outcomes(load, notes.get(load.load_id, [])),
                *check_plausibility(settings, contract, load, _mapping(contract, load), rules),
            ]
            for load in unchecked
        }
        with suite_runner(settings.working_database) as runner:
            for load in unchecked:
                # What was corrected afterwards was judged then; the evidence of a load is of what it loaded.
                query = (
                    f"select * from raw.{quoted(contract.raw_name)} where _load_id = {load.load_id} and _is_corrected is not true"
                )
                found = [
                    runner.run(SUITE, f"load {load.load_id}", query, landing_suite(contract, load), contract.key),
                    *others[load.load_id],
                ]
                record(settings, place_of(load), found, at)
                outcomes += found
    return outcomes


def _mapping(contract: Contract, load: Load) -> TableMapping | None:
    """How the load's profile reads its file; None where the profile has changed since."""
    if load.profile_name not in profile_names():
        return None
    mappings = load_profile(load.profile_name).mappings_of(contract)
    return mappings[load.mapping_number - 1] if load.mapping_number and load.mapping_number <= len(mappings) else None


def place_of(load: Load) -> str:
    """Where the evidence of a load stands."""
    return load_place(load.load_id, load.table_name, load.file_name, load.file_sha256, load.mapping_sha256)


def load_place(load_id: int, table_name: str, file_name: str, file_sha256: str, mapping_sha256: str) -> str:
    """Where the evidence of a load stands: also by what was loaded, and the contract and mapping by which it was.

    So no evidence is another load's, whatever number it had in a working database that was lost.
    """
    return f"loads/{load_id}-{combined_hash((table_name, file_name, file_sha256, mapping_sha256))[:32]}"


def _quarantine_outcome(database: Path, load: Load) -> CheckOutcome:
    counts = f"{load.quarantined_row_count} of {load.delivered_row_count} rows"
    summary = f"{load.file_name}: {counts} of {load.table_name} quarantined"
    if load.quarantined_row_count:
        with duckdb.connect(str(database)) as con:
            summary += f": {rows_found(con, SET_ASIDE.format(load_id=load.load_id))}"
    return CheckOutcome(QUARANTINE, f"load {load.load_id}", load.quarantined_row_count == 0, summary)


def _note_outcomes(load: Load, notes: list[Note]) -> list[CheckOutcome]:
    """Whether every value was read as it stands, and whether every sheet and column was used and every mapped one was there."""
    of_columns = [note for note in notes if note.kind_code in SHEET_OR_COLUMN]
    of_values = [note for note in notes if note not in of_columns]
    return [
        _note_outcome(VALUES, load, of_values, "every value was read as it stands"),
        _note_outcome(COLUMNS, load, of_columns, "every sheet and column was read"),
    ]


def _note_outcome(check_code: str, load: Load, notes: list[Note], otherwise: str) -> CheckOutcome:
    is_passed = all(note.kind_code in HARMLESS for note in notes)
    told = "; ".join(note.told for note in notes if is_passed or note.kind_code not in HARMLESS) or otherwise
    details = {"notes": [asdict(note) for note in notes]}
    return CheckOutcome(check_code, f"load {load.load_id}", is_passed, f"{load.file_name}: {told}", details)
