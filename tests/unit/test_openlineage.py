"""OpenLineage events: what a step tells, in a file or to an endpoint, and what happens when nobody listens."""

import json
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from orchestration.graph.openlineage import emit, load_steps
from orchestration.settings import Settings

RUN = "07f8b289-dc58-4d9c-b3c7-68e0be37737c"
AT = datetime(2026, 3, 31, 6, tzinfo=UTC)
LOAD = {"table_name": "erp.documents", "file_name": "documents.csv", "file_sha256": "ab" * 32, "loaded_row_count": 61}


@pytest.fixture
def endpoint() -> Iterator[tuple[str, list[dict]]]:
    """A catalogue on the loopback address, and what it has received."""
    received: list[dict] = []

    class Catalogue(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            received.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(201)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Catalogue)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}", received
    server.shutdown()
    thread.join()
    server.server_close()


def assert_tells_of_the_load(events: list[dict]) -> None:
    assert [event["eventType"] for event in events] == ["START", "COMPLETE"]
    complete = events[1]
    assert complete["run"]["runId"] == events[0]["run"]["runId"]
    assert complete["run"]["facets"]["parent"]["run"]["runId"] == RUN
    (source,), (target,) = complete["inputs"], complete["outputs"]
    assert (source["name"], source["facets"]["version"]["datasetVersion"]) == ("file/documents.csv", "ab" * 32)
    assert (target["name"], target["outputFacets"]["outputStatistics"]["rowCount"]) == ("raw.erp__documents", 61)
    assert complete["eventTime"] == "2026-03-31T06:00:00+00:00"


def test_events_stand_in_a_file_of_the_run(tmp_path: Path) -> None:
    settings = Settings(tmp_path)
    assert emit(settings, RUN, load_steps([LOAD], AT)) is None
    lines = (settings.openlineage / f"{RUN}.jsonl").read_text(encoding="utf-8").splitlines()
    assert_tells_of_the_load([json.loads(line) for line in lines])


def test_events_go_to_the_endpoint_that_is_set(tmp_path: Path, endpoint: tuple[str, list[dict]]) -> None:
    url, received = endpoint
    assert emit(Settings(tmp_path, openlineage_url=url), RUN, load_steps([LOAD], AT)) is None
    assert_tells_of_the_load(received)
    assert list(tmp_path.iterdir()) == []


def test_an_endpoint_that_is_away_is_said_and_stops_nothing(tmp_path: Path, endpoint: tuple[str, list[dict]]) -> None:
    nobody = "http://127.0.0.1:9"
    problem = emit(Settings(tmp_path, openlineage_url=nobody), RUN, load_steps([LOAD], AT))
    assert problem is not None and problem.startswith(f"{nobody} did not take the OpenLineage events")
