"""Looking single ones up: gone only when the service itself says so."""

import pytest

from mcm.contract import PermissionDenied, ResourceKind, ResourceNotFound, ResourceRef, UnexpectedResponse, Unreachable
from tests.providers.openstack.stub import PROJECT, Asked, Reply, Stub

A, B = "aaaaaaaa-0000-4000-8000-000000000000", "bbbbbbbb-0000-4000-8000-000000000000"
GATEWAYS_404 = Reply(404, b"<html><title>404 Not Found</title></html>", content_type="text/html")


def ref(kind: ResourceKind, native_id: str, scope: str = "", region: str = "RegionOne") -> ResourceRef:
    return ResourceRef(kind, native_id, scope, region)


def test_there_and_gone(stub: Stub) -> None:
    stub.put("compute", f"/servers/{A}", {"server": {"id": A, "name": "a", "status": "ACTIVE"}})
    stub.put("block-storage", f"/volumes/{A}", {"volume": {"id": A, "name": "v", "status": "available"}})
    asked = [ref(kind, one) for kind in (ResourceKind.INSTANCE, ResourceKind.VOLUME) for one in (A, B)]
    seen = stub.connect().observe(asked)
    assert {one: found and found.name for one, found in seen.items()} == dict(
        zip(asked, ["a", None, "v", None], strict=True)
    )


@pytest.mark.parametrize("status", ["DELETED", "SOFT_DELETED"])
def test_what_nova_keeps_of_the_deleted_is_gone(stub: Stub, status: str) -> None:
    stub.put("compute", f"/servers/{A}", {"server": {"id": A, "name": "a", "status": status}})
    assert stub.connect().observe([ref(ResourceKind.INSTANCE, A)]) == {ref(ResourceKind.INSTANCE, A): None}


@pytest.mark.parametrize(
    ("reply", "kind"),
    [
        (GATEWAYS_404, ResourceNotFound),
        (Reply(403), PermissionDenied),
        (Reply(500), Unreachable),
        (Reply(body={"server": {"id": B}}), UnexpectedResponse),
        (Reply(body={}), UnexpectedResponse),
        (Reply(body={"server": {"id": A, "status": "UNKNOWN"}}), Unreachable),
    ],
)
def test_could_not_find_out_is_not_gone(stub: Stub, reply: Reply, kind: type[Exception]) -> None:
    stub.put("compute", f"/servers/{A}", reply)
    with pytest.raises(kind):
        stub.connect().observe([ref(ResourceKind.INSTANCE, A)])


def test_neutrons_are_asked_for_together(stub: Stub) -> None:
    def answer(asked: Asked) -> Reply:
        assert {value for key, value in asked.query if key == "id"} == {A, B}
        return Reply(body={"ports": [{"id": B, "name": "b"}]})

    stub.put("network", "/ports", answer)
    seen = stub.connect().observe([ref(ResourceKind.PORT, A), ref(ResourceKind.PORT, B)])
    assert seen[ref(ResourceKind.PORT, A)] is None
    assert seen[ref(ResourceKind.PORT, B)] is not None
    assert stub.count("/ports") == 1


def test_images_are_asked_for_together_and_hidden_ones_too(stub: Stub) -> None:
    def answer(asked: Asked) -> Reply:
        assert asked.params["id"] == f"in:{A},{B}"
        return Reply(body={"images": [{"id": B, "name": "hidden"}] if "os_hidden" in asked.params else []})

    stub.put("image", "/images", answer)
    seen = stub.connect().observe([ref(ResourceKind.IMAGE, A), ref(ResourceKind.IMAGE, B)])
    assert [found is not None for found in seen.values()] == [False, True]


def test_an_empty_id_does_not_ask_for_everything(stub: Stub) -> None:
    seen = stub.connect().observe([ref(ResourceKind.PORT, "")])
    assert list(seen.values()) == [None]
    assert stub.count("/ports") == 0


@pytest.mark.parametrize("hostile", ["..", "../flavors", "a/b", "a?x=1", "a#b", "%2e%2e", "a b", "名"])
def test_an_id_stays_in_its_place(stub: Stub, hostile: str) -> None:
    stub.connect().observe([ref(ResourceKind.INSTANCE, hostile)])
    asked = [one.path for one in stub.asked if "/compute/v2.1/" in one.path][1:]
    assert all(path.startswith("/RegionOne/compute/v2.1/servers/") for path in asked)
    assert all("/" not in path.removeprefix("/RegionOne/compute/v2.1/servers/") for path in asked)


def test_what_has_no_question_of_its_own_is_listed(stub: Stub) -> None:
    stub.put("compute", "/flavors/detail", {"flavors": [{"id": "1", "name": "tiny"}]})
    here, elsewhere = ref(ResourceKind.FLAVOR, "1", "RegionOne"), ref(ResourceKind.FLAVOR, "1", "another")
    seen = stub.connect().observe([here, elsewhere])
    assert seen[here] is not None
    assert seen[elsewhere] is None


def test_a_reference_without_a_region_is_looked_for_in_all(stub: Stub) -> None:
    stub.regions = ["north", "south"]
    stub.versions()
    stub.put("compute", f"/servers/{A}", {"server": {"id": A, "name": "a", "status": "ACTIVE"}}, "south")
    found = stub.connect().observe([ref(ResourceKind.INSTANCE, A, region="")])[ref(ResourceKind.INSTANCE, A, region="")]
    assert found is not None
    assert found.region == "south"


def test_quotas_of_the_projects_in_question_only(stub: Stub) -> None:
    projects = [{"id": PROJECT, "name": "demo"}, {"id": "other", "name": "other"}]
    stub.answers["/v3/projects"] = {"projects": projects}
    stub.put("compute", "/servers/detail", {"servers": []})
    stub.put("compute", f"/os-quota-sets/{PROJECT}/detail", {"quota_set": {"cores": {"limit": 1, "in_use": 1}}})
    stub.put("block-storage", f"/os-quota-sets/{PROJECT}", {"quota_set": {}})
    stub.put("network", f"/quotas/{PROJECT}/details.json", {"quota": {}})
    there, gone = (ref(ResourceKind.QUOTA, f"{PROJECT}/{metric}", "RegionOne") for metric in ("cores", "wings"))
    seen = stub.connect().observe([there, gone])
    assert seen[there] is not None
    assert seen[gone] is None
    assert stub.count("other") == 0
