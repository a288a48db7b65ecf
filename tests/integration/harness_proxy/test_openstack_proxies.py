"""openstacksdk behind OpenStackProxies: every service is reached through its own proxy, and faults hit one only."""

from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from openstack import exceptions

from tests.harness.proxy import (
    EmptyPage,
    ExpiredToken,
    OpenStackProxies,
    PermissionDenied,
    RepeatPage,
    Status,
    anything,
    huge_name,
)
from tests.harness.proxy.mangling import HUGE_NAME_BYTES
from tests.harness.replay import openstack as replay_openstack
from tests.harness.replay.running import Replay
from tests.integration.harness_proxy.stub import Reply, Stub
from tests.integration.harness_proxy.test_openstack_replay import connect, token


@pytest.fixture(scope="module")
def replay() -> Iterator[Replay]:
    with replay_openstack.start(servers=40, max_limit=10) as running:
        yield running


@pytest.fixture
def proxies(replay: Replay) -> Iterator[OpenStackProxies]:
    with OpenStackProxies(f"{replay.endpoint_url}/identity/v3") as running:
        yield running


def ids(cloud: Any) -> list[str]:
    return [server.id for server in cloud.compute.servers(details=True, all_projects=True)]


def test_every_service_is_reached_through_its_own_proxy(proxies: OpenStackProxies, replay: Replay) -> None:
    cloud = connect(proxies.auth_url)
    assert len(set(ids(cloud))) == 40
    list(cloud.block_storage.volumes())
    list(cloud.network.networks())
    kinds = {kind for kind, _ in proxies.services()}
    assert kinds == {"identity", "compute", "image", "network", "volumev3", "block-storage"}
    assert proxies["volumev3"] is proxies["block-storage"]
    assert len({proxies[kind].url for kind in kinds}) == 5
    assert len([call for call in proxies["compute"].ledger if "/servers/detail" in call.path]) == 5
    assert any("/volumes/detail" in call.path for call in proxies["volumev3"].ledger)
    assert any("/networks" in call.path for call in proxies["network"].ledger)
    assert any(call.path.endswith("/auth/tokens") for call in proxies["identity"].ledger)
    assert not any(call.mutating for call in proxies.ledger())


def test_no_address_of_the_cloud_itself_gets_through(
    proxies: OpenStackProxies, replay: Replay, http: httpx.Client
) -> None:
    headers = token(http, replay)
    cloud = connect(proxies.auth_url)
    ids(cloud)
    catalogue = http.get(f"{proxies.auth_url}/auth/catalog", headers=headers).text
    page = http.get(f"{proxies['compute'].url}/compute/v2.1/servers/detail", headers=headers).text
    version = http.get(f"{proxies['compute'].url}/compute/v2.1").text
    for text in (catalogue, page, version):
        assert replay.endpoint_url not in text
    assert f"{proxies['compute'].url}/compute/v2.1" in catalogue
    assert f"{proxies['compute'].url}/compute/v2.1/servers" in page


def test_a_fault_hits_one_service_only(proxies: OpenStackProxies) -> None:
    rule = proxies.rule("compute", "GET .*/servers/detail", Status(503))
    cloud = connect(proxies.auth_url, compute_status_code_retries=0)
    with pytest.raises(exceptions.HttpException, match="503"):
        ids(cloud)
    assert rule.struck >= 1
    assert list(cloud.network.networks()) == []
    proxies.clear()
    assert len(ids(cloud)) == 40


def test_a_rule_can_be_made_before_the_service_is_known(proxies: OpenStackProxies, replay: Replay) -> None:
    with pytest.raises(KeyError, match="learn"):
        proxies["network"]
    proxies.rule("network", anything, PermissionDenied())
    with pytest.raises(exceptions.ForbiddenException):
        list(connect(proxies.auth_url).network.networks())


