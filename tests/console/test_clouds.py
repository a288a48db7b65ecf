"""The one story at real services: connect a cloud, see its machines, stop one, see it stopped, find it in the trail."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from urllib.parse import quote

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.acceptance.shell import Shell
from tests.console.browser import Visit, visiting
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
    name = _stop(visit)
    _in_the_trail(visit, name)
    assert not visit.wrong, visit.wrong


def _connect(visit: Visit, title: str, answers: Mapping[str, str]) -> None:
    page = visit.page
    visit.go("/create/account")
    page.get_by_role("radio", name=title).check()
    _next(page)
    for label, value in answers.items():
        page.get_by_label(label, exact=True).or_(page.get_by_label(f"{label} – optional", exact=True)).fill(value)
    _next(page)
    page.get_by_label("Name", exact=True).fill("real")
    _next(page)
    expect(page.get_by_text("It can be reached, and the credentials are right")).to_be_visible()
    visit.picture(f"real {title} test")
    page.get_by_role("button", name="Connect", exact=True).click()
    page.wait_for_url("**/accounts/real")


def _stop(visit: Visit) -> str:
    """Returns the machine's name."""
    page = visit.page
    visit.go("/inventory?filter=" + quote('kind = "instance" AND state = "running"'))
    # The first read may still go on: what it brings appears by itself.
    row = page.locator("tbody tr").filter(has_text="Running").first
    expect(row).to_be_visible()
    row.get_by_role("link").first.click()
    page.get_by_role("link", name="Its own page").click()
    page.get_by_role("tablist", name="Parts of this page").wait_for()
    name = page.get_by_role("heading", level=1).inner_text()
    page.get_by_role("button", name="Actions").first.click()
    page.get_by_role("menuitem", name="Stop", exact=True).click()
    dialog = page.get_by_role("dialog", name=f"Stop: {name}")
    expect(dialog.get_by_text("Nothing has been sent yet.")).to_be_visible()
    dialog.get_by_role("button", name="Stop", exact=True).click()
    expect(dialog.get_by_text("Succeeded")).to_be_visible()
    dialog.get_by_role("button", name="Close").last.click()
    expect(page.get_by_text("Stopped").first).to_be_visible()
    return name


def _in_the_trail(visit: Visit, name: str) -> None:
    visit.go("/audit?action=instance.stop")
    done = visit.page.locator("tbody tr").filter(has_text="instance.stop")
    expect(done.filter(has_text="succeeded").or_(done.filter(has_text="Succeeded")).first).to_be_visible()
    done.first.get_by_role("link").first.click()
    expect(visit.page.get_by_text(name).first).to_be_visible()


def _next(page: Page) -> None:
    page.get_by_role("button", name="Next", exact=True).click()


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
