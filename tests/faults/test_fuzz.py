"""Ten thousand damaged files through the readers and the loader: never a crash, never a line that is not counted."""

import random
from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from itertools import islice
from pathlib import Path

import duckdb
import pytest

from ingestion.contract import load_contracts
from ingestion.errors import DataRefusedError
from ingestion.loader import Load, load_table
from ingestion.profile import FileFormat, load_profile
from ingestion.synthetic import SyntheticSender, write_extracts
from ingestion.warehouse import create_raw_tables

FILES, FILES_IN_A_DATABASE = 10_000, 500
LINES_KEPT = 12
SEED = 1
WITH_HEADER = 0.2
# Each workbook starts a process to read it, so most files are texts.
WITH_WORKBOOKS = 0.3
AT = datetime(2026, 1, 1)  # noqa: DTZ001
Seed = tuple[str, str, bytes]
SPLICES = [
    b'"', b"'", b",", b";", b"\t", b"\n", b"\r\n", b"\r", b"\x00", b"\x01", b"\xff\xfe", b"\xef\xbb\xbf", b"{", b"}", b"[1]",
    b"1e400", b"-0", b"9" * 40, b"0001-01-01", b"2026-02-30", b"null", b"=1+1", b"\xe2\x80\xa8", b'""', "，".encode(),
]  # fmt: skip


@pytest.fixture(scope="module")
def seeds(tmp_path_factory: pytest.TempPathFactory) -> list[Seed]:
    """(table, file name, first lines) of every file that the demo's sender writes, CSV, JSON lines and Excel."""
    folder, profile = tmp_path_factory.mktemp("sender"), load_profile("demo")
    write_extracts(SyntheticSender(documents=300), folder)
    found = []
    for mapping in profile.tables:
        for path in sorted(folder.glob(mapping.files)):
            whole = path.read_bytes()
            kept = whole if mapping.file_format.format == "xlsx" else b"\n".join(whole.split(b"\n")[:LINES_KEPT]) + b"\n"
            found.append((mapping.table, path.relative_to(folder).as_posix(), kept))
    assert len(found) >= 15
    return found


def damaged(seeds: list[Seed]) -> Iterator[Seed]:
    """FILES files, each made of a good one by up to four mutations: flipped bits, cuts, repeats, splices, swapped lines."""
    chance = random.Random(SEED)
    texts = [seed for seed in seeds if not seed[1].endswith(".xlsx")]
    for _ in range(FILES):
        table, name, content = chance.choice(seeds if chance.random() < WITH_WORKBOOKS else texts)
        # Most damage is done below the header, or most files would be refused for it and nothing else be tried.
        beginning = 0 if chance.random() < WITH_HEADER else content.find(b"\n") + 1
        head, body = content[:beginning], content[beginning:]
        for _ in range(chance.randint(1, 4)):
            body = mutated(body, chance)
        yield table, name, head + body


def batched(files: Iterator[Seed], size: int) -> Iterator[list[Seed]]:
    while batch := list(islice(files, size)):
        yield batch


def mutated(content: bytes, chance: random.Random) -> bytes:
    if not content:
        return chance.choice(SPLICES)
    place, end = sorted(chance.randrange(len(content) + 1) for _ in range(2))
    match chance.randrange(6):
        case 0:
            flipped = chance.randrange(len(content))
            return content[:flipped] + bytes([content[flipped] ^ 1 << chance.randrange(8)]) + content[flipped + 1 :]
        case 1:
            return content[:place]
        case 2:
            return content[:place] + content[end:]
        case 3:
            return content[:end] + content[place:]
        case 4:
            return content[:place] + chance.choice(SPLICES) + content[place:]
        case _:
            lines = content.split(b"\n")
            chance.shuffle(lines)
            return b"\n".join(lines)


def physical_lines(content: bytes, file_format: FileFormat) -> int:
    """Lines as an editor counts them, whatever ends them; a byte order mark says how they are encoded."""
    marks = {b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16", b"\xef\xbb\xbf": "utf-8"}
    encoding = next((marks[mark] for mark in marks if content.startswith(mark)), file_format.encoding)
    text = content.decode(encoding, errors="replace").removeprefix("\ufeff")
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return text.count("\n") + (not text.endswith("\n") and text != "")


def assert_every_line_is_counted(con: duckdb.DuckDBPyConnection, load: Load, lines: int | None) -> None:
    """`lines`: what the file has by another count; None for a sheet, whose rows no byte count tells."""
    ((read, accounted, delivered, kept),) = con.execute(
        "select line_count, "
        "header_line_count + blank_line_count + continued_line_count + out_of_scope_line_count + delivered_row_count, "
        "delivered_row_count, loaded_row_count + quarantined_row_count from raw.loads where load_id = ?",
        [load.load_id],
    ).fetchall()
    assert read == accounted and delivered == kept and lines in (None, read), (load, lines, read, accounted)


def test_no_damaged_file_crashes_the_loader_and_no_line_goes_uncounted(seeds: list[Seed], tmp_path: Path) -> None:
    """Refused whole with a message, or loaded with every line one of: header, blank, out of scope, loaded, quarantined."""
    contracts, profile = load_contracts(), load_profile("demo")
    formats = {mapping.table: mapping.file_format for mapping in profile.tables}
    counts: Counter[str] = Counter()
    for batch in batched(damaged(seeds), FILES_IN_A_DATABASE):
        with duckdb.connect() as con:
            con.execute("set enable_progress_bar = false")
            create_raw_tables(con)
            for table, name, content in batch:
                path = tmp_path / "extracts" / name
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(content)
                try:
                    delivery = load_table(con, contracts[table], profile, tmp_path / "extracts", tmp_path / "archive", AT)
                except DataRefusedError as error:
                    assert name in str(error) and "To fix:" in str(error)
                    counts["refused"] += 1
                else:
                    is_sheet = formats[table].format == "xlsx"
                    for load in delivery.loads:
                        counts["loaded"] += load.loaded_row_count
                        counts["quarantined"] += load.quarantined_row_count
                        assert_every_line_is_counted(con, load, None if is_sheet else physical_lines(content, formats[table]))
                path.unlink()
    assert counts["refused"] > FILES // 100 and min(counts["loaded"], counts["quarantined"]) > FILES // 2, counts
