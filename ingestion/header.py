"""The names by which a profile calls a file's columns: the captions of its header, made distinct, or what it calls them."""

import re
from collections.abc import Collection, Mapping, Sequence

from ingestion.errors import DataRefusedError, visible
from ingestion.texts import stripped

UNSHOWN = re.compile("[\x00-\x08\x0e-\x1f\x7f]")
# What stands in `delivered` beside the file's own columns.
OWN = ("line_number", "reader_problem")
POSITION = re.compile(r"#([1-9]\d*)")
FIX = "ask the sender for distinct column names, or correct `captions` in the profile; nothing was loaded"

Rows = Sequence[Sequence[str | None]]


def column_names(
    file_name: str, line: int, rows: Rows, captions: Mapping[str, Sequence[str]], heads: Collection[str] = ()
) -> tuple[str, ...]:
    """Names of a file's columns, from the row or rows of its header. Refused when two are alike or one cannot be shown.

    A caption that stands several times is numbered by its place, `Curr.#1` and `Curr.#2`, and so is one that the readers use
    themselves; what has no caption is `column 7`. `heads`: names of the columns that heads of sections fill.
    """
    shown = [caption or f"column {position}" for position, caption in enumerate(_joined(rows), start=1)]
    names = _renamed(file_name, line, _numbered(shown), captions)
    if odd := [name for name in names if UNSHOWN.search(name)]:
        raise DataRefusedError(f"{file_name}, line {line}: a column name holds a control character: {visible(odd[0])}.", FIX)
    twice = twice_or_more((*names, *heads, *OWN))
    if not names or twice:
        what = f"column names stand twice: {', '.join(twice)}" if names else "no columns"
        raise DataRefusedError(f"{file_name}, line {line}: {what}.", FIX)
    return names


def positions(count: int) -> tuple[str, ...]:
    """Captions of a file without a header: `#1`, `#2` and so on."""
    return tuple(f"#{position}" for position in range(1, count + 1))


def places_of(name: str, columns: Sequence[str]) -> list[str]:
    """The columns, of those of a file, that share this caption: `Curr.#1` and `Curr.#2` of `Curr.`."""
    return [column for column in columns if re.fullmatch(re.escape(name.lower()) + r"#\d+", column.lower())]


def twice_or_more(names: Sequence[str]) -> list[str]:
    """Names that stand several times; capitals do not count, as in SQL."""
    folded = [name.lower() for name in names]
    return sorted({name for name in names if folded.count(name.lower()) > 1})


def _joined(rows: Rows) -> list[str]:
    """One caption a column. Of several rows, an upper caption stands above all columns up to the next one."""
    *upper, lowest = [[_caption(cell) for cell in row] for row in rows] or [[]]
    width = max((len(row) for row in (*upper, lowest)), default=0)
    lowest += [""] * (width - len(lowest))
    found = []
    carried = ["" for _ in upper]
    for at, caption in enumerate(lowest):
        for level, row in enumerate(upper):
            if at < len(row) and row[at]:
                carried[level:] = [row[at], *("" for _ in carried[level + 1 :])]
        found.append(" ".join(part for part in (*carried, caption) if part) if caption or any(_at(upper, at)) else "")
    return found


def _at(rows: Rows, place: int) -> list[str | None]:
    return [row[place] for row in rows if place < len(row)]


def _caption(cell: str | None) -> str:
    """A caption on one line: spreadsheets break long ones."""
    return re.sub(r"\s*[\r\n]\s*", " ", stripped(cell or ""))


def _numbered(captions: Sequence[str]) -> list[str]:
    folded = [caption.lower() for caption in captions]
    return [
        f"{caption}#{folded[: at + 1].count(folded[at])}" if folded.count(folded[at]) > 1 or folded[at] in OWN else caption
        for at, caption in enumerate(captions)
    ]


def _renamed(file_name: str, line: int, names: list[str], captions: Mapping[str, Sequence[str]]) -> tuple[str, ...]:
    """Names with those in the place of captions that the profile gives; of several captions of one, the first that is there."""
    renamed = dict(enumerate(names))
    taken: dict[int, str] = {}
    for name, accepted in captions.items():
        at = next((place for caption in accepted if (place := _place(caption, names)) is not None), None)
        if at is not None and at in taken:
            raise DataRefusedError(
                f"{file_name}, line {line}: `captions` calls one column ({names[at]}) both {taken[at]} and {name}.", FIX
            )
        if at is not None:
            taken[at], renamed[at] = name, name
    return tuple(renamed[at] for at in range(len(names)))


def _place(caption: str, names: Sequence[str]) -> int | None:
    if caption in names:
        return names.index(caption)
    position = POSITION.fullmatch(caption)
    return int(position.group(1)) - 1 if position and int(position.group(1)) <= len(names) else None
