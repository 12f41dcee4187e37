"""`receivables dev` answers this machine's own pages, and nothing that another site has a browser send."""

import http.client
import json
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from datetime import datetime

import pytest

from orchestration.graph.tidy import tidy
from orchestration.settings import Settings
from tests.conftest import RECEIVABLES, Home

WAITED_SECONDS = 180
QUESTION = {"query": "{ version }"}


@pytest.fixture(scope="module")
def home(new_home: Callable[[], Home]) -> Home:
    return new_home()


@pytest.fixture(scope="module")
def port(home: Home) -> Iterator[int]:
    """The port of a UI that runs on an empty home; ended by SIGTERM, with the exit code that says so."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        number = free.getsockname()[1]
    process = subprocess.Popen(
        [RECEIVABLES, "dev", "--port", str(number)], env=home.environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
    try:
        for _ in range(WAITED_SECONDS):
            if process.poll() is not None:
                break
            try:
                if answered(number, "GET", "/server_info", {})[0] == http.client.OK:
                    break
            except OSError:
                time.sleep(1)
        assert process.poll() is None, process.stdout.read().decode() if process.stdout else ""
        yield number
    finally:
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=WAITED_SECONDS)
    assert process.returncode == 128 + signal.SIGTERM


def answered(port: int, method: str, path: str, headers: dict[str, str], body: object = None) -> tuple[int, str]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    try:
        text = None if body is None else json.dumps(body)
        connection.request(method, path, text, {"Host": f"127.0.0.1:{port}", "Content-Type": "application/json", **headers})
        answer = connection.getresponse()
        return answer.status, answer.read().decode(errors="replace")
    finally:
        connection.close()


def test_our_own_page_is_answered(port: int) -> None:
    for host in ("127.0.0.1", "localhost"):
        headers = {"Host": f"{host}:{port}", "Origin": f"http://{host}:{port}", "Sec-Fetch-Site": "same-origin"}
        status, text = answered(port, "POST", "/graphql", headers, QUESTION)
        assert status == http.client.OK and "version" in text, text
    # A person follows a link, also one of another site.
    link = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate"}
    assert answered(port, "GET", "/", link)[0] == http.client.OK


def test_a_run_leaves_the_pages_able_to_start_the_next(port: int, home: Home) -> None:
    """Every run first empties the home's folder for temporary files; the sockets by which the graph is reached are not there."""
    plan = {
        "query": """query Plan($job: PipelineSelector!) {
            executionPlanOrError(pipeline: $job, mode: "default") { __typename } }""",
        "variables": {
            "job": {
                "repositoryName": "__repository__", "repositoryLocationName": "orchestration.graph.definitions",
                "pipelineName": "daily_refresh",
            }
        },
    }  # fmt: skip
    planned = (http.client.OK, '{"data":{"executionPlanOrError":{"__typename":"ExecutionPlan"}}}')
    # The pages answer before the graph is there.
    for _ in range(WAITED_SECONDS):
        if answered(port, "POST", "/graphql", {}, plan) == planned:
            break
        time.sleep(1)
    tidy(Settings(home.path), datetime(2026, 1, 1))  # noqa: DTZ001
    assert answered(port, "POST", "/graphql", {}, plan) == planned


@pytest.mark.parametrize(
    ("method", "path", "headers"),
    [
        ("POST", "/graphql", {"Host": "evil.example"}),
        ("POST", "/graphql", {"Host": "evil.example:3000", "Origin": "http://evil.example:3000"}),
        ("POST", "/graphql", {"Origin": "https://evil.example"}),
        ("POST", "/graphql", {"Origin": "null"}),
        ("POST", "/graphql", {"Origin": "http://127.0.0.1:1"}),
        ("POST", "/graphql", {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "no-cors"}),
        ("POST", "/graphql", {"Sec-Fetch-Site": "same-site"}),
        ("GET", "/graphql?query=mutation%20%7B%20x%20%7D", {}),
        ("GET", "/graphql", {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate"}),
    ],
)
def test_what_another_site_sends_is_refused(port: int, method: str, path: str, headers: dict[str, str]) -> None:
    status, text = answered(port, method, path, headers, QUESTION if method == "POST" else None)
    assert status in (http.client.BAD_REQUEST, http.client.FORBIDDEN) and "version" not in text, (status, text)


def test_a_web_socket_of_another_site_is_refused(port: int) -> None:
    handshake = {
        "Connection": "Upgrade", "Upgrade": "websocket", "Sec-WebSocket-Version": "13",
        "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==", "Sec-WebSocket-Protocol": "graphql-ws",
    }  # fmt: skip
    assert answered(port, "GET", "/graphql", {**handshake, "Origin": "https://evil.example"})[0] == http.client.FORBIDDEN
