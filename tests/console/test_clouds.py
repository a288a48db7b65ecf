"""The one story at real services: connect a cloud, see its machines, stop one, see it stopped, find it in the trail."""

from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.acceptance.shell import Shell
from tests.console.browser import Visit, visiting
from tests.console.steps import next_step, stop_a_running_machine
from tests.harness.moto import MotoServer, seed_small
from tests.harness.openstack.cloud import OpenStackCloud
from tests.harness.vcsim import VcsimServer

pytestmark = pytest.mark.timeout(600)


@pytest.fixture
def empty(built: None, tmp_path: Path) -> Iterator[str]:
    # One call at a time: the emulated cloud's handlers share their tables without a lock.
    with Shell(tmp_path / "data", MCM_ACCOUNT_SLOTS="1").serving() as server:
        yield server.url


def _story(visit: Visit, title: str, answers: Mapping[str, str]) -> None:
    _connect(visit, title, answers)
    name = stop_a_running_machine(visit)
    _in_the_trail(visit, name)
    assert not visit.wrong, visit.wrong


def _connect(visit: Visit, title: str, answers: Mapping[str, str]) -> None:
    page = visit.page
    visit.go("/create/account")
    page.get_by_role("radio", name=title).check()
    next_step(page)
    for label, value in answers.items():
        page.get_by_label(label, exact=True).or_(page.get_by_label(f"{label} – optional", exact=True)).fill(value)
    next_step(page)
    page.get_by_label("Name", exact=True).fill("real")
    next_step(page)
    expect(page.get_by_text("It can be reached, and the credentials are right")).to_be_visible()
    visit.picture(f"real {title} test")
    page.get_by_role("button", name="Connect", exact=True).click()
    page.wait_for_url("**/accounts/real")


def _in_the_trail(visit: Visit, name: str) -> None:
    visit.go("/audit?action=instance.stop")
    done = visit.page.locator("tbody tr").filter(has_text="instance.stop")
    expect(done.filter(has_text="succeeded").or_(done.filter(has_text="Succeeded")).first).to_be_visible()
    done.first.get_by_role("link").first.click()
    expect(visit.page.get_by_text(name).first).to_be_visible()


def test_vcenter(browser: Browser, empty: str, vcsim_server: VcsimServer) -> None:
    answers = {
        "vCenter or ESXi host": vcsim_server.host,
        "Port": str(vcsim_server.port),
        "CA file (PEM)": str(vcsim_server.certificate_file),
        "User name": vcsim_server.username,
        "Password": vcsim_server.password,
    }
    with visiting(browser, empty) as visit:
        _story(visit, "VMware vSphere", answers)


def test_aws(browser: Browser, empty: str, moto_server: MotoServer) -> None:
    moto_server.reset()
    seed_small(moto_server.endpoint_url)
    answers = {
        "Regions": moto_server.region,
        "Endpoint for all services": moto_server.endpoint_url,
        "Access key ID": moto_server.access_key_id,
        "Secret access key": moto_server.secret_access_key,
    }
    with visiting(browser, empty) as visit:
        _story(visit, "Amazon Web Services", answers)


@pytest.mark.openstack
@pytest.mark.timeout(900)
def test_openstack(browser: Browser, empty: str, openstack_cloud: OpenStackCloud) -> None:
    from tests.harness.openstack.seed import seed

    seed(openstack_cloud)
    admin = openstack_cloud.admin
    answers = {
        "Identity URL": admin["auth_url"],
        "User name": admin["username"],
        "User's domain": admin["user_domain_name"],
        "Project": admin["project_name"],
        "Project's domain": admin["project_domain_name"],
        "Password": admin["password"],
    }
    with visiting(browser, empty) as visit:
        _story(visit, "OpenStack", answers)
