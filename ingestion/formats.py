"""Which texts a date format or a way of writing numbers stands for, as regular expressions for RE2. No text is read here."""

import re
from collections.abc import Collection

# Each part of a date has the digits that its directive says: %m is 01 to 12, %-m may lack the zero. What strptime takes beyond
# that (2026111 for %Y%m%d, infinity, blanks) is no date.
DIRECTIVES = {
    "Y": r"\d{4}", "y": r"\d{2}", "m": r"\d{2}", "d": r"\d{2}", "H": r"\d{2}", "I": r"\d{2}", "M": r"\d{2}", "S": r"\d{2}",
    "j": r"\d{3}", "f": r"\d{1,6}", "g": r"\d{3}", "b": "[A-Za-z]{3}", "B": "[A-Za-z]{3,9}", "a": "[A-Za-z]{3}",
    "A": "[A-Za-z]{6,9}", "p": "[AaPp][Mm]", "z": r"[+-]\d{2}:?\d{0,2}", "-m": r"\d{1,2}", "-d": r"\d{1,2}", "-H": r"\d{1,2}",
    "-I": r"\d{1,2}", "-M": r"\d{1,2}", "-S": r"\d{1,2}", "-y": r"\d{1,2}", "-j": r"\d{1,3}", "%": "%",
}  # fmt: skip
# Dates that are counts: milliseconds or seconds since 1970, as text of JSON, or days as spreadsheets count them.
COUNTED_DATES = {
    "epoch_ms": r"-?\d{11,14}", "epoch_s": r"-?\d{9,11}", "json_date": r"\\?/Date\(-?\d{1,14}(?:[+-]\d{4})?\)\\?/",
    "excel_1900": r"\d{5}(?:\.\d+)?", "excel_1904": r"\d{5}(?:\.\d+)?",
}  # fmt: skip
GROUPS = {"thousands": r"[1-9]\d{{0,2}}(?:{mark}\d{{3}})+", "indian": r"[1-9]\d?(?:{mark}\d{{2}})*{mark}\d{{3}}"}
# Writers take one of these for another.
ALIKE = {" ": r"[ \x{a0}\x{202f}\x{2009}]", "'": r"['\x{2019}]"}


def format_pattern(date_format: str) -> str:
    """The texts that a date format stands for, whole; refused when a part of it is not known."""
    if date_format in COUNTED_DATES:
        return COUNTED_DATES[date_format]
    pattern = ""
    for directive, other in re.findall(r"%(-?.)|([^%])", date_format, re.DOTALL):
        if directive and directive not in DIRECTIVES:
            raise ValueError(f"date format {date_format!r} has a part %{directive}, which is none of %{', %'.join(DIRECTIVES)}")
        pattern += DIRECTIVES[directive] if directive else _escaped(other)
    if not re.search(r"%-?[Yyj]", date_format):
        raise ValueError(f"date format {date_format!r} has no year")
    return pattern


def thousands_pattern(mark: str) -> str:
    """The thousands mark, with what writers take for it."""
    return ALIKE.get(mark, _escaped(mark))


def number_pattern(decimal: str, thousands: str, grouping: str) -> str:
    """Numbers as a sender writes them: a sign, digits or groups of them between thousands marks, then the decimal mark."""
    return "[+-]?" + unsigned_pattern(decimal, thousands, grouping)


def unsigned_pattern(decimal: str, thousands: str, grouping: str) -> str:
    """The digits of a number and the marks between them."""
    grouped = "|" + GROUPS[grouping].format(mark=thousands_pattern(thousands)) if thousands else ""
    point = _escaped(decimal)
    return rf"(?:(?:\d+{grouped})(?:{point}\d*)?|{point}\d+)"


def digits_pattern(decimal: str, thousands: str) -> str:
    """Where the digits of a number and their marks stand in a text that is one."""
    point, mark = _escaped(decimal), f"|{thousands_pattern(thousands)}" if thousands else ""
    return rf"[\d{point}](?:[\d{point}]{mark})*"


def signed_pattern(unsigned: str, signs: Collection[str], units: Collection[str]) -> str:
    """Numbers with one sign, before or in the ways that are named, and with a unit before or behind them."""
    unit = units_pattern(units)
    before, behind = (f"(?:{unit} *)?", f"(?: *{unit})?") if units else ("", "")
    forms = [f"[+-]?{before}{unsigned}{behind}", *([f"{unit} *[+-]{unsigned}{behind}"] if units else [])]
    if "trailing" in signs:
        forms += [f"{before}{unsigned}{behind} *[+-]", f"{before}{unsigned} *[+-]{behind}"]
    if "brackets" in signs:
        forms += [rf"\( *{before}{unsigned}{behind} *\)", rf"{before}\( *{unsigned} *\){behind}"]
    if "credit_debit" in signs:
        forms.append(rf"{before}{unsigned}{behind} *(?:CR|DR|Cr|Dr|cr|dr)\.?")
    return f"(?:{'|'.join(forms)})"


def negative_pattern(signs: Collection[str]) -> str:
    """What makes a number of `signed_pattern` negative: a minus, a bracket, or the word for a credit."""
    marks = {"brackets": r"\(", "credit_debit": r"(?:CR|Cr|cr)\.?$"}
    return "|".join(["-", *(mark for sign, mark in marks.items() if sign in signs)])


def units_pattern(units: Collection[str]) -> str:
    """Any of the units; the longest first, so that none is taken for the beginning of another."""
    return f"(?:{'|'.join(_escaped(unit) for unit in sorted(units, key=len, reverse=True))})"


def _escaped(text: str) -> str:
    return "".join(rf"\x{{{ord(character):x}}}" if not character.isalnum() else character for character in text)
