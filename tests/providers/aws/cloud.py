"""An AWS whose every answer a test decides, on loopback, and connections to it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Self
from urllib.parse import parse_qsl, urlsplit

from mcm.contract import ConnectionForm, Region, ResourceKind
from mcm.contract.conformance.context import PlainContext
from mcm_providers.aws.adapter import AwsProvider
from mcm_providers.aws.descriptor import DESCRIPTOR

REGION = Region("eu-central-1", "Frankfurt", frozenset(ResourceKind))
ACCESS_KEY, SECRET_KEY, TOKEN = "AKIACANARYCANARY0001", "kanari7-secret-key-0002", "kanari7-session-token-0003"


@dataclass(frozen=True)
class Reply:
    body: bytes
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    declared: int | None = None
    """A Content-Length other than the body's; the connection ends after the body."""
    chunked: bool = False


@dataclass(frozen=True)
class Asked:
    action: str
    form: dict[str, str]
    headers: dict[str, str]


Answer = Callable[[Asked], Reply]


def xml(action: str, inside: str, namespace: str = "http://ec2.amazonaws.com/doc/2016-11-15/") -> Reply:
    text = f'<?xml version="1.0" encoding="UTF-8"?>\n<{action}Response xmlns="{namespace}">{inside}</{action}Response>'
    return Reply(text.encode())


def refusal(code: str, message: str = "", status: int = 400, headers: Mapping[str, str] | None = None) -> Reply:
    """As EC2 words it."""
    text = (
        f"<Response><Errors><Error><Code>{code}</Code><Message>{message}</Message></Error></Errors>"
        "<RequestID>req-1</RequestID></Response>"
    )
    return Reply(text.encode(), status, headers or {})


class Cloud:
    """Answers each action with what `answers` has for it: a reply, or a function of what was asked."""

    def __init__(self, answers: Mapping[str, Reply | Answer]) -> None:
        self.answers = dict(answers)
        self.asked: list[Asked] = []
        self._server = _Server(("127.0.0.1", 0), _handler(self))
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}"

    def count(self, action: str) -> int:
        return sum(asked.action == action for asked in self.asked)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()

    def answer(self, asked: Asked) -> Reply:
        self.asked.append(asked)
        found = self.answers.get(asked.action)
        if found is None:
            return refusal("InvalidAction", f"no {asked.action} here")
        return found if isinstance(found, Reply) else found(asked)


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that hangs up is what some tests are about."""


def _handler(cloud: Cloud) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def do_any(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
            parts = urlsplit(self.path)
            form = dict(parse_qsl(f"{parts.query}&{body}", keep_blank_values=True))
            action = form.get("Action") or _s3_action(parts.path, form)
            headers = {name.lower(): value for name, value in self.headers.items()}
            reply = cloud.answer(Asked(action, form, headers))
            self.send_response(reply.status)
            for name, value in {"Content-Type": "text/xml;charset=UTF-8", **reply.headers}.items():
                self.send_header(name, value)
            if reply.chunked:
                self.send_header("Transfer-Encoding", "chunked")
                self.end_headers()
                self.wfile.write(b"%x\r\n%b\r\n0\r\n\r\n" % (len(reply.body), reply.body))
                return
            self.send_header("Content-Length", str(len(reply.body) if reply.declared is None else reply.declared))
            self.end_headers()
            self.wfile.write(reply.body)
            self.close_connection = reply.declared is not None

        do_GET = do_POST = do_any  # noqa: N815

        def log_message(self, format: str, *args: object) -> None:
            pass

    return Handler


def _s3_action(path: str, query: Mapping[str, str]) -> str:
    if path == "/":
        return "ListBuckets"
    return "GetBucketTagging" if "tagging" in query else "GetBucketLocation"


def form_for(url: str, *, token: str = "", **config: object) -> ConnectionForm:
    secrets = {"access_key_id": ACCESS_KEY, "secret_access_key": SECRET_KEY} | (
        {"session_token": token} if token else {}
    )
    return DESCRIPTOR.connection.validated({"endpoint_url": url, "region": REGION.native_id, **config}, secrets)


def connected(cloud: Cloud, context: PlainContext | None = None, token: str = "", **config: object) -> AwsProvider:
    return AwsProvider.connect(form_for(cloud.url, token=token, **config), context or PlainContext(seconds=20.0))
