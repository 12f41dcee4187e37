"""What a text is once blanks, widths and invisible characters no longer count: the same rule in SQL and in Python.

Codes and numbers that identify are compared in this form; other texts only lose the blanks at their ends.
"""

import re
import unicodedata

from ingestion.sql import literal

# Every character that Unicode calls white space, and the blank of Braille; as one class for RE2 and Python alike.
BLANK = r"\t-\r \x{85}\x{a0}\x{1680}\x{2000}-\x{200a}\x{2028}\x{2029}\x{202f}\x{205f}\x{2800}\x{3000}"
# Characters without any width: soft hyphen, joiners, marks of direction, fillers, the byte order mark.
INVISIBLE = (
    r"\x{ad}\x{34f}\x{61c}\x{115f}\x{1160}\x{17b4}\x{17b5}\x{180b}-\x{180e}\x{200b}-\x{200f}\x{202a}-\x{202e}"
    r"\x{2060}-\x{206f}\x{3164}\x{fe00}-\x{fe0f}\x{feff}\x{ffa0}"
)
# Plain ASCII and the common Chinese characters: nothing of them is ever normalised.
PLAIN = r"[!-~\x{4e00}-\x{9fff}]*"
WIDE = "".join(chr(code) for code in range(0xFF01, 0xFF5F))
NARROW = "".join(chr(code) for code in range(0x21, 0x7F))
# Of these, no code is ever one that a spreadsheet rewrote, or ambiguous: without =, # and E.
SURE = r"[!\"$-<>-DF-df-~\x{4e00}-\x{9fff} ]*"
OTHER_DIGITS = r"[\x{660}-\x{669}\x{6f0}-\x{6f9}\x{966}-\x{96f}\x{e50}-\x{e59}\x{1d7ce}-\x{1d7ff}]"
LOOK_ALIKES = r"[\p{Cyrillic}\p{Greek}]"
# What still leaves two readings of a code, as (pattern over it, what it is).
AMBIGUOUS = (
    (r"[\p{Cc}\p{Cf}\p{Co}\x{fffd}]", "holds a character that cannot be read"),
    (OTHER_DIGITS, "holds digits of another script"),
    (rf"[A-Za-z].*{LOOK_ALIKES}|{LOOK_ALIKES}.*[A-Za-z]", "mixes Latin letters with look-alikes of another script"),
)
# Nobody entered these: how programs write a code that they took for a number, and what spreadsheets write for want of a value.
REWRITTEN = r"^[+-]?\d+(?:[.,]\d+[eE][+-]?\d+|[eE][+-]\d+)$"
NO_VALUE = r"^(?:=.*|#(?:N/A|REF!|NAME\?|VALUE!|DIV/0!|NUM!|NULL!|SPILL!|CALC!|FIELD!|ERROR!|GETTING_DATA))$"


def stripped(text: str) -> str:
    """A text without blanks and invisible characters at its ends."""
    return _STRIP.sub("", text)


def normalised(text: str) -> str:
    """A code as it is compared: composed, narrow, nothing invisible, each run of blanks one space, none at the ends."""
    seen = _INVISIBLE.sub("", text.translate(str.maketrans(WIDE, NARROW)))
    return _BLANKS.sub(" ", unicodedata.normalize("NFC", seen)).strip(" ")


def stripped_sql(text: str) -> str:
    """SQL of `stripped`; a text of plain characters, as most are, costs one look."""
    ends = literal(f"^[{BLANK}{INVISIBLE}]+|[{BLANK}{INVISIBLE}]+$")
    return (
        f"case when regexp_full_match({text}, '{PLAIN}') then {text} "
        f"when regexp_matches({text}, {ends}) then regexp_replace({text}, {ends}, '', 'g') else {text} end"
    )


def normalised_sql(text: str) -> str:
    """SQL of `normalised`; a text of plain characters, as most codes are, costs one look."""
    # Composed last: what is made narrow, or loses a joiner, may then be composed with the mark behind it.
    narrow = f"translate({text}, {literal(WIDE)}, {literal(NARROW)})"
    seen = f"nfc_normalize(regexp_replace({narrow}, {literal(f'[{INVISIBLE}]+')}, '', 'g'))"
    return (
        f"case when regexp_full_match({text}, '{PLAIN}') then {text} "
        f"else trim(regexp_replace({seen}, {literal(f'[{BLANK}]+')}, ' ', 'g')) end"
    )


def figure_sql(text: str) -> str:
    """SQL of a number's or date's text without blanks at its ends, narrow, with the plain minus; most texts cost one look."""
    minus = f"translate({text}, '\u2212\ufe63\u2010\u2011', '----')"
    return (
        f"case when regexp_full_match({text}, '[!-~]*') then {text} "
        f"when regexp_full_match({text}, '[ -~]*') then trim({text}) else {normalised_sql(minus)} end"
    )


def python_pattern(pattern: str) -> str:
    """A pattern for RE2 in Python's own way of writing characters."""
    return re.sub(r"\\x\{([0-9a-f]+)\}", lambda code: re.escape(chr(int(code.group(1), 16))), pattern)


_STRIP = re.compile(python_pattern(f"^[{BLANK}{INVISIBLE}]+|[{BLANK}{INVISIBLE}]+\\Z"))
_BLANKS = re.compile(python_pattern(f"[{BLANK}]+"))
_INVISIBLE = re.compile(python_pattern(f"[{INVISIBLE}]+"))
