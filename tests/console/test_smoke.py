"""Every page of the console in both languages, light and dark, against a real server: nothing in it goes wrong."""

import json
import re
import urllib.request
from urllib.parse import quote

import pytest
from playwright.sync_api import Browser, expect

from scripts.console import WEB
from tests.console.browser import Visit, visiting
from tests.console.walking import EVERY_LOOK, LOOKS, Look, walk

pytestmark = pytest.mark.timeout(600)
FILTER = quote('kind = "instance" AND (state = "running" OR state = "stopped")')
PATHS = {
    "overview": "/",
    "inventory": "/inventory",
    "inventory filtered": f"/inventory?filter={FILTER}&order_by=vcpus+desc",
    "inventory nothing": "/inventory?search=nothing-is-called-this",
    "accounts": "/accounts",
    "account": "/accounts/north-dc",
    "account denied": "/accounts/denied",
    "account hostile": "/accounts/hostile",
    "operations": "/operations",
    "connect": "/create/account",
    "connect by form": "/create/account?provider=openstack&step=2",
    "create": "/create/instance",
    "create image": "/create/instance?account=north-dc&region=bj-1&step=2",
    "plans": "/plans",
    "moves": "/moves",
    "plan new": f"/plans/new?action=instance.stop&filter={FILTER}",
    "recycle bin": "/recycle-bin",
    "retirements": "/retirements",
    "schedules": "/schedules",
    "schedule new": f"/schedules/new?filter={FILTER}",
    "workloads": "/workloads",
    "workload new": "/workloads/new",
    "place": "/place",
    "placements": "/placements",
    "optimizations": "/optimizations",
    "policies": "/policies",
    "policy new": "/policies/new",
    "policy library": "/policies/library",
    "violations": "/violations",
    "exceptions": "/exceptions",
    "reservations": "/reservations",
    "locations": "/locations",
    "costs": "/costs",
    "charges": "/charges",
    "compare": "/compare",
    "estimates": "/estimates",
    "budgets": "/budgets",
    "forecast": "/forecast",
    "savings": "/findings",
    "allocation rules": "/allocation-rules",
    "negotiated rates": "/rate-rules",
    "charge imports": "/charge-imports",
    "cost months": "/cost-months",
    "prices": "/prices?item=compute",
    "price lists": "/price-lists",
    "exchange rates": "/exchange-rates",
    "rate cards": "/rate-cards",
    "cost pool new": "/cost-pools/new",
    "audit": "/audit?action=operation.*",
    "audit segments": "/audit/segments",
    "users": "/users",
    "roles": "/roles",
    "tenants": "/tenants",
    "tenant rules": "/tenants/rules",
    "tenant quotas": "/tenant-quotas",
    "tokens": "/tokens",
    "notices": "/notices",
    "keys": "/keys",
    "settings": "/settings",
    "about": "/about",
    "nowhere": "/nowhere",
}
# The pages of one thing, from what the pages say of themselves.
_OF_ONE = {
    path
    for index in sorted((WEB / "src" / "pages").rglob("index.ts"))
    for path in re.findall(r'path: "(/[^"]*:[^"]*)"', index.read_text())
}
# Where there is no cost yet nothing can be foretold, and the page says so.
_REFUSED = "/api/v1/forecasts"


def but_forecasts(wrong: list[str]) -> list[str]:
    return [each for each in wrong if not (_REFUSED in each and " 422 " in each)]


@pytest.mark.parametrize("look", LOOKS, ids=str)
def test_every_page(browser: Browser, estate: str, look: Look) -> None:
    assert not but_forecasts(walk(browser, estate, PATHS, look))


@pytest.mark.soak
@pytest.mark.parametrize("look", EVERY_LOOK, ids=str)
def test_every_page_in_every_look(browser: Browser, estate: str, look: Look) -> None:
    assert not but_forecasts(walk(browser, estate, PATHS, look))


def test_what_is_not_there_is_said_under_a_heading(browser: Browser, estate: str) -> None:
    with visiting(browser, estate) as visit:
        visit.go("/about")
        assert len(_OF_ONE) >= 20
        for path in sorted(_OF_ONE):
            visit.move(re.sub(r":\w+", "nothing-0", path))
            assert visit.page.get_by_role("heading", level=1).count() == 1, path
            expect(visit.page.locator("main").get_by_text("Request: ").first, path).to_be_visible()
        # The refusals themselves are told by the browser.
        assert not [each for each in visit.wrong if " 404 " not in each and " 422 " not in each]


