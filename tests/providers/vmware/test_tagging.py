"""Tags come from a service of their own, in both of its forms; whatever it does, the listing stands."""

import base64
import json

import pytest

from mcm.contract import PermissionDenied, Resource, ResourceKind, Unreachable
from mcm.contract.conformance.context import PlainContext
from tests.providers.vmware.answers import Answer, Asked, Reply, Script, fault, machine, page
from tests.providers.vmware.vcenter import DATACENTER, PASSWORD, USERNAME, Vcenter

RETRIEVE = "RetrievePropertiesEx"
REST, API = "/rest/com/vmware/cis", "/api"
_TAGS = {"t1": ("c1", "web"), "t2": ("c1", "db"), "t3": ("c2", "gold"), "t4": ("c2", "unused")}
_CATEGORIES = {"c1": "role", "c2": "tier"}
_ATTACHED = {"t1": ["vm-1"], "t2": ["vm-1", "host-9"], "t3": ["vm-2"], "t4": []}


def service(*, api: bool = False, instead: dict[str, Answer] | None = None) -> Script:
    """The tagging service; `instead` replaces the answer to session, tag, attached, t1 … or c1 …"""
    instead = instead or {}
    tagging = f"{API}/cis/tagging" if api else f"{REST}/tagging"
    session = f"{API}/session" if api else f"{REST}/session"
    action, identified = ("action", "") if api else ("~action", "id:")

    def json_of(value: object) -> Reply:
        document = value if api else {"value": value}
        return Reply(json.dumps(document).encode(), content_type="application/json")

    attached = [
        {"tag_id": tag, "object_ids": [{"id": one, "type": "VirtualMachine"} for one in objects]}
        for tag, objects in _ATTACHED.items()
    ]
    made: Script = {
        f"POST {session}": instead.get("session", json_of("rest-token")),
        f"DELETE {session}": Reply(b""),
        f"GET {tagging}/tag": instead.get("tag", json_of(list(_TAGS))),
        f"POST {tagging}/tag-association?{action}=list-attached-objects-on-tags": instead.get(
            "attached", json_of(attached)
        ),
    }
    for tag, (category, name) in _TAGS.items():
        of_tag = json_of({"id": tag, "name": name, "category_id": category})
        made[f"GET {tagging}/tag/{identified}{tag}"] = instead.get(tag, of_tag)
    for category, name in _CATEGORIES.items():
        made[f"GET {tagging}/category/{identified}{category}"] = json_of({"id": category, "name": name})
    return made


def listed(script: Script, context: PlainContext | None = None) -> tuple[list[Resource], Vcenter]:
    machines = page([machine(1), machine(2), machine(3)])
    script[RETRIEVE] = lambda asked: machines if "<type>VirtualMachine</type>" in asked.body else page([])
    with Vcenter(script) as vcenter:
        provider = vcenter.connect(context)
        found = list(provider.collect(ResourceKind.INSTANCE, DATACENTER))
        provider.close()
    return found, vcenter


@pytest.mark.parametrize("api", [False, True])
def test_tags_of_all_objects_in_one_call(api: bool) -> None:
    found, vcenter = listed(service(api=api))
    assert [one.tags for one in found] == [{"role": "db, web"}, {"tier": "gold"}, {}]
    session = f"{API}/session" if api else f"{REST}/session"
    asked = vcenter.counts
    assert asked[f"POST {session}"] == asked[f"DELETE {session}"] == 1
    assert sum(count for one, count in asked.items() if "tag-association" in one) == 1
    assert not any("t4" in one for one in asked if one.startswith("GET")), "nobody asks for the name of an unused tag"


def test_the_rest_session_is_signed_in_once_with_the_same_user() -> None:
    _, vcenter = listed(service())
    (signed,) = vcenter.bodies(f"POST {REST}/session")
    credentials = signed.headers["Authorization"].removeprefix("Basic ")
    assert base64.b64decode(credentials).decode() == f"{USERNAME}:{PASSWORD}"
    rest = [one for one in vcenter.asked if REST in one.operation and one is not signed]
    assert all(one.headers["vmware-api-session-id"] == "rest-token" for one in rest)
    assert all("Authorization" not in one.headers for one in rest)


