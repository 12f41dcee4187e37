"""Who somebody is: the operating system's user, bound to a person by a dated table of the project. Nobody types a name."""

import csv
from datetime import date, datetime
from pathlib import Path

from orchestration.settings import Settings

PEOPLE = Path("seeds") / "reference" / "people.csv"


def person_name(settings: Settings, at: date) -> str | None:
    """The person that the user of the settings is on a day; None where the table names nobody."""
    with (settings.dbt_project / PEOPLE).open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            begins, ends = date.fromisoformat(row["valid_from"]), row["valid_before"]
            is_valid = begins <= at and (not ends or at < date.fromisoformat(ends))
            if int(row["user_id"]) == settings.user_id and is_valid:
                return " ".join(row["person_name"].split())
    return None


def signature(settings: Settings, at: datetime) -> str:
    """How the ledger names who did something: person and user, or the user where the table names no person."""
    account = f"{settings.user}, uid {settings.user_id}"
    name = person_name(settings, at.date())
    return f"{name} ({account})" if name else account
