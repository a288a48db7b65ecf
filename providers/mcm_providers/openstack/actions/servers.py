"""Instances: nova's actions. https://docs.openstack.org/api-ref/compute/"""

import base64
import re
from collections.abc import Callable, Sequence

from mcm.contract import InvalidRequest, ResourceKind, ResourceRef
from mcm.contract.actions import Order, Outlook, Receipt, Repeat, Seen
from mcm_providers.openstack.actions.deed import (
    ABSENT,
    DONE,
    MARK,
    Deed,
    body_of,
    compute,
    failed,
    found,
    gone,
    params,
    path,
    reached,
    receipt,
    server,
    settled,
    state_of,
    target,
)
from mcm_providers.openstack.cloud import Cloud
from mcm_providers.openstack.documents import Document, mapping, text
from mcm_providers.openstack.errors import ItemNotFound


def _asks(body: Callable[[Order], Document]) -> Callable[[Cloud, Order], Receipt]:
    def send(cloud: Cloud, order: Order) -> Receipt:
        where = path("servers", target(order).native_id, "/action")
        return receipt(compute(cloud, order).change("POST", where, body(order)))

    return send


def _state(cloud: Cloud, order: Order) -> Outlook:
    return settled(server(cloud, order), order, reached(order))


def _only_told(cloud: Cloud, order: Order) -> Outlook:
    """Afterwards it looks as before: whoever has no answer cannot know."""
    return settled(server(cloud, order), order, lambda _: None)


def _power(word: str) -> Deed:
    return Deed(Repeat.HARMLESS, _asks(lambda _: {word: None}), _state)


def _reboot(order: Order) -> Document:
    return {"reboot": {"type": params(order).mode.upper()}}


def _create(cloud: Cloud, order: Order) -> Receipt:
    wanted = params(order)
    asked: Document = {
        "name": wanted.name,
        "imageRef": wanted.image,
        "flavorRef": wanted.flavor,
        "networks": [{"uuid": one} for one in wanted.networks] or "auto",
        "metadata": {**wanted.tags, MARK: order.token},
    }
    if wanted.security_groups:
        asked["security_groups"] = [{"name": one} for one in wanted.security_groups]
    if wanted.keypair:
        asked["key_name"] = wanted.keypair
    if wanted.zone:
        asked["availability_zone"] = wanted.zone
    if wanted.user_data is not None:
        asked["user_data"] = base64.b64encode(wanted.user_data.get_secret_value().encode()).decode()
    response = compute(cloud, order).change("POST", "/servers", {"server": asked})
    made = _ref(order, str(body_of(response, "server")["id"]))
    return receipt(response, made, server=made.native_id)


def _created(cloud: Cloud, order: Order) -> Outlook:
    """Found by the token it was born with; nova looks names up by a regular expression."""
    named = ("name", f"^{re.escape(params(order).name)}$")
    for page in compute(cloud, order).pages("/servers/detail", "servers", (named,)):
        for row in page:
            if mapping(row.get("metadata")).get(MARK) == order.token:
                state, task = state_of(row)
                if state == "error":
                    return failed(row)
                seen = Seen.DONE if state == "running" and task is None else Seen.UNDERWAY
                return Outlook(seen, made=_ref(order, str(row["id"])))
    return ABSENT


def _delete(cloud: Cloud, order: Order) -> Receipt:
    try:
        return receipt(compute(cloud, order).change("DELETE", path("servers", target(order).native_id)))
    except ItemNotFound:
        return Receipt({"accepted": "yes"})


def _deleted(cloud: Cloud, order: Order) -> Outlook:
    row = server(cloud, order)
    if row is not None and text(row.get("OS-EXT-STS:task_state")) == "deleting":
        return Outlook(Seen.UNDERWAY)
    return gone(row)


def _resized(cloud: Cloud, order: Order) -> Outlook:
    wanted = found(compute(cloud, order), path("flavors", params(order).flavor), "flavor") or {}

    def is_so(row: Document) -> bool:
        now = mapping(row.get("flavor"))
        # From 2.47 on an instance names its flavor, before that by id.
        same = (
            now.get("original_name") == wanted.get("name")
            if "original_name" in now
            else (now.get("id") == wanted.get("id"))
        )
        return bool(same)

    return settled(server(cloud, order), order, is_so)


def _verified(cloud: Cloud, order: Order) -> Outlook:
    return settled(server(cloud, order), order, lambda row: row.get("status") != "VERIFY_RESIZE")


def _rename(cloud: Cloud, order: Order) -> Receipt:
    where = path("servers", target(order).native_id)
    return receipt(compute(cloud, order).change("PUT", where, {"server": {"name": params(order).name}}))


