"""The wire between adapter and simulated cloud: signing in, paging, latency, throttling and faults, no sockets.

Everything an HTTP client of a real cloud would do through the CallContext is done here, once for each request.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeVar

from mcm.contract import CallContext
from mcm.contract import ResourceKind as K
from mcm_providers.simulated.cloud.ids import mixed
from mcm_providers.simulated.cloud.ids import number as number_of
from mcm_providers.simulated.cloud.shape import Document
from mcm_providers.simulated.errors import ApiError
from mcm_providers.simulated.faults import Fault
from mcm_providers.simulated.settings import Settings
from mcm_providers.simulated.world import World

_Answer = TypeVar("_Answer")
_SLICE = 0.05  # seconds; so that cancellation ends a wait soon
_ATTEMPTS = 5
_RETRY_AFTER = 0.1
_HOSTILE = (
    "<script>alert(1)</script>", "\x1b[2J\x1b]0;gone\x07", "=cmd|' /C calc'!A0", "\u202egnp.exe", "a\x00b", "'; --",
    "\ufffd" * 40, "../../etc/passwd", "%s%n{0}", "x" * 10_000_000,
)  # fmt: skip


@dataclass(slots=True)
class Page:
    """before: how many documents the cloud sent ahead of this page. last: the cloud says the listing ends here."""

    documents: list[Document]
    marker: str
    before: int
    last: bool


class CloudClient:
    def __init__(self, world: World, settings: Settings, context: CallContext) -> None:
        self._world, self._settings, self._context = world, settings, context
        self._project: str | None = None

    def sign_in(self) -> str | None:
        """The native id of the project that limits this account; None: it sees everything."""
        return self._request("sign-in", "", self._limit)

    def regions(self) -> list[tuple[str, str]]:
        return self._request("regions", "", self._world.cloud.regions)

    def page(self, kind: K, region: str, marker: str) -> Page:
        return self._request(kind, region, lambda: self._page(kind, region, marker))

    def find(self, kind: K, region: str, ids: Sequence[tuple[str, str]]) -> list[tuple[str, Document] | None]:
        """For each (native id, native scope) its region and document; None where the cloud says "not found"."""

        def answer() -> list[tuple[str, Document] | None]:
            limit = self._limit()
            found = [self._world.find(kind, *one) for one in ids]
            self._hostile([one[1] for one in found if one is not None])
            return [one if one is not None and _may_see(kind, one[1], limit) else None for one in found]

        return self._request(kind, region, answer)

    def act(self, action: str, region: str, answer: Callable[[], _Answer]) -> _Answer:
        """One request that changes something, or looks what became of one; never repeated here. The fault "dropped"
        lets the cloud do it and loses the answer."""
        call = f"act:{action}"
        result = self._request(call, region, answer, attempts=1)
        if any(fault.effect == "dropped" and fault.meets(call, region) for fault in self._faults()):
            raise ApiError(0, "connection_reset", "the connection was closed before the answer came")
        return result

    def _limit(self) -> str | None:
        asked = self._settings.project
        if not asked:
            return None if "admin" in self._world.rights else self._world.first_project()
        if self._project is None:
            for document in self._world.each(K.PROJECT):
                if asked in (document["id"], document["name"]):
                    self._project = str(document["id"])
                    break
            else:
                raise ApiError(401, "project_unknown", f"there is no project '{asked}' for this user")
        return self._project

    def _page(self, kind: K, region: str, marker: str) -> Page:
        generation = self._world.generation
        if kind not in self._world.cloud.kinds(region):
            raise ApiError(404, "no_service", f"there is no service for {kind}")
        place = [int(part) for part in marker.split(".")] if marker else [0, 0, 1, generation]
        position, before, number, began = place
        if began != generation:
            raise ApiError(200, "changed", "the cloud was described anew while it was listed")
        strikes = {fault.what for fault in self._faults() if fault.page == number and fault.meets(kind, region)}
        if "garbled" in strikes:
            raise ApiError(200, "garbled", "the answer is HTML, not a document")
        if "empty" in strikes:
            return Page([], f"{position}.{before}.{number + 1}.{generation}", before, last=False)
        documents, after = self._read(kind, region, position)
        if "lost" in strikes:
            before += len(documents)
            documents, after = self._read(kind, region, after) if after is not None else ([], None)
        if "cut" in strikes:
            return Page(documents, "", before, last=False)
        if "repeat" in strikes and number > 1:
            return Page(documents, marker, before, last=False)
        if "repeat" in strikes:
            return Page(documents, f"0.{before + len(documents)}.2.{generation}", before, last=False)
        if after is None:
            return Page(documents, "", before, last=True)
        return Page(documents, f"{after}.{before + len(documents)}.{number + 1}.{generation}", before, last=False)

    def _read(self, kind: K, region: str, position: int) -> tuple[list[Document], int | None]:
        limit, documents = self._limit(), list[Document]()
        while len(documents) < self._settings.page_size:
            here = self._world.documents(kind, region, position)
            if here is None:
                return self._hostile(documents), None
            documents += here if limit is None else [one for one in here if _may_see(kind, one, limit)]
            position += 1
        return self._hostile(documents), position

    def _hostile(self, documents: list[Document]) -> list[Document]:
        if any(fault.what == "hostile" for fault in self._faults()):
            for document in documents:
                throw = number_of(document["id"])
                if throw % 9 == 0:
                    document["name"] = _HOSTILE[throw // 9 % len(_HOSTILE)]
        return documents

    def _faults(self) -> Iterator[Fault]:
        yield from self._settings.faults
        yield from self._world.faults

    def _request(self, call: str, region: str, answer: Callable[[], _Answer], attempts: int = _ATTEMPTS) -> _Answer:
        context = self._context
        for attempt in range(1, attempts + 1):
            context.before_call("simulated", region)
            status, received, retry_after = 0, 0, None
            try:
                self._wait(self._settings.latency)
                self._strike(call, region, self._world.count_call(call, region))
                self._world.refresh()
                self._world.settle()
                result = answer()
                status, received = 200, _size(result)
                return result
            except ApiError as error:
                status, retry_after = error.status, error.retry_after
                if error.status != 429 or attempt == attempts:
                    raise
            finally:
                context.after_call(status=status, received=received, retry_after=retry_after)
            self._wait(_RETRY_AFTER)
        raise AssertionError("the last attempt returns or raises")

    def _strike(self, call: str, region: str, number: int) -> None:
        """Every way in which the cloud refuses before it looks at what was asked."""
        if self._settings.token == "wrong":  # noqa: S105 (the documented token that is refused)
            raise ApiError(401, "invalid_token", "the token is wrong")
        if self._settings.token == "expired":  # noqa: S105
            raise ApiError(401, "token_expired", "the token has expired")
        throw = mixed(number) % 1000 / 1000.0
        for fault in self._faults():
            if fault.what == "expired":
                raise ApiError(401, "token_expired", "the token has expired")
            if fault.what == "throttle" and throw < fault.share:
                raise ApiError(429, "throttled", "too many requests", retry_after=_RETRY_AFTER)
            if fault.what == "flaky" and 1.0 - throw <= fault.share:
                raise ApiError(503, "unavailable", "the service is not available for a moment")
            if fault.what == "call" and fault.effect != "dropped" and fault.meets(call, region):
                self._effect(fault.effect, call)

    def _effect(self, effect: str, call: str) -> None:
        if effect == "hang":
            while True:
                self._wait(60.0)
        if effect == "denied":
            raise ApiError(403, "forbidden", f"you may not read {call}", permission=f"simulated:{call}:list")
        if effect == "throttled":
            raise ApiError(429, "throttled", "too many requests", retry_after=_RETRY_AFTER)
        if effect == "busy":
            raise ApiError(409, "busy", "another task is in flight")
        if effect == "full":
            raise ApiError(413, "quota", "the quota is used up")
        if effect == "missing":
            raise ApiError(404, "no_service", f"there is no service for {call}")
        if effect == "garbled":
            raise ApiError(200, "garbled", "the answer is HTML, not a document")
        raise ApiError(0, "connection_refused", "the endpoint does not answer")

    def _wait(self, seconds: float) -> None:
        """Raises Unreachable when the deadline comes first."""
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0:
            self._context.check()
            time.sleep(min(left, _SLICE, max(self._context.remaining(), 0.001)))
        self._context.check()


def _may_see(kind: K, document: Document, limit: str | None) -> bool:
    if limit is None or document.get("project") in (None, limit) or document.get("shared"):
        return True
    return kind is K.IMAGE and document.get("visibility") == "public"


def _size(answer: object) -> int:
    """About what it would weigh on a wire: the first item times their number."""
    items = answer.documents if isinstance(answer, Page) else answer
    return len(repr(items[0])) * len(items) if isinstance(items, list) and items else 0
