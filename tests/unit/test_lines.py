"""The text of a line of an archived file is what an editor shows at that number, however its lines end."""

import hashlib
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import example, given, settings
from hypothesis import strategies as st

from ingestion.archive import archived_path
from ingestion.lines import line_texts

WORDS = st.text(alphabet="abc,;\"'0 应收账款", max_size=6)
ENDS = st.sampled_from(["\n", "\r\n", "\r"])


@settings(deadline=None)
@given(st.lists(st.tuples(WORDS, ENDS), min_size=1, max_size=8), st.booleans())
@example([("", "\r"), ("", "\r")], True)
@example([("a", "\r"), ("b", "\r\n")], False)
@example([("a", "\n"), ('"b', "\n"), ('c"', "\n")], False)
def test_every_line_has_the_number_that_an_editor_gives_it(lines: list[tuple[str, str]], ends_at_its_end: bool) -> None:
    text = "".join(word + end for word, end in lines)
    text = text if ends_at_its_end else text + "last"
    content = text.encode()
    shown = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    shown = shown[:-1] if ends_at_its_end else shown
    entry = {
        "file_sha256": hashlib.sha256(content).hexdigest(),
        "file_name": "documents.csv",
        "profile_name": "canonical",
        "table_name": "erp.documents",
    }
    with TemporaryDirectory() as folder:
        path = archived_path(Path(folder), entry["file_sha256"])
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        found = line_texts(Path(folder), entry, range(1, len(shown) + 1))
    # Of a record that goes on over several lines there is more: what stands on the others.
    assert {number: text.partition("\n")[0] for number, text in found.items()} == dict(enumerate(shown, 1))
