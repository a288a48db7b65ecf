"""A vCenter whose every answer a test decides, on loopback with TLS, and connections to it."""

from __future__ import annotations

import gzip
import re
import threading
from collections import Counter
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self

from mcm.contract import ConnectionForm, Region
from mcm.contract.conformance.context import PlainContext
from mcm_providers.vmware.adapter import VmwareProvider
from mcm_providers.vmware.descriptor import DESCRIPTOR
from mcm_providers.vmware.resources import READERS
from tests.harness.proxy.certificates import Certificates, Identity
from tests.providers.vmware.answers import SIGN_IN, Asked, Reply, Script, fault

USERNAME, PASSWORD = "canary-user-0001@vsphere.local", "kanari7-password-0002"
DATACENTER = Region("datacenter-2", "DC0", frozenset(READERS))


class Vcenter:
    """Answers each operation from `script`: a reply, a function, or a list of them of which the last one stays."""

    def __init__(self, script: Script | None = None, *, identity: Identity | None = None):
        self.script: Script = {**SIGN_IN, **(script or {})}
        self.asked: list[Asked] = []
        self._lock = threading.Lock()
        self._certificates = Certificates()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        context = self._certificates.context(identity or Identity.TRUSTED)
        self._server.socket = context.wrap_socket(self._server.socket, server_side=True)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._certificates.close()

    @property
    def port(self) -> int:
        return int(self._server.server_address[1])

    @property
    def ca_file(self) -> str:
        return str(self._certificates.ca_file)

    @property
    def counts(self) -> Counter[str]:
        return Counter(one.operation for one in self.asked)

    def bodies(self, operation: str) -> list[Asked]:
        return [one for one in self.asked if one.operation == operation]

    def form(self, **config: Any) -> ConnectionForm:
        given = {"host": "127.0.0.1", "port": self.port, "ca_file": self.ca_file, **config}
        return DESCRIPTOR.connection.validated(given, {"username": USERNAME, "password": PASSWORD})

    def connect(self, context: PlainContext | None = None, **config: Any) -> VmwareProvider:
        return VmwareProvider.connect(self.form(**config), context or PlainContext())

    def answer(self, asked: Asked) -> Reply:
        with self._lock:
            self.asked.append(asked)
            known = self.script.get(asked.operation)
            if isinstance(known, list):
                known = known.pop(0) if len(known) > 1 else known[0]
        if known is None:
            return Reply(b"", 404) if " " in asked.operation else fault("NotImplemented", asked.operation)
        return known if isinstance(known, Reply) else known(asked)

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        vcenter = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            wbufsize = -1

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
                soap = re.search(r"Body>\s*<(\w+)", body)
                operation = soap[1] if self.path == "/sdk" and soap else f"{self.command} {self.path}"
                reply = vcenter.answer(Asked(operation, body, dict(self.headers)))
                sent = reply.body
                self.send_response(reply.status)
                if "gzip" in self.headers.get("Accept-Encoding", "") and reply.headers.get("Content-Encoding") is None:
                    sent = gzip.compress(sent)
                    self.send_header("Content-Encoding", "gzip")
                self.send_header("Content-Type", reply.content_type)
                for name, value in reply.headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(sent) if reply.declared is None else reply.declared))
                self.end_headers()
                if self.command == "HEAD":
                    return
                if reply.pause is not None:
                    first, event = reply.pause
                    self.wfile.write(sent[:first])
                    self.wfile.flush()
                    event.wait(60)
                    sent = sent[first:]
                self.wfile.write(sent)
                if reply.declared is not None or reply.ends:
                    self.close_connection = True

            do_GET = do_HEAD = do_DELETE = do_POST  # noqa: N815

            def log_message(self, format: str, *args: Any) -> None:
                pass

        return Handler
