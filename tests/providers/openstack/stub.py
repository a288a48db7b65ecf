"""A scriptable OpenStack of one process: keystone's token and catalogue, and whatever answers a test lays out.

For what real services cannot be made to do on demand: cut and endless pages, old versions, strange answers. What they
do answer is in the cassettes.
"""

import json
import ssl
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from mcm.contract import ConnectionForm
from mcm.contract.conformance.context import PlainContext
from mcm_providers.openstack.adapter import OpenStackProvider
from mcm_providers.openstack.descriptor import DESCRIPTOR

PROJECT = "d3064ff8cb7a40a187bf8fddb67c377c"
USER = "434c2d4639b74ab9a1362de12524d519"
KEYSTONE_ID = "ae01155b428b4892bbf477d886ddf65a"
ROLES = [{"id": "155e653894fb4fc191267adc9b59a440", "name": "member"}]


@dataclass(frozen=True)
class Asked:
    """One request as the stub saw it. params: the last value of each."""

    method: str
    path: str
    query: tuple[tuple[str, str], ...]
    headers: Mapping[str, str]
    body: bytes = b""

    @property
    def params(self) -> dict[str, str]:
        return dict(self.query)

    def microversion(self) -> str:
        return self.headers.get("openstack-api-version", "").partition(" ")[2]


@dataclass
class Reply:
    status: int = 200
    body: object = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)
    content_type: str = "application/json"

    def encoded(self) -> bytes:
        return self.body if isinstance(self.body, bytes) else json.dumps(self.body).encode()


Answering = Callable[[Asked], Reply]


class Stub:
    """answers: path → a function or a body. A path that is not there gives what nova says of an unknown item."""

    def __init__(self) -> None:
        self.answers: dict[str, Answering | object] = {}
        self.asked: list[Asked] = []
        self.regions = ["RegionOne"]
        self.services = ["compute", "network", "image", "block-storage"]
        self.roles = ROLES
        self.url = ""
        self.token_reply: Answering | None = None

    def endpoint(self, service: str, region: str) -> str:
        base = f"{self.url}/{region}/{service}"
        return base + {"compute": "/v2.1", "block-storage": f"/v3/{PROJECT}"}.get(service, "")

    def path(self, service: str, rest: str, region: str = "RegionOne") -> str:
        version = {"network": "/v2.0", "image": "/v2"}.get(service, "")
        return urlsplit(self.endpoint(service, region)).path + version + rest

    def put(self, service: str, rest: str, answer: Answering | object, region: str = "RegionOne") -> None:
        self.answers[self.path(service, rest, region)] = answer

    def count(self, part: str) -> int:
        return sum(part in one.path for one in self.asked)

    def versions(self, compute: str = "2.100", volume: str = "3.71") -> None:
        """The version documents of compute and block storage in all regions."""
        for region in self.regions:
            for service, low, high in (("compute", "2.1", compute), ("block-storage", "3.0", volume)):
                root = self.path(service, "", region).removesuffix(f"/{PROJECT}")
                self.answers[f"{root}/"] = {"version": {"id": root, "min_version": low, "version": high}}

    def reply(self, asked: Asked) -> Reply:
        self.asked.append(asked)
        if asked.path == "/v3/auth/tokens":
            return self.token_reply(asked) if self.token_reply else self.token()
        answer = self.answers.get(asked.path)
        if answer is None:
            return Reply(404, {"itemNotFound": {"code": 404, "message": f"nothing at {asked.path}"}})
        if callable(answer):
            found: Reply = answer(asked)
            return found
        return answer if isinstance(answer, Reply) else Reply(body=answer)

    def token(self) -> Reply:
        catalogue: list[dict[str, Any]] = [
            {"id": f"id-of-{service}", "type": service, "name": service, "endpoints": self._endpoints(service)}
            for service in self.services
        ]
        catalogue.append({"id": KEYSTONE_ID, "type": "identity", "name": "keystone", "endpoints": []})
        token = {
            "methods": ["password"],
            "user": {"id": USER, "name": "admin", "domain": {"id": "default", "name": "Default"}},
            "project": {"id": PROJECT, "name": "demo", "domain": {"id": "default", "name": "Default"}},
            "roles": self.roles,
            "issued_at": "2026-11-20T12:00:00.000000Z",
            "expires_at": "2046-11-20T12:00:00.000000Z",
            "catalog": catalogue,
        }
        return Reply(201, {"token": token}, {"X-Subject-Token": "a-token-of-the-stub"})

    def _endpoints(self, service: str) -> list[dict[str, str]]:
        return [
            {"id": f"{region}-{service}", "interface": "public", "region_id": region, "region": region}
            | {"url": self.endpoint(service, region)}
            for region in self.regions
        ]

    def form(self, **config: object) -> ConnectionForm:
        answers = {"auth_url": f"{self.url}/v3", "username": "admin", "project_name": "demo"} | config
        return DESCRIPTOR.connection.validated(answers, {"password": "correct-horse"})

    def connect(self, context: PlainContext | None = None, **config: object) -> OpenStackProvider:
        return OpenStackProvider.connect(self.form(**config), context or PlainContext())


def paged(key: str, ids: list[str], size: int, **row: object) -> Answering:
    """A listing that pages as nova, cinder and neutron do: by marker, with a link while there may be more."""

    def answer(asked: Asked) -> Reply:
        marker = asked.params.get("marker")
        start = ids.index(marker) + 1 if marker else 0
        page = ids[start : start + size]
        body: dict[str, object] = {key: [{"id": one, "name": f"n-{one}", **row} for one in page]}
        if len(page) == size:
            body[f"{key}_links"] = [{"rel": "next", "href": f"http://inside.invalid/x?limit={size}&marker={page[-1]}"}]
        return Reply(body=body)

    return answer


@contextmanager
def running(tls: ssl.SSLContext | None = None) -> Iterator[Stub]:
    """The stub behind a server on a free port of the loopback; ends with the block."""
    stub = Stub()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        # Only what a test gives: real servers behind uwsgi send neither.
        sys_version, server_version = "", "stub"

        def log_message(self, format: str, *args: object) -> None:
            pass

        def _answer(self) -> None:
            parts = urlsplit(self.path)
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            headers = {name.lower(): value for name, value in self.headers.items()}
            query = tuple(parse_qsl(parts.query, keep_blank_values=True))
            reply = stub.reply(Asked(self.command, parts.path, query, headers, body))
            content = reply.encoded()
            self.send_response_only(reply.status)
            for name, value in (
                {"Content-Type": reply.content_type, "Content-Length": str(len(content))} | reply.headers
            ).items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_POST = do_PUT = do_DELETE = _answer  # noqa: N815 (as http.server has them)

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    if tls is not None:
        server.socket = tls.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
        # A client that refuses the certificate is what those tests are about.
        server.handle_error = lambda request, client_address: None  # type: ignore[method-assign]
    stub.url = f"{'http' if tls is None else 'https'}://127.0.0.1:{server.server_port}"
    stub.versions()
    try:
        yield stub
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
