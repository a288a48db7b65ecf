"""Pages about money with something on them, in both languages, light and dark, wide and narrow."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.acceptance.conftest import SIMULATED
from tests.acceptance.shell import Shell
from tests.console import money
from tests.console.browser import visiting
from tests.console.walking import EVERY_LOOK, LOOKS, Look, walk

pytestmark = pytest.mark.timeout(600)
_CONFIG = ("instances=20", "regions=2", "cloud_id=north")
_CREATE = "/create/instance?account=north-dc&region=bj-1&image=debian-12&flavor=m1.small&disk_gib=40&step=3"


@pytest.fixture(scope="module")
def paid(built: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, dict[str, str]]]:
    """A server with bills, prices and a rate card, and the addresses of its pages about them."""
    shell = Shell(Path(tmp_path_factory.mktemp("paid") / "data"))
    with shell.serving() as server:
        shell.run("account", "add", "north-dc", *SIMULATED, *(word for pair in _CONFIG for word in ("--config", pair)))
        shell.run("sync", "--wait")
        estimate = money.give(shell, server)
        month = money.months()[-1]
        (imported,) = shell.json("charge", "imports")
        (card,) = shell.json("rate-card", "list")
        listed = shell.json("price", "list")[0]
        idle = next(one for one in shell.json("finding", "list") if one["resource_kind"] == "instance")
        charges = shell.json("charge", "list", "--month", month, "--filter", "service=Compute")
        charged = next(one["resource_id"] for one in charges if one["resource_id"])
        yield (
            server.url,
            {
                "costs by service": "/costs?by=service",
                "costs by tag": "/costs?by=tag:team,service&currency=USD",
                "costs by tenant": "/costs",
                "cost sources": f"/costs/sources?month={month}&service=Compute",
                "charges": f"/charges?month={month}&filter=service%3DCompute",
                "compare": "/compare?workload=shop&currency=CNY&column=north-dc%2Fbj-1%23internal",
                "estimates": "/estimates",
                "estimate": f"/estimates/{estimate}",
                "budgets": "/budgets",
                "budget": "/budgets/everything",
                "forecast": "/forecast?ahead=1",
                "charge imports": "/charge-imports",
                "charge import": f"/charge-imports/{imported['id']}",
                "cost months": "/cost-months",
                "cost month": f"/cost-months/{month}",
                "savings": "/findings",
                "saving": f"/findings?kind={idle['kind']}&id={idle['id']}",
                "resource cost": f"/resources/{charged}?tab=cost",
                "create priced": _CREATE,
                "allocation rules": "/allocation-rules",
                "allocation rule": "/allocation-rules/red-only",
                "negotiated rates": "/rate-rules",
                "price fetches": "/price-fetches",
                "prices": "/prices?provider=alibaba&item=compute",
                "price lists": "/price-lists",
                "price list": f"/price-lists/{listed['id']}",
                "exchange rates": "/exchange-rates",
                "rate cards": "/rate-cards",
                "rate card": f"/rate-cards/{card['id']}",
                "cost pool": "/cost-pools/north",
            },
        )


@pytest.mark.parametrize("look", LOOKS, ids=str)
def test_pages_with_numbers(browser: Browser, paid: tuple[str, dict[str, str]], look: Look) -> None:
    assert not walk(browser, *paid, look)


@pytest.mark.soak
@pytest.mark.parametrize("look", EVERY_LOOK, ids=str)
def test_pages_with_numbers_in_every_look(browser: Browser, paid: tuple[str, dict[str, str]], look: Look) -> None:
    assert not walk(browser, *paid, look)


def test_a_line_leads_to_the_bill_that_brought_it(browser: Browser, paid: tuple[str, dict[str, str]]) -> None:
    with visiting(browser, paid[0]) as visit:
        page = visit.page
        visit.go("/costs?by=service")
        page.get_by_role("link", name="Compute", exact=True).click()
        expect(page.get_by_role("heading", level=1)).to_contain_text("Behind a line of")
        page.get_by_role("row").filter(has_text="north-dc").first.get_by_role("link").click()
        expect(page.get_by_role("heading", level=1)).to_contain_text("Charges")
        page.get_by_role("link", name="line ").first.click()
        expect(page.get_by_role("heading", level=1)).to_contain_text("bill.csv")
        assert not visit.wrong


def test_a_finding_is_dismissed_and_another_becomes_a_plan(browser: Browser, paid: tuple[str, dict[str, str]]) -> None:
    with visiting(browser, paid[0]) as visit:
        page = visit.page
        visit.go("/findings?kind=orphaned_volume")
        page.get_by_role("link", name="Unattached volume").first.click()
        page.get_by_role("button", name="Dismiss").click()
        dialog = page.get_by_role("dialog")
        dialog.get_by_label("Why").fill("kept for the auditors")
        dialog.get_by_label("Until").fill("2020/01/31")
        expect(dialog.get_by_role("button", name="Dismiss", exact=True)).to_be_disabled()
        dialog.get_by_label("Until").fill("2099/01/31")
        dialog.get_by_role("button", name="Dismiss", exact=True).click()
        expect(page.get_by_text("kept for the auditors")).to_be_visible()
        page.get_by_role("button", name="Reopen").click()
        page.get_by_role("button", name="Make a plan").last.click()
        page.get_by_role("dialog").get_by_role("button", name="Make a plan").click()
        page.wait_for_url("**/plans/*")
        expect(page.get_by_role("heading", level=1)).to_contain_text("volume.delete")
        assert not visit.wrong


def test_a_comparison_is_made_and_kept(browser: Browser, paid: tuple[str, dict[str, str]]) -> None:
    with visiting(browser, paid[0]) as visit:
        page = visit.page
        visit.go("/compare")
        page.get_by_text("A document", exact=True).click()
        page.get_by_role("textbox", name="Workload as YAML").fill(money.WORKLOAD)
        page.get_by_role("button", name="Compare", exact=True).click()
        expect(page.get_by_role("table", name="Locations and ways of buying")).to_contain_text("aws:us-east-1")
        expect(page.get_by_text("Not included").first).to_be_visible()
        page.get_by_role("button", name="Save as estimate").click()
        dialog = page.get_by_role("dialog")
        dialog.get_by_label("Title").fill("Kept")
        dialog.get_by_role("button", name="Save as estimate").click()
        expect(page.get_by_role("heading", level=1, name="Kept")).to_be_visible()
        assert not visit.wrong


def test_a_month_is_reconciled_and_closed(browser: Browser, paid: tuple[str, dict[str, str]]) -> None:
    month = money.months()[0]
    with visiting(browser, paid[0]) as visit:
        page = visit.page
        visit.go(f"/cost-months/{month}")
        page.get_by_role("button", name="Close the month").click()
        dialog = page.get_by_role("dialog")
        expect(dialog.get_by_text("No invoice was reconciled with this month")).to_be_visible()
        dialog.get_by_role("textbox").fill(month)
        visit.picture("money dialog close")
        dialog.get_by_role("button", name="Close the month").click()
        expect(page.get_by_text("Closed", exact=True).first).to_be_visible()
        expect(page.get_by_role("button", name="Close the month")).to_be_disabled()
        assert not visit.wrong
