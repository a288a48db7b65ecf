"""What people come for: connect a cloud, stop a machine and see it stopped, make one, and be refused with a reason."""

import json
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest
from playwright.sync_api import Browser, expect

from tests.acceptance.shell import Shell
from tests.console.browser import Visit, visiting
from tests.console.steps import act, next_step, stop_a_running_machine
from tests.console.walking import EVERY_LOOK, LOOKS, Look, walk

pytestmark = pytest.mark.timeout(300)
QUICK = {"Instances": "12", "Regions": "1", "Cloud id": "acted-on", "Duration of what is asked for, ms": "300"}


@pytest.fixture(scope="module")
def empty(built: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a server that knows no cloud."""
    with Shell(Path(tmp_path_factory.mktemp("acting") / "data")).serving() as server:
        yield server.url


def test_from_no_cloud_to_a_stopped_machine_and_a_new_one(browser: Browser, empty: str) -> None:
    with visiting(browser, empty) as visit:
        _connect(visit)
        name = stop_a_running_machine(visit)
        _find_in_operations(visit, name)
        _refused(visit, name)
        _create(visit)
        _pause_and_remove(visit)
        assert not visit.wrong, visit.wrong


def _connect(visit: Visit) -> None:
    page = visit.page
    visit.go("/accounts")
    page.get_by_role("link", name="Connect a cloud").first.click()
    page.get_by_role("radio", name="Simulated cloud").check()
    next_step(page)
    for label, value in QUICK.items():
        page.get_by_label(label, exact=False).fill(value)
    next_step(page)
    next_step(page)
    expect(page.get_by_text("Something that is needed is missing").first).to_be_visible()
    page.get_by_label("Name", exact=True).fill("lab")
    next_step(page)
    expect(page.get_by_text("It can be reached, and the credentials are right")).to_be_visible()
    expect(page.get_by_text("mcm account add lab --provider simulated --ownership private")).to_be_visible()
    visit.picture("wizard account test")
    page.get_by_role("button", name="Connect", exact=True).click()
    page.wait_for_url("**/accounts/lab")
    expect(page.get_by_text("“lab” is connected and is being read")).to_be_visible()


def _find_in_operations(visit: Visit, name: str) -> None:
    page = visit.page
    page.get_by_role("tab", name="Operations").click()
    expect(page.get_by_role("table", name="Operations").get_by_role("row").filter(has_text="Succeeded")).to_be_visible()
    page.get_by_role("navigation").get_by_role("link", name="Operations").click()
    page.wait_for_url("**/operations")
    expect(page.locator("tbody tr").filter(has_text=name).first).to_contain_text("Succeeded")
    page.go_back()
    page.wait_for_url("**/resources/*")
    visit.settle()


def _refused(visit: Visit, name: str) -> None:
    """What cannot be asked for says why; what destroys wants the name to be typed, and says what hangs on it."""
    page = visit.page
    page.get_by_role("button", name="Actions").click()
    stop = page.get_by_role("menuitem", name="Stop", exact=True)
    expect(stop).to_be_disabled()
    stop.hover()
    expect(page.get_by_role("tooltip")).to_contain_text("it is stopped already")
    page.get_by_role("menuitem", name="Delete", exact=True).click()
    dialog = page.get_by_role("dialog", name=f"Delete: {name}")
    expect(dialog.get_by_text("What hangs on it")).to_be_visible()
    button = dialog.get_by_role("button", name="Delete", exact=True)
    expect(button).to_be_disabled()
    dialog.get_by_label("to confirm").fill(name)
    expect(button).to_be_enabled()
    visit.picture("dialog delete")
    dialog.get_by_role("button", name="Cancel").click()


def _create(visit: Visit) -> None:
    page = visit.page
    visit.go("/create/instance")
    page.get_by_role("button", name="Account").click()
    page.get_by_role("option", name="lab").click()
    expect(page.get_by_role("button", name="Region")).to_be_visible()
    next_step(page)
    expect(page.get_by_text("it is unavailable at the cloud").first).to_be_visible()
    page.get_by_role("radio", name="Select debian-12").check()
    next_step(page)
    page.get_by_role("radio", name="Select m1.large").check()
    next_step(page)
    expect(page.get_by_role("table", name="Networks")).to_be_visible()
    visit.settle()
    page.get_by_role("table", name="Networks").get_by_role("checkbox", name="net").first.check()
    next_step(page)
    page.get_by_label("Name", exact=True).fill("made-here")
    next_step(page)
    expect(page.get_by_text("Nothing has been sent yet.")).to_be_visible()
    visit.settle()
    visit.picture("wizard instance review")
    visit.wrong += visit.barriers()
    page.get_by_role("button", name="Create", exact=True).click()
    expect(page.get_by_role("heading", name="The cloud is asked for “made-here”")).to_be_visible()
    expect(page.get_by_text("Succeeded")).to_be_visible()
    page.get_by_role("link", name="See what was made").click()
    expect(page.get_by_role("heading", level=1, name="made-here")).to_be_visible()


def _pause_and_remove(visit: Visit) -> None:
    page = visit.page
    visit.go("/accounts/lab")
    act(page, "Pause")
    expect(page.get_by_text("This account is paused: nothing is read or done.")).to_be_visible()
    act(page, "Remove")
    dialog = page.get_by_role("dialog", name="Remove account “lab”")
    expect(dialog.get_by_text("resources that only this account sees")).to_be_visible()
    visit.picture("dialog remove account")
    dialog.get_by_label("to confirm").fill("lab")
    dialog.get_by_role("button", name="Remove", exact=True).click()
    page.wait_for_url("**/accounts")
    expect(page.get_by_text("No cloud is connected yet")).to_be_visible()


def test_many_at_once(browser: Browser, estate: str) -> None:
    """Up to the belt they are asked for; beyond it they become a plan."""
    with visiting(browser, estate) as visit:
        page = visit.page
        running = 'kind = "instance" AND state = "running" AND account = "north-dc"'
        visit.go(f"/inventory?filter={quote(running)}")
        for box in page.locator("tbody tr").get_by_role("checkbox").all()[:2]:
            box.check()
        act(page, "Suspend")
        dialog = page.get_by_role("dialog", name="Suspend: 2 resources")
        expect(dialog.get_by_text("2 would be asked for, 0 cannot be.")).to_be_visible()
        visit.picture("dialog many")
        dialog.get_by_role("button", name="Suspend", exact=True).click()
        expect(dialog.get_by_text("Succeeded")).to_have_count(2)
        dialog.get_by_role("button", name="Close").last.click()
        visit.settle()
        page.get_by_role("checkbox", name="Select all on this page").press(" ")
        act(page, "Stop")
        dialog = page.get_by_role("dialog", name="Stop:")
        expect(dialog.get_by_text("More than 20 at once needs a plan")).to_be_visible()
        dialog.get_by_role("button", name="Make a plan").click()
        page.wait_for_url("**/plans/*")
        assert not visit.wrong, visit.wrong


@pytest.mark.parametrize("look", LOOKS, ids=str)
def test_pages_of_resources(browser: Browser, estate: str, look: Look) -> None:
    assert not walk(browser, estate, _tabs(estate), look)


@pytest.mark.soak
@pytest.mark.parametrize("look", EVERY_LOOK, ids=str)
def test_pages_of_resources_in_every_look(browser: Browser, estate: str, look: Look) -> None:
    assert not walk(browser, estate, _tabs(estate), look)


def _tabs(url: str) -> dict[str, str]:
    """Every tab, of an ordinary one and of one whose name is made to mislead."""
    of = {account: _first(url, f'account = "{account}" AND kind = "instance"') for account in ("north-dc", "hostile")}
    tabs = ("details", "relations", "history", "operations", "native")
    return {f"resource {account} {tab}": f"/resources/{of[account]}?tab={tab}" for account in of for tab in tabs}


def _first(url: str, wanted: str) -> str:
    with urllib.request.urlopen(f"{url}/api/v1/resources?limit=1&filter={quote(wanted)}") as answer:
        return str(json.load(answer)["items"][0]["id"])
