"""The pages about policies and placement with something on them, and the ways through them."""

import re

import pytest
from playwright.sync_api import Browser, expect

from tests.console.browser import visiting
from tests.console.deciding import Decided, paths, seeded
from tests.console.walking import EVERY_LOOK, LOOKS, Look, walk

pytestmark = pytest.mark.timeout(600)


@pytest.fixture(scope="module")
def decided(estate: str) -> Decided:
    return seeded(estate)


@pytest.mark.parametrize("look", LOOKS, ids=str)
def test_every_page_with_data(browser: Browser, estate: str, decided: Decided, look: Look) -> None:
    assert not walk(browser, estate, paths(decided), look)


@pytest.mark.soak
@pytest.mark.parametrize("look", EVERY_LOOK, ids=str)
def test_every_page_with_data_in_every_look(browser: Browser, estate: str, decided: Decided, look: Look) -> None:
    assert not walk(browser, estate, paths(decided), look)


def test_a_policy_is_looked_at_while_it_is_typed(browser: Browser, estate: str, decided: Decided) -> None:
    with visiting(browser, estate) as visit:
        page = visit.page
        visit.go("/policies/new?from=approved-images")
        area = page.get_by_label("Document (YAML)")
        text = area.input_value()
        area.fill(text.replace("severity:", "severty:"))
        expect(page.get_by_role("button", name=re.compile("Go to line"))).not_to_have_count(0)
        expect(page.get_by_text(re.compile("did you mean 'severity'")).first).to_be_visible()
        expect(page.get_by_role("button", name="Save")).to_be_disabled()
        visit.picture("deciding policy misspelt")
        area.fill(text)
        expect(page.get_by_text("Nothing is wrong with it")).to_be_visible()
        page.get_by_role("button", name="Simulate").first.click()
        expect(page.get_by_text(re.compile("Instances that would violate it"))).to_be_visible()
        visit.picture("deciding policy simulated")
        assert not visit.wrong


def test_a_workload_is_placed_and_taken_back(browser: Browser, estate: str, decided: Decided) -> None:
    with visiting(browser, estate) as visit:
        page = visit.page
        visit.go("/workloads/shop-front")
        page.get_by_role("button", name="Place", exact=True).click()
        expect(page.get_by_role("heading", name="Every place and every rule")).to_be_visible()
        page.get_by_role("button", name="Hold the room").click()
        page.wait_for_url("**/placements/*")
        expect(page.get_by_text("Reserved", exact=True).first).to_be_visible()
        page.get_by_role("button", name="Make the instances").click()
        expect(page.get_by_role("dialog", name=re.compile("Make 3 instances"))).to_be_visible()
        visit.settle()
        visit.picture("deciding apply")
        page.keyboard.press("Escape")
        page.get_by_role("button", name="Take back").click()
        page.get_by_role("dialog").get_by_role("button", name="Take back").click()
        expect(page.get_by_text("Taken back", exact=True).first).to_be_visible()
        assert not visit.wrong
