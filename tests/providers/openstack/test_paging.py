"""Listings are complete or raise."""

import pytest

from mcm.contract import NotSupported, Region, ResourceKind, UnexpectedResponse, Unreachable
from mcm.contract.conformance.context import PlainContext
from mcm_providers.openstack import paging
from tests.providers.openstack.stub import Asked, Reply, Stub, paged

IDS = [f"{number:08d}-0000-4000-8000-000000000000" for number in range(25)]


def region(stub: Stub, kind: ResourceKind) -> Region:
    return Region("RegionOne", "RegionOne", frozenset({kind}))


def listed(stub: Stub, kind: ResourceKind) -> list[str]:
    provider = stub.connect()
    try:
        return [one.native_id for one in provider.collect(kind, region(stub, kind))]
    finally:
        provider.close()


@pytest.fixture
def small_pages(monkeypatch: pytest.MonkeyPatch) -> int:
    monkeypatch.setattr(paging, "PAGE_SIZE", 10)
    return 10


@pytest.mark.parametrize(
    ("kind", "service", "path", "key"),
    [
        (ResourceKind.VOLUME, "block-storage", "/volumes/detail", "volumes"),
        (ResourceKind.SNAPSHOT, "block-storage", "/snapshots/detail", "snapshots"),
        (ResourceKind.PORT, "network", "/ports", "ports"),
        (ResourceKind.FLAVOR, "compute", "/flavors/detail", "flavors"),
    ],
)
@pytest.mark.parametrize("total", [0, 9, 10, 20, 25])
def test_all_pages_are_read(
    stub: Stub, small_pages: int, kind: ResourceKind, service: str, path: str, key: str, total: int
) -> None:
    stub.put(service, path, paged(key, IDS[:total], small_pages))
    assert listed(stub, kind) == IDS[:total]


def test_instances_are_asked_for_without_a_limit(stub: Stub) -> None:
    stub.put("compute", "/servers/detail", paged("servers", IDS, 10, status="ACTIVE"))
    assert listed(stub, ResourceKind.INSTANCE) == IDS
    listing = [one.params for one in stub.asked if one.path.endswith("/servers/detail")][1:]
    assert [one.get("marker") for one in listing] == [None, IDS[9], IDS[19]]
    assert not any("limit" in one for one in listing)


def test_images_follow_next(stub: Stub, small_pages: int) -> None:
    def answer(asked: Asked) -> Reply:
        if asked.params.get("os_hidden"):
            return Reply(body={"images": [{"id": IDS[0], "name": "again"}, {"id": IDS[24], "name": "hidden"}]})
        if "marker" not in asked.params:
            return Reply(
                body={"images": [{"id": one} for one in IDS[:10]], "next": f"/v2/images?marker={IDS[9]}&limit=10"}
            )
        return Reply(body={"images": [{"id": one} for one in IDS[10:12]]})

    stub.put("image", "/images", answer)
    assert listed(stub, ResourceKind.IMAGE) == [*IDS[:12], IDS[24]]


def test_the_links_host_is_not_used(stub: Stub, small_pages: int) -> None:
    """Behind a proxy services name addresses that only they can reach."""
    stub.put("network", "/ports", paged("ports", IDS, 10))
    assert len(listed(stub, ResourceKind.PORT)) == 25
    assert {one.headers["host"] for one in stub.asked} == {stub.url.removeprefix("http://")}


def test_a_full_page_that_lost_its_link_goes_on(stub: Stub, small_pages: int) -> None:
    whole = paged("ports", IDS, 10)

    def answer(asked: Asked) -> Reply:
        reply = whole(asked)
        assert isinstance(reply.body, dict)
        reply.body.pop("ports_links", None)
        return reply

    stub.put("network", "/ports", answer)
    assert listed(stub, ResourceKind.PORT) == IDS


def _first_page_again(asked: Asked) -> Reply:
    return paged("ports", IDS, 10)(Asked(asked.method, asked.path, (), asked.headers))


def _same_marker(asked: Asked) -> Reply:
    number = 10 if asked.params.get("marker") else 0
    link = [{"rel": "next", "href": f"/x?marker={IDS[9]}"}]
    return Reply(body={"ports": [{"id": one} for one in IDS[number : number + 10]], "ports_links": link})


def _round_in_circles(asked: Asked) -> Reply:
    first = asked.params.get("marker") != IDS[9]
    page, following = (IDS[:10], IDS[9]) if first else (IDS[10:20], IDS[19])
    link = [{"rel": "next", "href": f"/x?marker={following}"}]
    return Reply(body={"ports": [{"id": one} for one in page], "ports_links": link})


def _empty_but_more(asked: Asked) -> Reply:
    return Reply(body={"ports": [], "ports_links": [{"rel": "next", "href": f"/x?marker={IDS[9]}"}]})


def _link_without_marker(asked: Asked) -> Reply:
    return Reply(body={"ports": [{"id": IDS[0]}], "ports_links": [{"rel": "next", "href": "/x?limit=10"}]})


