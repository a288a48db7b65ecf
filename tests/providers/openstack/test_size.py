"""Ten thousand instances, page by page."""

from mcm.contract import Region, ResourceKind
from tests.providers.openstack import samples
from tests.providers.openstack.stub import Asked, Reply, Stub

COUNT, PAGE = 10_000, 1_000
REGION = Region("RegionOne", "RegionOne", frozenset({ResourceKind.INSTANCE}))


def test_ten_thousand_instances(stub: Stub) -> None:
    templates = samples.rows("servers-2.100")

    def answer(asked: Asked) -> Reply:
        start = int(asked.params.get("marker", "-1")) + 1
        page = [
            templates[number % len(templates)] | {"id": str(number)}
            for number in range(start, min(start + PAGE, COUNT))
        ]
        links = [{"rel": "next", "href": f"/x?marker={page[-1]['id']}"}] if page else []
        return Reply(body={"servers": page} | ({"servers_links": links} if links else {}))

    stub.put("compute", "/servers/detail", answer)
    provider = stub.connect()
    listing = provider.collect(ResourceKind.INSTANCE, REGION)
    first = next(listing)
    # One question is whether all projects may be seen.
    assert stub.count("/servers/detail") == 2, "the first comes out before the second page is asked for"
    rest = [one.native_id for one in listing]
    assert [first.native_id, *rest] == [str(number) for number in range(COUNT)]
    assert stub.count("/servers/detail") == 2 + COUNT // PAGE