@pytest.mark.parametrize(
    "instead",
    [
        {"session": Reply(b"", 401)},
        {"session": Reply(b"<html>", 200, content_type="text/html")},
        {"session": Reply(b"", 503)},
        {"session": Reply(b"", 500)},
        {"tag": Reply(b"{", content_type="application/json")},
        {"tag": Reply(b'{"value": 7}')},
        {"tag": Reply(b'{"other": []}')},
        {"attached": Reply(b'{"value": [{}]}')},
        {"attached": Reply(b'{"value": [{"tag_id": "t1", "object_ids": [{}]}]}')},
        {"attached": Reply(b'{"value": ["x"]}')},
        {"attached": Reply(b"", declared=100)},
        {"t1": Reply(b"", 404)},
        {"t1": Reply(b'{"value": {"name": "x"}}')},
    ],
)
def test_whatever_fails_there_the_listing_stands(instead: dict[str, Answer]) -> None:
    context = PlainContext()
    found, vcenter = listed(service(instead=instead), context)
    assert [one.tags for one in found] == [{}, {}, {}]
    assert context.calls == context.finished
    assert vcenter.counts["Logout"] == 1


def test_no_tagging_service_at_all() -> None:
    found, vcenter = listed({})
    assert [one.tags for one in found] == [{}, {}, {}]
    assert vcenter.counts[f"POST {REST}/session"] == vcenter.counts[f"POST {API}/session"] == 1


def test_no_tags_at_all_is_one_call() -> None:
    found, vcenter = listed(service(instead={"tag": Reply(b'{"value": null}')}))
    assert [one.tags for one in found] == [{}, {}, {}]
    assert not any("tag-association" in one for one in vcenter.counts)


def test_the_deadline_is_not_the_tags_failure() -> None:
    context = PlainContext()

    def late(asked: Asked) -> Reply:
        context.cancel()
        return Reply(b"", 500)

    with pytest.raises(Unreachable, match="cancelled"):
        listed(service(instead={"tag": late}), context)


def test_a_failure_later_keeps_what_was_read() -> None:
    script = service()
    machines = page([machine(1)])
    script[RETRIEVE] = lambda asked: machines if "<type>VirtualMachine</type>" in asked.body else page([])
    with Vcenter(script) as vcenter:
        provider = vcenter.connect()
        first = list(provider.collect(ResourceKind.INSTANCE, DATACENTER))
        provider._listing._tagging._read_at = -1000.0
        vcenter.script[f"GET {REST}/tagging/tag"] = Reply(b"", 503)
        again = list(provider.collect(ResourceKind.INSTANCE, DATACENTER))
        assert first[0].tags == again[0].tags == {"role": "db, web"}
        provider.close()


def test_an_ended_rest_session_is_replaced() -> None:
    ids = service()[f"GET {REST}/tagging/tag"]
    assert isinstance(ids, Reply)
    script = service()
    script[f"GET {REST}/tagging/tag"] = [ids, Reply(b"", 401), ids]
    machines = page([machine(1)])
    script[RETRIEVE] = lambda asked: machines if "<type>VirtualMachine</type>" in asked.body else page([])
    with Vcenter(script) as vcenter:
        provider = vcenter.connect()
        list(provider.collect(ResourceKind.INSTANCE, DATACENTER))
        provider._listing._tagging._read_at = -1000.0
        (again,) = provider.collect(ResourceKind.INSTANCE, DATACENTER)
        assert again.tags == {"role": "db, web"}
        assert vcenter.counts[f"POST {REST}/session"] == 2
        provider.close()


def test_both_sessions_end_also_after_the_deadline() -> None:
    script = service()
    script[RETRIEVE] = page([])
    with Vcenter(script) as vcenter:
        context = PlainContext()
        provider = vcenter.connect(context)
        list(provider.collect(ResourceKind.INSTANCE, DATACENTER))
        context.arm(0.0)
        provider.close()
        assert vcenter.counts[f"DELETE {REST}/session"] == vcenter.counts["Logout"] == 1


def test_a_scope_that_may_not_be_read_is_not_hidden_by_tags() -> None:
    script = service()
    script[RETRIEVE] = fault("NoPermission")
    with Vcenter(script) as vcenter, pytest.raises(PermissionDenied):
        list(vcenter.connect().collect(ResourceKind.HOST, DATACENTER))
