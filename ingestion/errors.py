"""What a user may see refused: bad input, or a name that nothing has, said plainly; and how foreign text is shown.

Programming errors are not caught or dressed up here.
"""

import re

# What a terminal would obey or a reader could not see: controls but the line's end, marks of writing direction, broken bytes.
UNSHOWN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\uffff\ud800-\udfff]"
)


class DataRefusedError(Exception):
    """Input that cannot be used as a whole: says what is wrong, where, and what to do next."""

    def __init__(self, what: str, fix: str) -> None:
        super().__init__(f"{visible(what)}\n  To fix: {visible(fix)}")
        self.what = visible(what)
        self.fix = visible(fix)


class NameRefusedError(DataRefusedError):
    """Somebody named what is not there, or not enough of it: wrong usage, and no fault of the data."""


def visible(text: str) -> str:
    """Foreign text as it may be shown on a terminal: what it would obey, or nobody could see, as an escape such as \\x1b."""
    return UNSHOWN.sub(_escape, text)


def _escape(character: re.Match[str]) -> str:
    code = ord(character.group())
    if 0xDC80 <= code <= 0xDCFF:
        code -= 0xDC00
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"