def _renamed(cloud: Cloud, order: Order) -> Outlook:
    return settled(server(cloud, order), order, lambda row: row.get("name") == params(order).name)


def _tag_steps(order: Order) -> Sequence[str]:
    wanted = params(order)
    return [*(["set"] if wanted.set else []), *(f"remove {key}" for key in wanted.remove)]


def _tag(cloud: Cloud, order: Order) -> Receipt:
    service, where = compute(cloud, order), path("servers", target(order).native_id)
    if order.step == "set":
        return receipt(service.change("POST", f"{where}/metadata", {"metadata": dict(params(order).set)}))
    key = order.step.removeprefix("remove ")
    row = server(cloud, order) or {}
    # Nova has both: metadata with values, and tags without.
    kind = "tags" if key not in mapping(row.get("metadata")) and key in (row.get("tags") or ()) else "metadata"
    try:
        return receipt(service.change("DELETE", f"{where}/{kind}{path('', key)[1:]}"))
    except ItemNotFound:
        return Receipt({"accepted": "yes"})


def _tagged(cloud: Cloud, order: Order) -> Outlook:
    def is_so(row: Document) -> bool:
        have = mapping(row.get("metadata"))
        if order.step == "set":
            return all(have.get(key) == value for key, value in params(order).set.items())
        key = order.step.removeprefix("remove ")
        return key not in have and key not in (row.get("tags") or ())

    return settled(server(cloud, order), order, is_so)


def _console(cloud: Cloud, order: Order) -> Receipt:
    where = path("servers", target(order).native_id, "/remote_consoles")
    asked = {"remote_console": {"protocol": "vnc", "type": "novnc"}}
    response = compute(cloud, order).change("POST", where, asked)
    shown = body_of(response, "remote_console")
    told = receipt(response)
    return Receipt(told.facts, request_id=told.request_id, shown={"url": str(shown["url"]), "type": str(shown["type"])})


def _migrate(order: Order) -> Document:
    return {"os-migrateLive": {"host": params(order).host, "block_migration": "auto"}}


def _migration(cloud: Cloud, order: Order) -> Receipt:
    row = server(cloud, order)
    if row is None:
        raise ItemNotFound(f"there is no instance {target(order).native_id}")
    before = text(row.get("OS-EXT-SRV-ATTR:host")) or ""
    sent = _asks(_migrate)(cloud, order)
    return Receipt({**sent.facts, "host_before": before}, request_id=sent.request_id)


def _migrated(cloud: Cloud, order: Order) -> Outlook:
    before = order.facts.get("host_before")

    def is_so(row: Document) -> bool | None:
        if before is None:
            return None
        # Nova goes back to where it was, and says so nowhere but in the migration's own row.
        return text(row.get("OS-EXT-SRV-ATTR:host")) != before

    return settled(server(cloud, order), order, is_so)


def _ref(order: Order, native_id: str) -> ResourceRef:
    return ResourceRef(ResourceKind.INSTANCE, native_id, "", order.region)


def _with_size(order: Order) -> Document:
    if params(order).flavor is None:
        raise InvalidRequest("OpenStack has no free sizes: give a flavor")
    return {"resize": {"flavorRef": params(order).flavor}}


DEEDS: dict[str, Deed] = {
    "instance.start": _power("os-start"),
    "instance.stop": _power("os-stop"),
    "instance.reboot": Deed(Repeat.NEVER, _asks(_reboot), _only_told),
    "instance.suspend": _power("suspend"),
    "instance.resume": _power("resume"),
    "instance.pause": _power("pause"),
    "instance.unpause": _power("unpause"),
    "instance.shelve": _power("shelve"),
    "instance.unshelve": _power("unshelve"),
    "instance.create": Deed(Repeat.LOOK, _create, _created),
    "instance.delete": Deed(Repeat.NEVER, _delete, _deleted),
    "instance.resize": Deed(Repeat.HARMLESS, _asks(_with_size), _resized),
    "instance.confirm_resize": Deed(Repeat.HARMLESS, _asks(lambda _: {"confirmResize": None}), _verified),
    "instance.revert_resize": Deed(Repeat.HARMLESS, _asks(lambda _: {"revertResize": None}), _verified),
    "instance.rename": Deed(Repeat.HARMLESS, _rename, _renamed),
    "instance.set_tags": Deed(Repeat.HARMLESS, _tag, _tagged, _tag_steps),
    "instance.revert": Deed(
        Repeat.NEVER, _asks(lambda order: {"rebuild": {"imageRef": params(order).snapshot}}), _only_told
    ),
    "instance.console": Deed(Repeat.HARMLESS, _console, lambda *_: DONE),
    "instance.migrate": Deed(Repeat.NEVER, _migration, _migrated),
}
