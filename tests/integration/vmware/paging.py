"""Pages for a server that has none: cuts the simulator's listings as vCenter would, for the fault proxy."""

from __future__ import annotations

import re
import threading

from tests.harness.proxy.messages import Answer
from tests.harness.proxy.rules import Exchange, Fault

FIRST, NEXT = "RetrievePropertiesEx", "ContinueRetrievePropertiesEx"
_OBJECTS = re.compile(rb"<objects>.*?</objects>", re.DOTALL)


class Paged(Fault):
    """Never more than `size` objects in one answer, and never more than the client asked for."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._lock = threading.Lock()
        self._waiting: dict[bytes, tuple[Answer, list[bytes]]] = {}
        self.pages = 0

    def before(self, exchange: Exchange) -> Answer | None:
        if exchange.request.action != NEXT:
            return None
        token = re.search(rb"<token>([^<]+)</token>", exchange.request.body)
        with self._lock:
            answer, left = self._waiting.pop(token[1] if token else b"")
        return self._page(answer, left, NEXT)

    def after(self, exchange: Exchange, answer: Answer) -> Answer | None:
        objects = _OBJECTS.findall(answer.body)
        if exchange.request.action != FIRST or len(objects) <= self._size:
            return None
        return self._page(answer, objects, FIRST)

    def _page(self, answer: Answer, objects: list[bytes], operation: str) -> Answer:
        here, left = objects[: self._size], objects[self._size :]
        inside = b"".join(here)
        with self._lock:
            self.pages += 1
            if left:
                token = f"page-{self.pages}".encode()
                self._waiting[token] = answer, left
                inside = b"<token>" + token + b"</token>" + inside
        start, end = answer.body.index(b"<objects>"), answer.body.rindex(b"</objects>") + len(b"</objects>")
        body = answer.body[:start] + inside + answer.body[end:]
        return answer.with_body(body.replace(FIRST.encode() + b"Response", operation.encode() + b"Response"))