def test_learning_the_catalogue_without_a_client(proxies: OpenStackProxies) -> None:
    user = {"name": "admin", "domain": {"id": "default"}, "password": replay_openstack.PASSWORD}
    proxies.learn(
        {
            "identity": {"methods": ["password"], "password": {"user": user}},
            "scope": {"project": {"name": "admin", "domain": {"id": "default"}}},
        }
    )
    assert proxies["compute"].url != proxies["identity"].url
    assert len(proxies.ledger()) == 0


def test_keystoneauth_signs_in_again_when_the_token_expires(proxies: OpenStackProxies) -> None:
    cloud = connect(proxies.auth_url)
    assert len(ids(cloud)) == 40
    rule = proxies.rule("compute", "GET .*/servers/detail", ExpiredToken(), times=1)
    assert len(ids(cloud)) == 40
    assert rule.struck == 1
    signed_in = [call for call in proxies["identity"].ledger if call.path.endswith("/auth/tokens")]
    assert len(signed_in) == 2


def test_pages_repeat_and_empty(proxies: OpenStackProxies) -> None:
    cloud = connect(proxies.auth_url)
    every = ids(cloud)
    proxies.rule("compute", "GET .*/servers/detail", RepeatPage(advance=True), times=1)
    assert ids(cloud) == every[:10] + every[:10] + every[20:]
    proxies.clear()
    proxies.rule("compute", "GET .*/servers/detail", EmptyPage(), times=1, after=2)
    assert ids(cloud) == every[:20]


def test_a_huge_name_reaches_the_client(proxies: OpenStackProxies) -> None:
    cloud = connect(proxies.auth_url)
    proxies.rule("compute", "GET .*/servers/detail", huge_name(), times=1)
    names = [server.name for server in cloud.compute.servers(details=True, all_projects=True)]
    assert max(map(len, names)) == HUGE_NAME_BYTES


def test_with_tls_one_authority_signs_for_all(replay: Replay) -> None:
    with OpenStackProxies(f"{replay.endpoint_url}/identity/v3", tls=True) as proxies:
        assert proxies.auth_url.startswith("https://")
        cloud = connect(proxies.auth_url, cacert=proxies.ca_file)
        assert len(ids(cloud)) == 40
        assert proxies["compute"].url.startswith("https://")


def test_services_on_ports_of_their_own_and_in_two_regions(http: httpx.Client) -> None:
    with Stub() as keystone, Stub() as nova, Stub() as other_nova:
        catalogue = [
            {
                "type": "compute",
                "endpoints": [
                    {"interface": "public", "region_id": "one", "url": f"{nova.url}/v2.1"},
                    {"interface": "internal", "region_id": "one", "url": f"{nova.url}/v2.1"},
                    {"interface": "public", "region_id": "two", "url": f"{other_nova.url}/v2.1"},
                ],
            }
        ]
        # A port that merely begins like nova's must stay as it is.
        note = f"{nova.url}0/x"
        body = httpx.Response(200, json={"token": {"catalog": catalogue, "note": note}}).content
        keystone.answer = lambda seen: Reply(body, status=201, headers={"Location": f"{nova.url}/v2.1/x"})
        with OpenStackProxies(f"{keystone.url}/v3") as proxies:
            rule = proxies.rule("compute", "GET", Status(503), times=2)
            answer = http.post(f"{proxies.auth_url}/auth/tokens", json={})
            one, two = proxies.proxy("compute", "one"), proxies.proxy("compute", "two")
            urls = [endpoint["url"] for endpoint in answer.json()["token"]["catalog"][0]["endpoints"]]
            assert urls == [f"{one.url}/v2.1", f"{one.url}/v2.1", f"{two.url}/v2.1"]
            assert answer.json()["token"]["note"] == note
            assert answer.headers["location"] == f"{one.url}/v2.1/x"
            assert int(answer.headers["content-length"]) == len(answer.content)
            statuses = [http.get(f"{proxy.url}/v2.1").status_code for proxy in (one, two, one)]
            assert statuses == [503, 503, 200]
            assert rule.struck == 2
