"""The OpenStack replay server is taken for an OpenStack by openstacksdk, and pages servers as nova does."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import httpx
import openstack
import pytest

from tests.harness.replay import openstack as replay_openstack
from tests.harness.replay.openstack_servers import PROJECTS
from tests.harness.replay.running import Replay

COUNT = 2500


@pytest.fixture(scope="module")
def replay() -> Iterator[Replay]:
    with replay_openstack.start(servers=COUNT) as running:
        yield running


@pytest.fixture(scope="module")
def hundreds() -> Iterator[Replay]:
    """As many as openstacksdk makes objects of in a second or two, over several pages."""
    with replay_openstack.start(servers=240, max_limit=100) as running:
        yield running


@pytest.fixture
def small() -> Iterator[Replay]:
    with replay_openstack.start(servers=40, max_limit=10) as running:
        yield running


def connect(auth_url: str, *, project: str = "admin", password: str = replay_openstack.PASSWORD, **extra: Any) -> Any:
    return openstack.connect(
        auth_url=auth_url,
        username="admin",
        password=password,
        project_name=project,
        user_domain_name="Default",
        project_domain_name="Default",
        region_name="RegionOne",
        load_envvars=False,
        load_yaml_config=False,
        **extra,
    )


def token(http: httpx.Client, replay: Replay, project: str = "admin") -> dict[str, str]:
    password = {"user": {"name": "admin", "domain": {"id": "default"}, "password": replay_openstack.PASSWORD}}
    auth = {
        "identity": {"methods": ["password"], "password": password},
        "scope": {"project": {"name": project, "domain": {"id": "default"}}},
    }
    answer = http.post(f"{replay.endpoint_url}/identity/v3/auth/tokens", json={"auth": auth})
    return {"X-Auth-Token": answer.headers["x-subject-token"]}


def test_openstacksdk_lists_every_server_once(hundreds: Replay) -> None:
    cloud = connect(f"{hundreds.endpoint_url}/identity/v3")
    everything = list(cloud.compute.servers(details=True, all_projects=True))
    assert len(everything) == len({server.id for server in everything}) == 240
    assert {server.project_id for server in everything} == set(PROJECTS.values())
    first = everything[0]
    assert first.flavor["original_name"] in {flavor.name for flavor in cloud.compute.flavors()}
    assert first.addresses["private"][0]["addr"].startswith("10.")
    assert first.compute_host.startswith("compute-")
    assert cloud.compute.get_server(first.id).name == first.name


def test_a_project_sees_its_own_servers(hundreds: Replay) -> None:
    cloud = connect(f"{hundreds.endpoint_url}/identity/v3", project="search")
    mine = list(cloud.compute.servers(details=True))
    assert len(mine) == 240 / len(PROJECTS)
    assert {server.project_id for server in mine} == {PROJECTS["search"]}


def test_the_other_services_are_there_and_empty(replay: Replay) -> None:
    cloud = connect(f"{replay.endpoint_url}/identity/v3")
    assert list(cloud.block_storage.volumes()) == []
    assert list(cloud.image.images()) == []
    assert list(cloud.network.networks()) == []
    assert list(cloud.network.security_groups()) == []
    assert {project.name for project in cloud.identity.projects()} == set(PROJECTS)
    assert [zone.name for zone in cloud.compute.availability_zones()] == ["az1", "az2", "az3"]


def test_a_page_is_at_most_1000_and_a_full_one_links_on(replay: Replay, http: httpx.Client) -> None:
    url: str | None = f"{replay.endpoint_url}/compute/v2.1/servers/detail?all_tenants=True&limit=5000"
    headers = token(http, replay)
    sizes: list[int] = []
    found: set[str] = set()
    while url:
        page = http.get(url, headers=headers).json()
        sizes.append(len(page["servers"]))
        found |= {server["id"] for server in page["servers"]}
        url = next((link["href"] for link in page.get("servers_links", ())), None)
    assert sizes == [1000, 1000, 500]
    assert len(found) == COUNT


def test_a_listing_that_fills_its_last_page_ends_with_an_empty_one(small: Replay, http: httpx.Client) -> None:
    headers = token(http, small)
    url: str | None = f"{small.endpoint_url}/compute/v2.1/servers/detail?all_tenants=True"
    sizes = []
    while url:
        page = http.get(url, headers=headers).json()
        sizes.append(len(page["servers"]))
        url = next((link["href"] for link in page.get("servers_links", ())), None)
    assert sizes == [10, 10, 10, 10, 0]


def test_bad_requests_are_refused_as_nova_does(small: Replay, http: httpx.Client) -> None:
    headers = token(http, small)
    base = f"{small.endpoint_url}/compute/v2.1/servers"
    unknown = "00000000-0000-4000-8000-000000000000"
    assert http.get(f"{base}/detail").status_code == 401
    answer = http.get(f"{base}/detail?marker={unknown}", headers=headers)
    assert (answer.status_code, answer.json()["badRequest"]["message"]) == (400, f"marker [{unknown}] not found")
    assert http.get(f"{base}/detail?limit=-1", headers=headers).status_code == 400
    assert http.get(f"{base}/{unknown}", headers=headers).status_code == 404
    with pytest.raises(Exception, match="401"):
        connect(f"{small.endpoint_url}/identity/v3", password="wrong").authorize()


def test_changes_since_lists_what_was_mutated(small: Replay, http: httpx.Client) -> None:
    headers = token(http, small)
    before = datetime.now(UTC)
    url = f"{small.endpoint_url}/compute/v2.1/servers/detail"
    query = {"all_tenants": "True", "changes-since": before.isoformat()}
    assert http.get(url, headers=headers, params=query).json()["servers"] == []
    old = http.get(url, headers=headers, params={"all_tenants": "True"}).json()["servers"]
    changed = small.mutate(4)
    assert {server["id"] for server in http.get(url, headers=headers, params=query).json()["servers"]} == set(changed)
    new = http.get(url, headers=headers, params={"all_tenants": "True"}).json()["servers"]
    differing = {server["id"] for server, other in zip(new, old, strict=True) if server != other}
    assert differing == set(changed) & {server["id"] for server in new}


def test_the_same_seed_gives_the_same_servers(http: httpx.Client) -> None:
    def body(server: Replay) -> Any:
        url = f"{server.endpoint_url}/compute/v2.1/servers/detail?all_tenants=1"
        text = http.get(url, headers=token(http, server)).text
        return json.loads(text.replace(server.endpoint_url, ""))

    with replay_openstack.start(servers=20) as one, replay_openstack.start(servers=20) as again:
        assert body(one) == body(again)
    with replay_openstack.start(servers=20, seed=2) as other:
        assert len(body(other)["servers"]) == 20


def test_trouble_with_a_page(small: Replay) -> None:
    cloud = connect(f"{small.endpoint_url}/identity/v3")

    def ids() -> list[str]:
        return [server.id for server in cloud.compute.servers(details=True, all_projects=True)]

    every = ids()
    assert len(every) == 40
    small.trouble("repeat", 3)
    assert ids() == every[:20] + every[10:20] + every[30:]
    small.trouble("end", 2)
    assert ids() == every[:20]
    small.trouble("empty", 2)
    # openstacksdk takes an empty page for the last one, whatever link it carries.
    assert ids() == every[:10]
