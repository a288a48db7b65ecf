"""Security group rules, floating addresses and key pairs. https://docs.openstack.org/api-ref/network/v2/"""

from collections.abc import Iterator

from mcm.contract import InvalidRequest, ResourceBusy, ResourceKind, ResourceRef
from mcm.contract.actions import Order, Outlook, Receipt, Repeat, Seen
from mcm_providers.openstack.actions.deed import (
    ABSENT,
    DONE,
    Deed,
    body_of,
    compute,
    found,
    network,
    params,
    path,
    receipt,
    target,
)
from mcm_providers.openstack.cloud import Cloud
from mcm_providers.openstack.documents import Document, mapping, mappings, text
from mcm_providers.openstack.errors import ItemNotFound


def _wanted(order: Order) -> Document:
    rule = params(order)
    return {
        "security_group_id": target(order).native_id,
        "direction": rule.direction,
        "ethertype": "IPv6" if ":" in rule.cidr else "IPv4",
        "protocol": None if rule.protocol == "any" else rule.protocol,
        "port_range_min": rule.port_from,
        "port_range_max": rule.port_to if rule.port_to is not None else rule.port_from,
        "remote_ip_prefix": rule.cidr,
    }


def _rules(cloud: Cloud, order: Order) -> Iterator[Document]:
    """Those that say the same. Neutron writes "everybody" as no prefix at all, or as 0.0.0.0/0."""
    wanted = _wanted(order)
    asked = (("security_group_id", target(order).native_id),)
    for page in network(cloud, order).pages("/security-group-rules", "security_group_rules", asked):
        for row in page:
            same = all(row.get(key) == value for key, value in wanted.items() if key != "remote_ip_prefix")
            everybody = {wanted["remote_ip_prefix"], row.get("remote_ip_prefix")} <= {"0.0.0.0/0", "::/0", None}
            if same and (everybody or row.get("remote_ip_prefix") == wanted["remote_ip_prefix"]):
                yield row


def _group(cloud: Cloud, order: Order) -> None:
    if found(network(cloud, order), path("security-groups", target(order).native_id), "security_group") is None:
        raise ItemNotFound(f"there is no security group {target(order).native_id}")


def _open(cloud: Cloud, order: Order) -> Receipt:
    _group(cloud, order)
    if any(_rules(cloud, order)):
        return Receipt({"accepted": "yes"})
    try:
        body = {"security_group_rule": _wanted(order)}
        return receipt(network(cloud, order).change("POST", "/security-group-rules", body))
    except ResourceBusy as error:
        if error.native_code == "SecurityGroupRuleExists":
            return Receipt({"accepted": "yes"})
        raise


def _close(cloud: Cloud, order: Order) -> Receipt:
    _group(cloud, order)
    for row in _rules(cloud, order):
        return receipt(network(cloud, order).change("DELETE", path("security-group-rules", str(row["id"]))))
    return Receipt({"accepted": "yes"})


def _opened(cloud: Cloud, order: Order) -> Outlook:
    return DONE if any(_rules(cloud, order)) else ABSENT


def _closed(cloud: Cloud, order: Order) -> Outlook:
    return ABSENT if any(_rules(cloud, order)) else DONE


def _allocate(cloud: Cloud, order: Order) -> Receipt:
    service, wanted = network(cloud, order), params(order).network
    if wanted is None:
        outside = mappings(service.get("/networks", (("router:external", "true"),)).get("networks"))
        if len(outside) != 1:
            raise InvalidRequest(f"there are {len(outside)} outside networks: say which, by `network`")
        wanted = str(outside[0]["id"])
    asked = {"floating_network_id": wanted, "description": order.token}
    response = service.change("POST", "/floatingips", {"floatingip": asked})
    return receipt(response, _address(order, str(body_of(response, "floatingip")["id"])))


def _allocated(cloud: Cloud, order: Order) -> Outlook:
    answer = network(cloud, order).get("/floatingips", (("description", order.token),))
    for row in mappings(answer.get("floatingips")):
        if row.get("description") == order.token:
            return Outlook(Seen.DONE, made=_address(order, str(row["id"])))
    return ABSENT


def _ports(cloud: Cloud, order: Order) -> list[str]:
    answer = network(cloud, order).get("/ports", (("device_id", params(order).instance),))
    return [str(row["id"]) for row in mappings(answer.get("ports"))]


def _floating(cloud: Cloud, order: Order) -> Document | None:
    return found(network(cloud, order), path("floatingips", target(order).native_id), "floatingip")


