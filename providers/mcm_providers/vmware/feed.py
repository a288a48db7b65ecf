"""What changed, by WaitForUpdatesEx: a filter that lives in the session, so a cursor dies with it.

The filter says only which machines changed; these are then read anew with the listing's own properties, so that nothing
of ten thousand machines has to be kept but their references and uuids.

https://developer.broadcom.com/xapis/vsphere-web-services-api/latest/vmodl.query.PropertyCollector.html#waitForUpdatesEx
"""

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass, field

from mcm.contract import (
    ChangeBatch,
    FeedExpired,
    ProviderError,
    Resource,
    ResourceKind,
    ResourceRef,
    UnexpectedResponse,
)
from mcm_providers.vmware.client import Reference
from mcm_providers.vmware.errors import is_gone, is_session_end
from mcm_providers.vmware.faults import SoapFault
from mcm_providers.vmware.listing import Listing
from mcm_providers.vmware.property_collector import filter_spec, made, make_view
from mcm_providers.vmware.resources import READERS
from mcm_providers.vmware.session import Session
from mcm_providers.vmware.soap import VIM, operation, text
from mcm_providers.vmware.traversal import OF_VIEW

# config.changeVersion moves with everything in the configuration; the rest is what moves without it. Fewer properties
# make the first answer, which holds all machines, small.
WATCHED = (
    *("name", "parent", "resourcePool", "customValue", "config.changeVersion"),
    *("runtime.powerState", "runtime.connectionState", "runtime.host", "guest.ipAddress", "guest.hostName"),
)
_MACHINE = "VirtualMachine"
_MOST_PAGES = 10_000


@dataclass(slots=True)
class _Watch:
    """A filter in the session.

    uuids: native id by reference, of the instances that mcm was told of; listed: whether of all of them.
    number: of the cursor handed out last; handed: what came with it, kept until the cursor comes back, since a caller
    that could not store it asks again with the one before; fresh: fetched, and not handed out yet. Each maps a
    reference to whether it left.
    """

    session_key: str
    collector: Reference
    view: Reference
    version: str = ""
    number: int = 0
    handed: dict[str, bool] = field(default_factory=dict)
    fresh: dict[str, bool] = field(default_factory=dict)
    uuids: dict[str, str] = field(default_factory=dict)
    listed: bool = False

    @property
    def cursor(self) -> str:
        return f"{self.session_key}:{self.number}"


