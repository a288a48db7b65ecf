"""The I/O of a listing: which retrievals a kind takes, and what has to be looked up around it."""

import contextlib
import time
from collections.abc import Generator, Iterable, Iterator, Sequence

from mcm.contract import InvalidRequest, Resource, ResourceKind
from mcm_providers.vmware.client import Reference
from mcm_providers.vmware.content import Content, entity_name, flat
from mcm_providers.vmware.errors import is_gone
from mcm_providers.vmware.faults import SoapFault
from mcm_providers.vmware.labels import Labels, attribute_names
from mcm_providers.vmware.property_collector import filter_spec, machines_of, retrieve
from mcm_providers.vmware.resources import READERS
from mcm_providers.vmware.resources.instance import FALLBACK, with_fallback
from mcm_providers.vmware.resources.reader import Reader, Surroundings
from mcm_providers.vmware.session import Session
from mcm_providers.vmware.tagging import Tagging
from mcm_providers.vmware.traversal import TO_HOSTS

DATACENTER = "Datacenter"
_MACHINE = "VirtualMachine"
# Objects named one by one in a request; each takes some 100 bytes of it.
BATCH = 500
_HOSTS_FRESH_SECONDS = 60.0


class Listing:
    """Reads kinds over one session; keeps host names and tags for a minute, as a sync reads kind after kind."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._tagging = Tagging(session)
        self._hosts: dict[str, tuple[float, dict[str, str]]] = {}

    def close(self) -> None:
        self._tagging.close()

    def resources(self, kind: ResourceKind, datacenter: str) -> Iterator[Resource]:
        """Raises InvalidRequest when there is no such datacenter."""
        reader = READERS[kind]
        try:
            around = self.surroundings(reader, datacenter)
            templates = kind is ResourceKind.IMAGE
            contents = self._templates(reader, datacenter) if templates else self._all(reader, datacenter)
            # Closed by name: a traceback would keep it, and with it a connection, half read.
            with contextlib.closing(contents):
                yield from reader.read(contents, around)
        except SoapFault as fault:
            if is_gone(fault) and fault.details.get("obj", datacenter) == datacenter:
                raise InvalidRequest(f"there is no datacenter '{datacenter}'", native_code=fault.name) from fault
            raise

    def surroundings(self, reader: Reader, datacenter: str) -> Surroundings:
        labels = Labels(attribute_names(self._session), self._tagging.by_object())
        return Surroundings(datacenter, labels, self._host_names(datacenter) if reader.needs_hosts else {})

    def these(self, reader: Reader, objects: Sequence[Reference]) -> Generator[Content]:
        """The contents of these objects, without those that no longer exist."""
        for start in range(0, len(objects), BATCH):
            batch = objects[start : start + BATCH]
            specification = filter_spec("specSet", self._properties(reader), batch, lenient=True)
            yield from self._completed(retrieve(self._session, specification, reader.decode))

    def _all(self, reader: Reader, datacenter: str) -> Generator[Content]:
        properties = self._properties(reader)
        if _MACHINE not in properties:
            specification = filter_spec("specSet", properties, [(DATACENTER, datacenter)], reader.select)
            yield from retrieve(self._session, specification, reader.decode)
            return
        with machines_of(self._session, datacenter) as view:
            specification = filter_spec("specSet", properties, [view], reader.select)
            yield from self._completed(retrieve(self._session, specification, reader.decode, bound=True))

    def _templates(self, reader: Reader, datacenter: str) -> Generator[Content]:
        """Templates are few among many machines: one property of all tells which they are."""
        marks = {_MACHINE: ["config.template", "summary.config.template"]}
        with machines_of(self._session, datacenter) as view:
            specification = filter_spec("specSet", marks, [view], reader.select)
            found = [
                (_MACHINE, content.value)
                for content in retrieve(self._session, specification, flat, bound=True)
                if "true" in content.properties.values()
            ]
        return self.these(reader, found)

    def _completed(self, contents: Iterable[Content]) -> Iterator[Content]:
        """A machine whose files cannot be reached has no configuration; what vCenter remembers of it comes last."""
        unreadable: list[Content] = []
        for content in contents:
            if content.native_type != _MACHINE or content.properties.get("config.instanceUuid"):
                yield content
            else:
                unreadable.append(content)
        properties = {_MACHINE: FALLBACK}
        for start in range(0, len(unreadable), BATCH):
            batch = unreadable[start : start + BATCH]
            machines = [(_MACHINE, content.value) for content in batch]
            specification = filter_spec("specSet", properties, machines, lenient=True)
            remembered = {content.value: content for content in retrieve(self._session, specification, flat)}
            for content in batch:
                if content.value in remembered:
                    yield with_fallback(content, remembered[content.value])

    def _properties(self, reader: Reader) -> dict[str, list[str]]:
        return reader.properties_for(self._session.service.api_version)

    def _host_names(self, datacenter: str) -> dict[str, str]:
        read_at, names = self._hosts.get(datacenter, (0.0, {}))
        now = time.monotonic()
        if not names or now - read_at > _HOSTS_FRESH_SECONDS:
            specification = filter_spec("specSet", {"HostSystem": ["name"]}, [(DATACENTER, datacenter)], TO_HOSTS)
            names = {
                content.value: entity_name(content.properties.get("name"))
                for content in retrieve(self._session, specification, flat)
            }
            self._hosts[datacenter] = now, names
        return names
