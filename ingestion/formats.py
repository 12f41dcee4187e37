"""Which texts a date format or a way of writing numbers stands for, as regular expressions for RE2. No text is read here."""

import re

# Each part of a date has the digits that its directive says: %m is 01 to 12, %-m may lack the zero. What strptime takes beyond
# that (2026111 for %Y%m%d, infinity, blanks) is no date.
DIRECTIVES = {
    "Y": r"\d{4}", "y": r"\d{2}", "m": r"\d{2}", "d": r"\d{2}", "H": r"\d{2}", "I": r"\d{2}", "M": r"\d{2}", "S": r"\d{2}",
    "j": r"\d{3}", "f": r"\d{1,6}", "g": r"\d{3}", "b": "[A-Za-z]{3}", "B": "[A-Za-z]{3,9}", "a": "[A-Za-z]{3}",
    "A": "[A-Za-z]{6,9}", "p": "[AaPp][Mm]", "z": r"[+-]\d{2}:?\d{0,2}", "-m": r"\d{1,2}", "-d": r"\d{1,2}", "-H": r"\d{1,2}",
    "-I": r"\d{1,2}", "-M": r"\d{1,2}", "-S": r"\d{1,2}", "-y": r"\d{1,2}", "-j": r"\d{1,3}", "%": "%",
}  # fmt: skip
GROUPS = {"thousands": r"[1-9]\d{{0,2}}(?:{mark}\d{{3}})+", "indian": r"[1-9]\d?(?:{mark}\d{{2}})*{mark}\d{{3}}"}
# Writers take one of these for another.
ALIKE = {" ": r"[ \x{a0}\x{202f}\x{2009}]", "'": r"['\x{2019}]"}


def format_pattern(date_format: str) -> str:
    """The texts that a date format stands for, whole; refused when a part of it is not known."""
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
    """Numbers as a sender writes them: digits, or groups of them between thousands marks, then the decimal mark."""
    grouped = "|" + GROUPS[grouping].format(mark=thousands_pattern(thousands)) if thousands else ""
    point = _escaped(decimal)
    return rf"[+-]?(?:(?:\d+{grouped})(?:{point}\d*)?|{point}\d+)"


def _escaped(text: str) -> str:
    return "".join(rf"\x{{{ord(character):x}}}" if not character.isalnum() else character for character in text)
