"""Changing devices of a machine: vSphere wants the whole device back, so it is taken as it came and altered."""

import copy
from collections.abc import Sequence

from lxml import etree

from mcm.contract import InvalidRequest, ResourceNotFound
from mcm_providers.vmware.actions.desk import Desk
from mcm_providers.vmware.actions.machine import TYPE, Machine, properties
from mcm_providers.vmware.content import dig
from mcm_providers.vmware.property_collector import filter_spec
from mcm_providers.vmware.soap import VIM, Element, operation, text

_DEVICES = "config.hardware.device"
_XSI = "http://www.w3.org/2001/XMLSchema-instance"
_NETWORKS = ("Network", "DistributedVirtualPortgroup", "OpaqueNetwork")


def devices_of(desk: Desk, machine: Machine) -> list[Element]:
    """Copies, in the server's own XML."""
    specification = filter_spec("specSet", {TYPE: [_DEVICES]}, [machine.reference])
    collector = desk.session.service.property_collector
    answer = desk.session.call(operation("RetrievePropertiesEx", collector, specification, "<options/>"))
    return [copy.deepcopy(one) for one in answer.iter(f"{VIM}VirtualDevice")]


def edited(device: Element) -> str:
    """The device as it is to be, as part of a specification of the whole machine."""
    device.tag = f"{VIM}device"
    shown = etree.tostring(device, encoding="unicode", with_tail=False)
    return f"<deviceChange>{text('operation', 'edit')}{shown}</deviceChange>"


def put(device: Element, field: str, value: str) -> None:
    """Sets a field that is there; what is not there is left away, as the order of fields is fixed."""
    found = device.find(f"{VIM}{field}")
    if found is not None:
        found.text = value


def rewired(desk: Desk, machine: Machine, networks: Sequence[str]) -> str:
    """The machine's network cards, in their order, each at one of `networks`."""
    cards = [one for one in devices_of(desk, machine) if one.find(f"{VIM}addressType") is not None]
    if len(cards) < len(networks):
        raise InvalidRequest(f"the template has {len(cards)} network cards, and {len(networks)} networks are asked for")
    changed = []
    for card, network in zip(cards, networks, strict=False):
        backing = card.find(f"{VIM}backing")
        if backing is None:
            raise InvalidRequest("a network card of the template says nothing of its network")
        new = etree.fromstring(_backing(desk, network))
        card.replace(backing, new)
        # Otherwise the clone would have its template's address.
        put(card, "addressType", "generated")
        if (address := card.find(f"{VIM}macAddress")) is not None:
            card.remove(address)
        changed.append(edited(card))
    return "".join(changed)


def _backing(desk: Desk, network: str) -> str:
    found: dict[str, object] | None = None
    for native_type in _NETWORKS:
        paths = _PATHS[native_type]
        found = found or properties(desk.session, [(native_type, network)], *paths).get(network)
    if found is None:
        raise ResourceNotFound(f"there is no network '{network}'")
    match found["@type"]:
        case "DistributedVirtualPortgroup":
            switch = str(found.get("config.distributedVirtualSwitch") or "")
            uuid = properties(desk.session, _switches(switch), "uuid").get(switch, {}).get("uuid") or ""
            port = text("switchUuid", str(uuid)) + text("portgroupKey", str(found.get("key") or ""))
            return _typed("VirtualEthernetCardDistributedVirtualPortBackingInfo", f"<port>{port}</port>")
        case "OpaqueNetwork":
            summary = found.get("summary")
            inside = text("opaqueNetworkId", str(dig(summary, "opaqueNetworkId") or "")) + text(
                "opaqueNetworkType", str(dig(summary, "opaqueNetworkType") or "")
            )
            return _typed("VirtualEthernetCardOpaqueNetworkBackingInfo", inside)
    return _typed("VirtualEthernetCardNetworkBackingInfo", text("deviceName", str(found.get("name") or "")))


_PATHS = {
    "Network": ("name",),
    "DistributedVirtualPortgroup": ("name", "key", "config.distributedVirtualSwitch"),
    "OpaqueNetwork": ("name", "summary"),
}


def _switches(value: str) -> list[tuple[str, str]]:
    return [(native_type, value) for native_type in ("DistributedVirtualSwitch", "VmwareDistributedVirtualSwitch")]


def _typed(native_type: str, inside: str) -> str:
    return f'<backing xmlns="{VIM[1:-1]}" xmlns:xsi="{_XSI}" xsi:type="{native_type}">{inside}</backing>'
