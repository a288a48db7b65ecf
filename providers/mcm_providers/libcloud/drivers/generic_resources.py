"""libcloud's own objects as resources, for drivers without a table.

The native state is the cloud's word where the driver keeps it.
"""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from mcm.contract import Resource, ResourceKind
from mcm.contract.resources import (
    FlavorAttributes,
    ImageAttributes,
    InstanceAttributes,
    KeypairAttributes,
    NetworkAttributes,
    PublicIpAttributes,
    SecurityGroupAttributes,
    VolumeAttributes,
    ZoneAttributes,
)
from mcm.contract.states import CommonState, InstanceState, VolumeState
from mcm_providers.libcloud import states

Translate = Callable[[Any, str], Resource]

_MAX_TEXT = 1024
_MAX_DEPTH = 6
_SECRET = ("password", "passwd", "secret", "token", "private_key", "privatekey", "user_data", "userdata", "adminpass")
_RAW_STATES = ("state", "status", "vm_state", "instance_state", "power_state", "powerState")
_ZONES = ("zone", "zone_name", "availability_zone", "availability", "location", "datacenter", "region")


def instance(node: Any, region: str) -> Resource:
    extra = _extra(node)
    size, image_ = getattr(node, "size", None), getattr(node, "image", None)
    state = str(getattr(node, "state", "") or "")
    attributes = InstanceAttributes(
        memory_mib=_whole(getattr(size, "ram", None)),
        disk_gib=_whole(getattr(size, "disk", None)),
        private_ips=_texts(getattr(node, "private_ips", None)),
        public_ips=_texts(getattr(node, "public_ips", None)),
        flavor=_text(getattr(size, "name", None)),
        image=_text(getattr(image_, "name", None)),
    )
    made = _resource(node, ResourceKind.INSTANCE, region, attributes, states.INSTANCE.get(state, InstanceState.UNKNOWN))
    made.native_state = _raw_state(extra) or state
    made.created_at = _moment(getattr(node, "created_at", None))
    return made


def volume(given: Any, region: str) -> Resource:
    state = str(getattr(given, "state", "") or "")
    attributes = VolumeAttributes(size_gib=_whole(getattr(given, "size", None)))
    made = _resource(given, ResourceKind.VOLUME, region, attributes, states.VOLUME.get(state, VolumeState.UNKNOWN))
    made.native_state = _raw_state(_extra(given)) or state
    return made


def image(given: Any, region: str) -> Resource:
    return _resource(given, ResourceKind.IMAGE, region, ImageAttributes())


def flavor(given: Any, region: str) -> Resource:
    extra = _extra(given)
    vcpus = next((found for key in ("vcpus", "cpu", "cpus", "cores") if (found := _whole(extra.get(key)))), None)
    attributes = FlavorAttributes(
        vcpus=vcpus,
        memory_mib=_whole(getattr(given, "ram", None)),
        local_disk_gib=_whole(getattr(given, "disk", None)),
    )
    return _resource(given, ResourceKind.FLAVOR, region, attributes)


def zone(given: Any, region: str) -> Resource:
    made = _resource(given, ResourceKind.ZONE, region, ZoneAttributes())
    made.zone = made.name
    return made


def keypair(given: Any, region: str) -> Resource:
    attributes = KeypairAttributes(fingerprint=_text(getattr(given, "fingerprint", None)))
    return _resource(given, ResourceKind.KEYPAIR, region, attributes)


def network(given: Any, region: str) -> Resource:
    cidr = _text(_field(given, "cidr"))
    return _resource(given, ResourceKind.NETWORK, region, NetworkAttributes(cidrs=[cidr] if cidr else None))


def security_group(given: Any, region: str) -> Resource:
    attributes = SecurityGroupAttributes(description=_text(_field(given, "description")))
    return _resource(given, ResourceKind.SECURITY_GROUP, region, attributes)


def public_ip(given: Any, region: str) -> Resource:
    address = _text(_field(given, "ip_address") or _field(given, "address") or _field(given, "ip"))
    return _resource(given, ResourceKind.PUBLIC_IP, region, PublicIpAttributes(address=address))


def _resource(
    given: Any, kind: ResourceKind, region: str, attributes: object, state: str = CommonState.UNKNOWN
) -> Resource:
    """Drivers list objects, dictionaries or bare names. Raises ValueError for one without an id."""
    name = given if isinstance(given, str) else _text(_field(given, "name"))
    native_id = _text(_field(given, "id")) if _has(given, "id") else name or _text(_field(given, "address"))
    if not native_id:
        raise ValueError("an entry without an id")
    extra = _extra(given)
    raw = _raw_state(extra)
    return Resource(
        kind=kind,
        native_id=native_id,
        name=name or native_id,
        region=region,
        zone=next((found for key in _ZONES if (found := _text(extra.get(key)))), None),
        state=state,
        native_state=raw,
        attributes=attributes,
        native=_plain(extra, 0) or None,
        native_kind=f"libcloud.{type(given).__name__}"[:100],
    )


def _has(given: Any, name: str) -> bool:
    return name in given if isinstance(given, Mapping) else hasattr(given, name)


def _field(given: Any, name: str) -> Any:
    return given.get(name) if isinstance(given, Mapping) else getattr(given, name, None)


def _extra(given: Any) -> Mapping[str, Any]:
    found = given if isinstance(given, Mapping) else getattr(given, "extra", None)
    return found if isinstance(found, Mapping) else {}


def _raw_state(extra: Mapping[str, Any]) -> str:
    return next((value[:_MAX_TEXT] for key in _RAW_STATES if isinstance(value := extra.get(key), str) and value), "")


def _text(value: object) -> str | None:
    return str(value)[:_MAX_TEXT] or None if isinstance(value, str | int) and not isinstance(value, bool) else None


def _texts(value: object) -> list[str] | None:
    return [str(one)[:_MAX_TEXT] for one in value if one] if isinstance(value, list | tuple) else None


def _whole(value: object) -> int | None:
    """libcloud writes 0 where it does not know."""
    try:
        return int(value) or None if isinstance(value, str | int | float) and not isinstance(value, bool) else None
    except (ValueError, OverflowError):
        return None


def _moment(value: object) -> datetime | None:
    """Times without a zone may be of any: left out."""
    return value.astimezone(UTC) if isinstance(value, datetime) and value.tzinfo else None


def _plain(value: Any, depth: int) -> Any:
    """What is JSON-able of it, without secrets."""
    if value is None or isinstance(value, str | int | float | bool):
        return value
    if depth >= _MAX_DEPTH:
        return None
    if isinstance(value, Mapping):
        return {
            str(key): _plain(inner, depth + 1)
            for key, inner in value.items()
            if not any(word in str(key).lower() for word in _SECRET)
        }
    if isinstance(value, list | tuple):
        return [_plain(inner, depth + 1) for inner in value]
    return str(value)[:_MAX_TEXT] if isinstance(value, datetime) else None