def test_parameters_of_a_plan_are_typed_into_a_form(browser: Browser, estate: str) -> None:
    with visiting(browser, estate) as visit:
        visit.go(f"/plans/new?action=instance.set_tags&filter={FILTER}")
        visit.page.get_by_role("textbox", name="Remove").press_sequentially("old, older")
        visit.page.get_by_role("button", name="Add one").click()
        visit.page.get_by_role("textbox", name="Key").press_sequentially("env")
        visit.page.get_by_role("textbox", name="Value").press_sequentially("dev")
        expect(visit.page.get_by_role("textbox", name="Remove")).to_have_value("old, older")
        said = visit.page.locator("code", has_text="mcm plan create")
        expect(said).to_contain_text('remove=["old","older"]')
        expect(said).to_contain_text('set={"env":"dev"}')
        assert not visit.wrong


def test_details_of_a_resource(browser: Browser, estate: str) -> None:
    with visiting(browser, estate) as visit:
        one = _get(estate, "/resources?limit=1&filter=" + quote('account = "north-dc" AND kind = "instance"'))["items"][
            0
        ]
        visit.go(f"/inventory?id={one['id']}")
        expect(visit.page.get_by_role("heading", name=one["name"])).to_be_visible()
        for tab in ("Details", "Relations", "History", "As the cloud says it"):
            visit.page.get_by_role("tab", name=tab).click()
            visit.settle()
            visit.picture(f"resource {tab}")
        assert not visit.wrong


def test_the_address_holds_the_state(browser: Browser, estate: str) -> None:
    with visiting(browser, estate) as visit:
        visit.go("/inventory")
        visit.page.keyboard.press("/")
        visit.page.keyboard.type("sim")
        visit.page.keyboard.press("Enter")
        visit.page.wait_for_url("**/inventory?search=sim")
        visit.settle()
        visit.page.reload()
        visit.settle()
        expect(visit.page.get_by_text("sim", exact=True).first).to_be_visible()
        assert not visit.wrong


def test_the_palette_leads_anywhere(browser: Browser, estate: str) -> None:
    with visiting(browser, estate) as visit:
        visit.go("/")
        visit.page.keyboard.press("Control+k")
        visit.page.keyboard.type("north")
        visit.page.get_by_role("dialog").get_by_role("link", name="north-dc").first.wait_for()
        visit.picture("palette")
        visit.page.keyboard.press("Enter")
        visit.page.wait_for_url("**/accounts/north-dc")
        assert not visit.wrong


def test_an_operation_appears_by_itself(browser: Browser, estate: str) -> None:
    with visiting(browser, estate) as visit:
        visit.go("/operations")
        expect(visit.page.get_by_role("button", name="Live", exact=True)).to_be_visible()
        before = _rows(visit)
        wanted = quote('account = "north-dc" AND kind = "instance" AND state = "running"')
        target = _get(estate, f"/resources?limit=1&filter={wanted}")["items"][0]
        _post(estate, "/operations", {"action": "instance.stop", "resource": target["id"], "params": {}})
        expect(visit.page.locator("tbody tr")).to_have_count(before + 1)
        expect(visit.page.locator("tbody tr").first).to_contain_text("Succeeded")
        visit.page.get_by_role("link", name="instance.stop").first.click()
        visit.settle()
        visit.picture("operation")
        assert not visit.wrong


def _rows(visit: Visit) -> int:
    return visit.page.locator("tbody tr").count()


def _get(url: str, path: str) -> dict[str, list[dict[str, str]]]:
    with urllib.request.urlopen(f"{url}/api/v1{path}") as answer:
        found: dict[str, list[dict[str, str]]] = json.load(answer)
        return found


def _post(url: str, path: str, body: object) -> None:
    headers = {"Content-Type": "application/json", "Idempotency-Key": f"console-{id(body)}"}
    request = urllib.request.Request(f"{url}/api/v1{path}", json.dumps(body).encode(), headers)
    with urllib.request.urlopen(request) as answer:
        assert answer.status in (200, 201, 202)
