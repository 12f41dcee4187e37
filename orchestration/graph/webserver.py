"""Dagster's web server behind a guard: it answers this machine's own pages only.

A page of any site can have a browser send requests to 127.0.0.1, and a name that its owner has lead there. So a foreign Host or
Origin is refused, and what a foreign page can send without an Origin. `python -m orchestration.graph.webserver` takes the
arguments of `dagster-webserver`.
"""

from typing import Any
from urllib.parse import urlsplit

from dagster_webserver import cli
from dagster_webserver.app import create_app_from_workspace_process_context
from starlette.datastructures import Headers
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

HOSTS = ["127.0.0.1", "localhost"]
OWN_SITES = {"same-origin", "none"}
GRAPHQL = "/graphql"


class OwnPagesOnly:
    """Refuses requests that a page of another origin had a browser send, over HTTP and web sockets."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request through, or refuse it with 403."""
        if scope["type"] in ("http", "websocket") and (problem := foreign(scope)):
            # Of a web socket, the server makes an answer in place of the handshake a refusal.
            if scope["type"] == "websocket":
                await send({"type": "websocket.close", "code": 1008, "reason": problem})
            else:
                await PlainTextResponse(problem, 403)(scope, receive, send)
            return
        await self._app(scope, receive, send)


def foreign(scope: Scope) -> str | None:
    """Why a request is taken to be a foreign page's; None when it is one of our own."""
    headers = Headers(scope=scope)
    origin = headers.get("origin")
    if origin is not None and urlsplit(origin).netloc != headers.get("host"):
        return f"Refused: the request comes from {origin}."
    is_link = headers.get("sec-fetch-mode") == "navigate" and scope["path"] != GRAPHQL
    if headers.get("sec-fetch-site", "none") not in OWN_SITES and not is_link:
        return "Refused: the request comes from another site."
    if scope.get("method") == "GET" and scope["path"] == GRAPHQL and b"query=" in scope["query_string"]:
        return "Refused: questions to /graphql are posted."
    return None


def guarded_app(*arguments: Any, **options: Any) -> ASGIApp:
    """Dagster's own application behind the guard."""
    app = create_app_from_workspace_process_context(*arguments, **options)
    return TrustedHostMiddleware(OwnPagesOnly(app), allowed_hosts=HOSTS, www_redirect=False)


if __name__ == "__main__":
    cli.create_app_from_workspace_process_context = guarded_app  # type: ignore[attr-defined, assignment]
    cli.main()  # type: ignore[no-untyped-call]