def _put(cloud: Cloud, order: Order, port: str | None) -> Receipt:
    where = path("floatingips", target(order).native_id)
    return receipt(network(cloud, order).change("PUT", where, {"floatingip": {"port_id": port}}))


def _associate(cloud: Cloud, order: Order) -> Receipt:
    row, ports = _floating(cloud, order), _ports(cloud, order)
    if row is None:
        raise ItemNotFound(f"there is no floating address {target(order).native_id}")
    if not ports:
        raise InvalidRequest(f"instance {params(order).instance} has no port to give an address to")
    current = text(row.get("port_id"))
    if current in ports:
        return Receipt({"accepted": "yes"})
    if current is not None:
        raise ResourceBusy("the address is associated with something else: disassociate it first")
    return _put(cloud, order, ports[0])


def _associated(cloud: Cloud, order: Order) -> Outlook:
    row = _floating(cloud, order)
    if row is None:
        return Outlook(Seen.FAILED, message="the address was released meanwhile")
    return DONE if text(row.get("port_id")) in _ports(cloud, order) else ABSENT


def _disassociated(cloud: Cloud, order: Order) -> Outlook:
    row = _floating(cloud, order)
    return DONE if row is None or text(row.get("port_id")) is None else ABSENT


def _release(cloud: Cloud, order: Order) -> Receipt:
    try:
        return receipt(network(cloud, order).change("DELETE", path("floatingips", target(order).native_id)))
    except ItemNotFound:
        return Receipt({"accepted": "yes"})


def _released(cloud: Cloud, order: Order) -> Outlook:
    return DONE if _floating(cloud, order) is None else ABSENT


def _import_key(cloud: Cloud, order: Order) -> Receipt:
    wanted = params(order)
    asked = {"name": wanted.name, "public_key": wanted.public_key, "type": "ssh"}
    try:
        response = compute(cloud, order).change("POST", "/os-keypairs", {"keypair": asked})
    except ResourceBusy:
        # Of this name there is one: by this very order, or by somebody else.
        if _imported(cloud, order).seen is Seen.DONE:
            return Receipt({"accepted": "yes"})
        raise
    return receipt(response, _key(cloud, order, wanted.name))


def _imported(cloud: Cloud, order: Order) -> Outlook:
    row = found(compute(cloud, order), path("os-keypairs", params(order).name), "keypair")
    if row is None or str(row.get("public_key") or "").split()[:2] != params(order).public_key.split()[:2]:
        return ABSENT
    return Outlook(Seen.DONE, made=_key(cloud, order, params(order).name))


def _drop_key(cloud: Cloud, order: Order) -> Receipt:
    try:
        return receipt(compute(cloud, order).change("DELETE", path("os-keypairs", target(order).native_id)))
    except ItemNotFound:
        return Receipt({"accepted": "yes"})


def _key_gone(cloud: Cloud, order: Order) -> Outlook:
    row = found(compute(cloud, order), path("os-keypairs", target(order).native_id), "keypair")
    return DONE if row is None else ABSENT


def _key(cloud: Cloud, order: Order, name: str) -> ResourceRef:
    """A name is unique for one user in one region."""
    row = found(compute(cloud, order), path("os-keypairs", name), "keypair") or {}
    user = text(mapping(row).get("user_id")) or str(cloud.client.sign_in().user_id or "")
    return ResourceRef(ResourceKind.KEYPAIR, name, f"{order.region}/{user}", order.region)


def _address(order: Order, native_id: str) -> ResourceRef:
    return ResourceRef(ResourceKind.PUBLIC_IP, native_id, "", order.region)


DEEDS: dict[str, Deed] = {
    "security_group.add_rule": Deed(Repeat.HARMLESS, _open, _opened),
    "security_group.remove_rule": Deed(Repeat.HARMLESS, _close, _closed),
    "public_ip.allocate": Deed(Repeat.LOOK, _allocate, _allocated),
    "public_ip.associate": Deed(Repeat.HARMLESS, _associate, _associated),
    "public_ip.disassociate": Deed(Repeat.HARMLESS, lambda cloud, order: _put(cloud, order, None), _disassociated),
    "public_ip.release": Deed(Repeat.NEVER, _release, _released),
    # A name can be had once: the second request of one order is refused, or finds its own key.
    "keypair.import": Deed(Repeat.LOOK, _import_key, _imported),
    "keypair.delete": Deed(Repeat.NEVER, _drop_key, _key_gone),
}
