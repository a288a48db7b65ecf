"""One asks for more than may be done alone, another approves it, it is done, and the trail says so."""

import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest
from playwright.sync_api import Browser, expect

from tests.acceptance.shell import Shell
from tests.console.asking import Asking
from tests.console.browser import Visit, visiting
from tests.console.steps import signing_in

pytestmark = pytest.mark.timeout(600)
PASSWORD = "seven blue kettles sing"
PEOPLE = {"ada": ["system_admin"], "ann": ["operator"], "ben": ["approver", "auditor"], "vic": ["viewer"]}
FILTER = 'account = "lab" AND state = "running"'
# What needs rights that looking around does not give.
NOT_FOR_VIEWERS = ["/audit", "/audit/segments", "/users", "/roles", "/notices", "/keys", "/plans/new", "/schedules/new"]


@pytest.fixture(scope="module")
def governed(built: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a server where more than two targets need somebody else's approval."""
    shell = Shell(Path(tmp_path_factory.mktemp("governed") / "data"), MCM_APPROVAL_ABOVE="2")
    with shell.serving() as server:
        ask = Asking(shell, server)
        ask.connect("lab", instances=12, regions=1, cloud_id="governed")
        ask.sync()
        ask.people(PEOPLE, PASSWORD)
        yield server.url


def _as(visit: Visit, name: str, path: str) -> None:
    signing_in(visit, name, PASSWORD)
    visit.go(path)


def _but_refusals(wrong: list[str]) -> list[str]:
    return [said for said in wrong if not re.search(r"status of 401", said)]


def test_a_plan_beyond_the_belt_from_one_to_another_to_the_trail(browser: Browser, governed: str) -> None:
    with visiting(browser, governed) as ann, visiting(browser, governed) as ben:
        _as(ann, "ann", f"/plans/new?action=instance.stop&filter={quote(FILTER)}")
        expect(ann.page.get_by_text("Fit now:")).to_be_visible()
        ann.page.get_by_label("What for").fill("the lab is repainted")
        ann.picture("plan new")
        ann.page.get_by_role("button", name="Make the plan").click()
        ann.page.wait_for_url("**/plans/pln*")
        ann.settle()
        ann.picture("plan made")
        expect(ann.page.get_by_text("Waits for approval", exact=True).first).to_be_visible()
        path = ann.page.url.removeprefix(governed)
        # Not hidden: it says why not.
        expect(ann.page.get_by_role("button", name="Approve")).to_have_attribute("aria-disabled", "true")
        ann.picture("plan waits")

        _as(ben, "ben", "/plans")
        ben.picture("plans waiting")
        ben.page.get_by_role("button", name="instance.stop: to approve or reject").click()
        ben.page.wait_for_url(f"**{path}")
        ben.settle()
        ben.page.get_by_role("button", name="Approve").click()
        dialog = ben.page.get_by_role("dialog", name="Approve this plan?")
        ben.picture("plan approve")
        dialog.get_by_role("button", name="Approve").click()
        expect(dialog).not_to_be_visible()

        # By an event, with nobody asking anew.
        apply = ann.page.get_by_role("button", name="Apply")
        expect(apply).to_be_enabled()
        expect(ann.page.get_by_text("ben", exact=True)).to_be_visible()
        apply.click()
        ann.page.get_by_role("dialog", name="Apply this plan?").get_by_role("button", name="Apply").click()
        expect(ann.page.get_by_text("Succeeded", exact=True).first).to_be_visible()
        ann.settle()
        ann.picture("plan applied")

        ben.go("/audit?action=plan.approve")
        row = ben.page.locator("tbody tr").filter(has_text="plan.approve").first
        expect(row).to_contain_text("ben")
        expect(row).to_contain_text(path.rpartition("/")[2])
        row.get_by_role("link").first.click()
        expect(ben.page.get_by_text("The row, as it stands in the trail")).to_be_visible()
        ben.page.get_by_role("button", name="Verify").click()
        expect(ben.page.get_by_text("The trail is whole")).to_be_visible()
        ben.settle()
        ben.picture("audit row")
        assert not _but_refusals(ann.wrong + ben.wrong)


def test_whoever_may_not_is_told_what_is_lacking(browser: Browser, governed: str) -> None:
    with visiting(browser, governed) as visit:
        _as(visit, "vic", "/plans")
        expect(visit.page.get_by_role("button", name="New plan")).to_have_attribute("aria-disabled", "true")
        for path in NOT_FOR_VIEWERS:
            visit.move(path)
            expect(visit.page.get_by_text("You may not see this")).to_be_visible()
        visit.picture("no permission")
        assert not _but_refusals(visit.wrong)


def test_a_schedule_from_nothing_to_nothing(browser: Browser, governed: str) -> None:
    with visiting(browser, governed) as visit:
        _as(visit, "ann", f"/schedules/new?filter={quote(FILTER)}")
        visit.page.get_by_label("Name", exact=True).fill("lab-at-night")
        visit.page.get_by_role("button", name="Preview a run").click()
        dialog = visit.page.get_by_role("dialog", name="If it were due now")
        expect(dialog.get_by_text("It would ask for")).to_be_visible()
        visit.settle()
        visit.picture("schedule preview")
        dialog.get_by_role("button", name="Close").last.click()
        visit.page.get_by_role("button", name="Save").click()
        visit.page.wait_for_url("**/schedules/lab-at-night")
        visit.settle()
        expect(visit.page.get_by_text("Mon Tue Wed Thu Fri 20:00")).to_be_visible()
        visit.picture("schedule")
        visit.page.get_by_role("button", name="Turn off").click()
        expect(visit.page.get_by_role("button", name="Turn on")).to_be_visible()
        visit.page.get_by_role("button", name="Delete").click()
        visit.page.get_by_role("dialog").get_by_role("button", name="Delete").click()
        visit.page.wait_for_url("**/schedules")
        assert not _but_refusals(visit.wrong)
