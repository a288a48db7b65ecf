"""CloudStack's listings are complete across pages, or they raise."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mcm.contract import ProviderError, ResourceKind, UnexpectedResponse
from mcm.contract.conformance.context import PlainContext
from mcm_providers.libcloud.adapter import LibcloudProvider
from mcm_providers.libcloud.client import Line, open_driver
from mcm_providers.libcloud.descriptor import DESCRIPTOR
from mcm_providers.libcloud.settings import Settings
from tests.harness.replay.cloudstack import Failure
from tests.harness.replay.cloudstack_inside import Inside, running_inside
from tests.harness.replay.cloudstack_signing import USER
from tests.providers.libcloud.conftest import GLOBAL, Connect, Serve

K = ResourceKind
INSTANCES = "listVirtualMachines"


def ids(server: Inside, command: str = INSTANCES) -> set[str]:
    return {one["id"] for one in server.server.estate.lists[command]}


def test_libcloud_alone_gets_the_first_500(serve: Serve) -> None:
    """Why the bridge pages itself: the driver's own listing ends after one page without a word."""
    server = serve(instances=1700, page_cap=500)
    line = Line(PlainContext(), "cloudstack", "global")
    arguments = {"secret": USER.secret, "secure": False, "host": "127.0.0.1", "port": server.port}
    with line.in_use():
        driver = open_driver(Settings("cloudstack", USER.api_key, ""), line, {**arguments, "path": "/client/api"})
        nodes = driver.list_nodes()
        volumes = driver.list_volumes()
    line.close()
    mine = [one for one in server.server.estate.lists[INSTANCES] if one.get("account") == USER.account]
    assert len(mine) == 1020
    assert len(nodes) == 500
    assert len(volumes) == 500


def test_1700_instances_arrive_complete(serve: Serve, connect: Connect) -> None:
    server = serve(instances=1700, page_cap=500)
    found = [one.native_id for one in connect(server).collect(K.INSTANCE, GLOBAL)]
    assert len(found) == 1700
    assert set(found) == ids(server)
    asked = [form for form in server.server.asked if form["command"] == INSTANCES]
    # 1,360 of accounts on three pages, 340 of the project on one.
    assert [(form.get("projectid"), form["page"]) for form in asked] == [
        (None, "1"),
        (None, "2"),
        (None, "3"),
        ("-1", "1"),
    ]


@pytest.mark.parametrize("kind", [K.VOLUME, K.SNAPSHOT, K.PUBLIC_IP, K.NETWORK, K.KEYPAIR, K.HOST, K.FLAVOR])
def test_every_listing_pages(serve: Serve, connect: Connect, kind: ResourceKind) -> None:
    server = serve(instances=60, size=9, page_cap=4)
    commands = {
        K.VOLUME: ["listVolumes"],
        K.SNAPSHOT: ["listSnapshots", "listVMSnapshot"],
        K.PUBLIC_IP: ["listPublicIpAddresses"],
        K.NETWORK: ["listNetworks", "listVPCs"],
        K.KEYPAIR: ["listSSHKeyPairs"],
        K.HOST: ["listHosts"],
        K.FLAVOR: ["listServiceOfferings"],
    }[kind]
    held = sum(len(server.server.estate.lists[command]) for command in commands)
    assert held > 8
    assert len(list(connect(server).collect(kind, GLOBAL))) == held


@pytest.mark.parametrize("count", [0, 1, 9, 10, 11, 20])
def test_any_number_around_the_page_size(serve: Serve, connect: Connect, count: int) -> None:
    server = serve(instances=count, page_cap=10)
    assert {one.native_id for one in connect(server).collect(K.INSTANCE, GLOBAL)} == ids(server)


def test_the_clouds_own_limit_is_obeyed(serve: Serve, connect: Connect) -> None:
    """An operator may have lowered default.page.size; it is learnt once."""
    server = serve(instances=30, page_cap=7)
    provider = connect(server)
    assert len(list(provider.collect(K.INSTANCE, GLOBAL))) == 30
    assert len(list(provider.collect(K.VOLUME, GLOBAL))) == len(ids(server, "listVolumes"))
    sizes = [form["pagesize"] for form in server.server.asked if "pagesize" in form]
    assert sizes.count("500") == 1
    assert set(sizes[1:]) == {"7"}


@pytest.mark.parametrize("kind", ["cut", "repeat", "empty", "end"])
@pytest.mark.parametrize("page", [2, 3])
def test_a_spoilt_page_raises(serve: Serve, connect: Connect, kind: str, page: int) -> None:
    server = serve(instances=60, page_cap=10)
    server.server.control.trouble.order(kind, page, 1)
    with pytest.raises(UnexpectedResponse):
        list(connect(server).collect(K.INSTANCE, GLOBAL))
    # Next time it is whole.
    assert len(list(connect(server).collect(K.INSTANCE, GLOBAL))) == 60


