"""The as-of dates that a refresh can be made for: those of this century."""

from datetime import date

from ingestion.errors import DataRefusedError

FIRST_DATE, END_DATE = date(2000, 1, 1), date(2100, 1, 1)


def refuse_other_centuries(as_of_date: date) -> None:
    """Refuse an as-of date that no refresh can be made for."""
    if not FIRST_DATE <= as_of_date < END_DATE:
        raise DataRefusedError(f"There is no refresh as of {as_of_date}.", f"use a date from {FIRST_DATE} and before {END_DATE}")