def _not_a_list(asked: Asked) -> Reply:
    return Reply(body={"ports": {"id": "x"}})


def _no_list(asked: Asked) -> Reply:
    return Reply(body={"other": []})


def _foreign_row(asked: Asked) -> Reply:
    return Reply(body={"ports": [{"id": IDS[0]}, "a text"]})


def _row_without_id(asked: Asked) -> Reply:
    return Reply(body={"ports": [{"id": IDS[0]}, {"name": "no id"}]})


def _cut(asked: Asked) -> Reply:
    return Reply(body=paged("ports", IDS, 25)(asked).encoded()[:300])


def _html(asked: Asked) -> Reply:
    return Reply(body=b"<html><title>Welcome</title></html>", content_type="text/html")


def _html_called_json(asked: Asked) -> Reply:
    return Reply(body=b"<html><title>Welcome</title></html>")


def _bad_utf8(asked: Asked) -> Reply:
    return Reply(body=b'{"ports": [{"id": "a", "name": "\xff\xfe"}]}')


def _array(asked: Asked) -> Reply:
    return Reply(body=[{"id": "a"}])


def _empty_body(asked: Asked) -> Reply:
    return Reply(body=b"")


def _truncated_by_service(asked: Asked) -> Reply:
    return Reply(body={"ports": [{"id": IDS[0]}], "truncated": True})


@pytest.mark.parametrize(
    "answer",
    [
        _first_page_again,
        _same_marker,
        _round_in_circles,
        _empty_but_more,
        _link_without_marker,
        _not_a_list,
        _no_list,
        _foreign_row,
        _row_without_id,
        _cut,
        _html,
        _html_called_json,
        _bad_utf8,
        _array,
        _empty_body,
        _truncated_by_service,
    ],
)
def test_what_cannot_be_all_raises(stub: Stub, small_pages: int, answer: object) -> None:
    stub.put("network", "/ports", answer)
    with pytest.raises(UnexpectedResponse):
        listed(stub, ResourceKind.PORT)


def test_a_marker_that_is_gone_raises(stub: Stub, small_pages: int) -> None:
    whole = paged("volumes", IDS, 10)

    def answer(asked: Asked) -> Reply:
        if asked.params.get("marker") == IDS[19]:
            return Reply(400, {"badRequest": {"code": 400, "message": f"marker [{IDS[19]}] not found"}})
        return whole(asked)

    stub.put("block-storage", "/volumes/detail", answer)
    with pytest.raises(UnexpectedResponse, match="changed meanwhile"):
        listed(stub, ResourceKind.VOLUME)


def test_one_that_moved_to_the_next_page_comes_once(stub: Stub, small_pages: int) -> None:
    """nova lists an instance being built in another place than when it is done, so it can come again."""

    def answer(asked: Asked) -> Reply:
        if asked.params.get("marker"):
            return Reply(body={"servers": [{"id": IDS[3], "name": "moved"}, {"id": IDS[9], "name": "new"}]})
        page = [{"id": one, "name": one} for one in IDS[:5]]
        return Reply(body={"servers": page, "servers_links": [{"rel": "next", "href": f"/x?marker={IDS[4]}"}]})

    stub.put("compute", "/servers/detail", answer)
    assert listed(stub, ResourceKind.INSTANCE) == [*IDS[:5], IDS[9]]


def test_a_cell_that_is_down_raises(stub: Stub) -> None:
    rows = [{"id": IDS[0], "status": "UNKNOWN", "tenant_id": "t", "created": "2026-11-20T00:00:00Z", "links": []}]
    stub.put("compute", "/servers/detail", {"servers": [*rows, {"id": IDS[1], "name": "n", "status": "ACTIVE"}]})
    with pytest.raises(Unreachable, match="cell"):
        listed(stub, ResourceKind.INSTANCE)


def test_cancelling_ends_between_pages(stub: Stub, small_pages: int) -> None:
    stub.put("network", "/ports", paged("ports", IDS, 10))
    context = PlainContext()
    listing = stub.connect(context).collect(ResourceKind.PORT, region(stub, ResourceKind.PORT))
    next(listing)
    context.cancel()
    with pytest.raises(Unreachable):
        list(listing)


def test_an_extension_that_is_not_there(stub: Stub) -> None:
    said = {"NeutronError": {"type": "HTTPNotFound", "message": "The resource could not be found.", "detail": ""}}
    stub.put("network", "/routers", Reply(404, said))
    with pytest.raises(NotSupported) as refused:
        listed(stub, ResourceKind.ROUTER)
    assert refused.value.reason == "extension_missing"


def test_a_listing_that_a_gateway_does_not_know(stub: Stub) -> None:
    """Not the service's word, so not "there is none"."""
    stub.put("network", "/routers", Reply(404, b"<html><title>404 Not Found</title></html>", content_type="text/html"))
    with pytest.raises(UnexpectedResponse):
        listed(stub, ResourceKind.ROUTER)