class Feed:
    """The feeds of one connection, one for each datacenter."""

    def __init__(self, session: Session, listing: Listing) -> None:
        self._session, self._listing = session, listing
        self._watches: dict[str, _Watch] = {}

    def open(self, datacenter: str) -> str:
        """A new filter, drained of its first answer, which holds all machines and is not looked at."""
        self._drop(datacenter)
        session = self._session
        view = make_view(session, datacenter)
        collector = made(session.soap.call(operation("CreatePropertyCollector", session.service.property_collector)))
        watch = _Watch(session.key, collector, view)
        specification = filter_spec("spec", {_MACHINE: WATCHED}, [view], OF_VIEW)
        session.soap.call(operation("CreateFilter", watch.collector, specification, text("partialUpdates", "false")))
        self._fetch(watch, keep=False)
        self._watches[datacenter] = watch
        return watch.cursor

    def remember(self, datacenter: str, resources: Iterator[Resource]) -> Iterator[Resource]:
        """Passes a full listing on, noting who is who: the feed later names what has left by its reference alone."""
        watch = self._watches.get(datacenter)
        for resource in resources:
            if watch is not None:
                watch.uuids[resource.locator.partition(":")[2]] = resource.native_id
            yield resource
        if watch is not None:
            watch.listed = True

    def changes(self, datacenter: str, cursor: str) -> ChangeBatch:
        watch = self._watch(datacenter, cursor)
        try:
            self._fetch(watch, keep=True)
        except SoapFault as fault:
            self._watches.pop(datacenter, None)
            if is_session_end(fault):
                self._session.forget()
            if is_session_end(fault) or is_gone(fault):
                raise FeedExpired("vCenter has ended the session of this feed", native_code=fault.name) from fault
            raise
        except BaseException:
            # The server may count the lost answer as delivered: only a full read can tell now.
            self._watches.pop(datacenter, None)
            raise
        touched = {**watch.handed, **watch.fresh}
        if not touched:
            return ChangeBatch((), (), cursor)
        changed = self._read_again(datacenter, [value for value, left in touched.items() if not left])
        here = {resource.locator.partition(":")[2]: resource.native_id for resource in changed}
        # What is not here has left, was deleted meanwhile or is a template now: no instance any more, if it was one.
        lost = [value for value in touched if value not in here]
        if not watch.listed and any(touched[value] and value not in watch.uuids for value in lost):
            raise FeedExpired("an instance has left whose name was never read; a full read is needed")
        removed = [_removed(watch.uuids[value], value, datacenter) for value in lost if value in watch.uuids]
        watch.uuids |= here
        watch.handed, watch.fresh, watch.number = touched, {}, int(cursor.rpartition(":")[2]) + 1
        return ChangeBatch(changed, removed, watch.cursor)

    def close(self) -> None:
        """The filters end with the session."""
        self._watches.clear()

    def _watch(self, datacenter: str, cursor: str) -> _Watch:
        watch = self._watches.get(datacenter)
        if watch is None or watch.session_key != self._session.key:
            raise FeedExpired("the session that this cursor belongs to has ended")
        if cursor == watch.cursor:
            for value, left in watch.handed.items():
                if left:
                    watch.uuids.pop(value, None)
            watch.handed = {}
        elif cursor != f"{watch.session_key}:{watch.number - 1}" or not watch.handed:
            raise FeedExpired("this cursor is not the feed's last or the one before")
        return watch

    def _read_again(self, datacenter: str, values: list[str]) -> list[Resource]:
        if not values:
            return []
        reader = READERS[ResourceKind.INSTANCE]
        around = self._listing.surroundings(reader, datacenter)
        with contextlib.closing(self._listing.these(reader, [(_MACHINE, value) for value in values])) as contents:
            return list(reader.read(contents, around))

    def _fetch(self, watch: _Watch, *, keep: bool) -> None:
        """Asks, without waiting, until the server has no more. A page counts once all of it has come, well-formed."""
        options = f"<options>{text('maxWaitSeconds', '0')}</options>"
        for _ in range(_MOST_PAGES):
            self._session.context.check()
            body = operation("WaitForUpdatesEx", watch.collector, text("version", watch.version), options)
            version, truncated = watch.version, False
            page: dict[str, bool] = {}
            for element in self._session.soap.stream(body, ("version", "objectSet", "truncated"), repeatable=False):
                if element.tag == f"{VIM}version":
                    version = element.text or ""
                elif element.tag == f"{VIM}truncated":
                    truncated = element.text in ("true", "1")
                elif keep:
                    value, left = _update(element)
                    page[value] = left
            if truncated and version == watch.version:
                raise UnexpectedResponse("the feed says that more follows, but stays at the same version")
            watch.version = version
            watch.fresh |= page
            if not truncated:
                return
        raise UnexpectedResponse("the feed does not come to an end")

    def _drop(self, datacenter: str) -> None:
        watch = self._watches.pop(datacenter, None)
        if watch is not None and watch.session_key == self._session.key:
            with contextlib.suppress(ProviderError, SoapFault, OSError):
                self._session.soap.call(operation("DestroyPropertyCollector", watch.collector))
                self._session.soap.call(operation("DestroyView", watch.view))


def _removed(native_id: str, value: str, datacenter: str) -> ResourceRef:
    return ResourceRef(ResourceKind.INSTANCE, native_id, "", datacenter, f"{_MACHINE}:{value}")


def _update(element: object) -> tuple[str, bool]:
    kind, obj = element.find(f"{VIM}kind"), element.find(f"{VIM}obj")  # type: ignore[attr-defined]
    if kind is None or obj is None or not obj.text:
        raise UnexpectedResponse("an update without kind or object")
    return obj.text, kind.text == "leave"