@pytest.mark.parametrize(
    "body",
    [
        b'{"listvirtualmachinesresponse": {"virtualmachine": [{"id": "a"}]}}',
        b'{"listvirtualmachinesresponse": {"count": "many", "virtualmachine": []}}',
        b'{"listvirtualmachinesresponse": {"count": true, "virtualmachine": []}}',
        b'{"listvirtualmachinesresponse": {"count": 1, "virtualmachine": {"id": "a"}}}',
        b'{"listvirtualmachinesresponse": {"count": 1, "virtualmachine": ["a"]}}',
        b'{"listvirtualmachinesresponse": {"count": 1, "virtualmachine": [{"name": "no id"}]}}',
        b'{"listvirtualmachinesresponse": {"count": 2, "virtualmachine": [{"id": "a"}]}}',
        b'{"listvirtualmachinesresponse": []}',
        b'{"listvolumesresponse": {}}',
        b"[]",
        b"",
        b"<html>login</html>",
    ],
)
def test_nonsense_is_no_empty_listing(serve: Serve, connect: Connect, body: bytes) -> None:
    server = serve()
    server.server.failures.append(Failure(200, body, INSTANCES))
    with pytest.raises(UnexpectedResponse):
        list(connect(server).collect(K.INSTANCE, GLOBAL))


def test_what_is_deleted_while_reading_is_noticed(serve: Serve, connect: Connect) -> None:
    """One of the first page goes, all move up, and the eleventh would fall between the pages."""
    server = serve(instances=50, page_cap=10)
    first = server.server.estate.lists[INSTANCES][0]["id"]

    def delete(form: dict[str, str]) -> None:
        if form["command"] == INSTANCES and form.get("page") == "2":
            server.server.before = None
            server.server.estate.remove(INSTANCES, first)

    server.server.before = delete
    found = [one.native_id for one in connect(server).collect(K.INSTANCE, GLOBAL)]
    assert ids(server) <= set(found)
    assert len(found) == len(set(found)) == 50


def test_a_list_that_never_holds_still_is_given_up(serve: Serve, connect: Connect) -> None:
    server = serve(instances=50, page_cap=10)

    def delete(form: dict[str, str]) -> None:
        if form["command"] == INSTANCES:
            server.server.estate.remove(INSTANCES, server.server.estate.lists[INSTANCES][0]["id"])

    server.server.before = delete
    with pytest.raises(UnexpectedResponse, match="changed while it was read"):
        list(connect(server).collect(K.INSTANCE, GLOBAL))


def test_versions_that_count_the_page_only(serve: Serve, connect: Connect) -> None:
    server = serve(size=9, page_cap=4)
    server.server.page_counts = True
    provider = connect(server)
    assert len(list(provider.collect(K.FLAVOR, GLOBAL))) == 27
    assert len(list(provider.collect(K.CLUSTER, GLOBAL))) == 9


@pytest.mark.parametrize("page_counts", [False, True])
def test_versions_that_sort_without_order(serve: Serve, connect: Connect, page_counts: bool) -> None:
    """CloudStack issue 5316: an offering came on two pages, and another on none."""
    server = serve(size=3, page_cap=4)
    server.server.page_counts = page_counts
    offerings = server.server.estate.lists["listServiceOfferings"]
    offerings[5] = offerings[1]
    with pytest.raises(UnexpectedResponse, match="twice"):
        list(connect(server).collect(K.FLAVOR, GLOBAL))


def test_a_template_of_two_zones_is_two_images(serve: Serve, connect: Connect) -> None:
    images = list(connect(serve(), USER).collect(K.IMAGE, GLOBAL))
    assert len({one.native_id for one in images}) == 2
    assert len({(one.native_id, one.native_scope) for one in images}) == len(images) == 4


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    spoilt=st.dictionaries(st.integers(2, 7), st.sampled_from(["cut", "repeat", "empty", "end"]), max_size=3),
    gone=st.sets(st.integers(0, 59), max_size=2),
    at=st.integers(1, 6),
)
def test_no_false_disappearance(spoilt: dict[int, str], gone: set[int], at: int) -> None:
    """Whatever is cut, repeated, emptied or deleted meanwhile: a listing that ends has all that is still there."""
    with running_inside(instances=60, page_cap=10) as server:
        for page, kind in spoilt.items():
            server.server.control.trouble.order(kind, page, 1)
        doomed = [server.server.estate.lists[INSTANCES][number]["id"] for number in gone]

        def delete(form: dict[str, str]) -> None:
            if form["command"] == INSTANCES and form.get("page") == str(at):
                while doomed:
                    server.server.estate.remove(INSTANCES, doomed.pop())

        server.server.before = delete
        form = DESCRIPTOR.connection.validated(server.config(), server.secrets())
        provider = LibcloudProvider.connect(form, PlainContext())
        try:
            found = [one.native_id for one in provider.collect(K.INSTANCE, GLOBAL)]
        except ProviderError:
            return
        finally:
            provider.close()
        assert len(found) == len(set(found))
        assert ids(server) <= set(found)
