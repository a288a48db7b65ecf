"""What the instances and hosts of one account use, from the server that it names."""

import time
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from datetime import datetime

from mcm.contract import CallContext, ConnectionForm, ResourceKind, ResourceRef, Sample
from mcm_providers._prometheus.client import PrometheusServer
from mcm_providers._prometheus.reading import Identity, Meters
from mcm_providers._prometheus.settings import LIBVIRT, PrometheusSettings

# A reading asks for some resources at a time; one listing is enough for all of it.
_KEPT_S = 900.0
Names = Mapping[Identity, Collection[str]]
NamesOf = Callable[[ResourceKind, str], Names]


class AccountMeters:
    """names_of: asks the cloud for the addresses and names of all instances or hosts of a region, at which a
    node_exporter of theirs may be scraped. By these hosts are found, and instances unless the exporter is libvirt's."""

    def __init__(self, settings: PrometheusSettings, context: CallContext, names_of: NamesOf) -> None:
        self._by_uuid, self._names_of = settings.exporter == LIBVIRT, names_of
        self._server = PrometheusServer(settings, context)
        self._meters = Meters(self._server, settings)
        self._listed: dict[tuple[ResourceKind, str], tuple[float, Names]] = {}

    @classmethod
    def of(cls, form: ConnectionForm, context: CallContext, names_of: NamesOf) -> "AccountMeters | None":
        """None: the account names no server. Raises InvalidRequest for answers that cannot work. Asks nobody."""
        settings = PrometheusSettings.from_form(form)
        return cls(settings, context, names_of) if settings else None

    def samples(self, refs: Sequence[ResourceRef], since: datetime, until: datetime) -> Iterator[Sample]:
        instances = [ref for ref in refs if ref.kind is ResourceKind.INSTANCE]
        if self._by_uuid:
            yield from self._meters.of_domains(instances, since, until)
        machines = [ref for ref in refs if ref.kind is ResourceKind.HOST] + ([] if self._by_uuid else instances)
        if machines:
            known: dict[Identity, Collection[str]] = {}
            for kind, region in sorted({(ref.kind, ref.region) for ref in machines}):
                known |= self._names(kind, region)
            yield from self._meters.of_machines(machines, known, since, until)

    def close(self) -> None:
        self._server.close()

    def _names(self, kind: ResourceKind, region: str) -> Names:
        kept = self._listed.get((kind, region))
        if kept is None or time.monotonic() - kept[0] > _KEPT_S:
            kept = self._listed[kind, region] = time.monotonic(), self._names_of(kind, region)
        return kept[1]
