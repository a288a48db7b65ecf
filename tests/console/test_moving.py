"""Moves to another cloud in the console: from an instance's page to the proof, and taken back on the way."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.acceptance.shell import Shell
from tests.console.asking import Asking
from tests.console.browser import Visit, visiting
from tests.console.steps import act
from tests.console.walking import EVERY_LOOK, LOOKS, Look, walk

pytestmark = pytest.mark.timeout(600)
_OPEN = ("queued", "running", "undoing")


@dataclass(frozen=True, slots=True)
class Clouds:
    """Two of them, and what has gone from one to the other before. movable: instances that run and may go."""

    url: str
    ask: Asking
    succeeded: str
    cancelled: str
    movable: list[dict[str, Any]]


@pytest.fixture(scope="module")
def clouds(built: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Clouds]:
    shell = Shell(Path(tmp_path_factory.mktemp("moving") / "data"))
    with shell.serving() as server:
        ask = Asking(shell, server)
        # So slow that somebody can change their mind.
        ask.connect("here", instances=16, regions=1, action_ms=1500)
        ask.connect("there", instances=4, regions=1, action_ms=0)
        ask.connect("wide", instances=2, regions=2)
        ask.sync()
        movable = [row for row in ask.resources('account = "here" AND state = "running"') if _may_go(ask, row)]
        assert len(movable) >= 4, "nothing to move"
        succeeded, cancelled = (ask("POST", "/moves", _body(ask, row))["id"] for row in movable[:2])
        ask("POST", f"/moves/{cancelled}/cancel")
        ended = [_until_over(ask, move)["status"] for move in (succeeded, cancelled)]
        assert ended == ["succeeded", "cancelled"]
        yield Clouds(server.url, ask, succeeded, cancelled, movable[2:])


def _body(ask: Asking, row: dict[str, Any]) -> dict[str, Any]:
    flavor, network = _largest(ask), _network(ask)
    params = {"flavor": flavor["native_id"], "networks": [network["native_id"]]}
    return {"resource": row["id"], "account": "there", "params": params, "stop": True, "leave_volumes": True}


def _largest(ask: Asking) -> dict[str, Any]:
    rows = ask.resources('account = "there" AND kind = "flavor"')
    return max(rows, key=lambda one: (one["attributes"].get("local_disk_gib") or 0, one["attributes"]["vcpus"]))


def _network(ask: Asking) -> dict[str, Any]:
    rows = ask.resources('account = "there" AND kind = "network"')
    return next(one for one in rows if not one["attributes"].get("external"))


def _may_go(ask: Asking, row: dict[str, Any]) -> bool:
    if row["kind"] != "instance" or row["task_state"]:
        return False
    shown = ask("POST", "/moves?dry_run=true", _body(ask, row))
    return bool(shown["how"] == "cold")


def _until_over(ask: Asking, move: str) -> dict[str, Any]:
    found: dict[str, Any] = ask.until(f"/moves/{move}", lambda shown: shown["status"] not in _OPEN)
    return found


@pytest.mark.parametrize("look", LOOKS, ids=str)
def test_pages_of_moves(browser: Browser, clouds: Clouds, look: Look) -> None:
    assert not walk(browser, clouds.url, _paths(clouds), look)


@pytest.mark.soak
@pytest.mark.parametrize("look", EVERY_LOOK, ids=str)
def test_pages_of_moves_in_every_look(browser: Browser, clouds: Clouds, look: Look) -> None:
    assert not walk(browser, clouds.url, _paths(clouds), look)


def _paths(clouds: Clouds) -> dict[str, str]:
    return {
        "moves": "/moves",
        "move": f"/moves/{clouds.succeeded}",
        "moves filtered": "/moves?status=succeeded",
        "move cancelled": f"/moves/{clouds.cancelled}",
        "moves none": "/moves?status=failed",
    }


def test_an_instance_goes_to_another_cloud(browser: Browser, clouds: Clouds) -> None:
    machine = clouds.movable[0]
    with visiting(browser, clouds.url) as visit:
        page = visit.page
        dialog = _choose(visit, clouds, machine)
        dialog.get_by_label("Retire the source").check()
        dialog.get_by_label("Days in the recycle bin").fill("400")
        expect(dialog.get_by_text("A number of days from 1 to 365").first).to_be_visible()
        expect(dialog.get_by_role("button", name="Move", exact=True)).to_be_disabled()
        dialog.get_by_label("Days in the recycle bin").fill("30")
        expect(dialog.get_by_text("deleted in 30 days unless restored")).to_be_visible()
        expect(
            dialog.get_by_text(re.compile("^mcm move start .* --to there .*--stop --retire --days 30"))
        ).to_be_visible()
        visit.settle()
        visit.picture("move dialog")
        visit.wrong += visit.barriers("[role=dialog]")
        assert clouds.ask("GET", f"/moves?resource={machine['id']}")["items"] == []
        dialog.get_by_role("button", name="Move", exact=True).click()
        page.wait_for_url("**/moves/mov_*")
        expect(_step(page, "Stop the source")).to_contain_text("Under way")
        visit.picture("move under way")
        # By events: nobody has loaded anything anew.
        expect(page.get_by_role("table", name="The image at both ends")).to_contain_text("At the target")
        expect(page.get_by_text("Succeeded", exact=True)).to_be_visible()
        expect(page.get_by_role("table", name="Steps").get_by_text("Done", exact=True)).to_have_count(8)
        expect(_step(page, "Convert")).to_contain_text("Not needed")
        expect(page.get_by_role("button", name="Cancel", exact=True)).to_be_disabled()
        expect(page.get_by_role("button", name="Retry", exact=True)).to_be_disabled()
        expect(page.get_by_text("its addresses change")).to_be_visible()
        visit.picture("move succeeded")
        page.get_by_role("link", name="Instance", exact=True).last.click()
        page.wait_for_url("**/resources/*")
        expect(page.get_by_role("heading", level=1, name=machine["name"])).to_be_visible()
        assert not visit.wrong, visit.wrong


def test_another_is_cancelled_and_tried_again(browser: Browser, clouds: Clouds) -> None:
    with visiting(browser, clouds.url) as visit:
        page = visit.page
        dialog = _choose(visit, clouds, clouds.movable[1])
        dialog.get_by_role("button", name="Move", exact=True).click()
        page.wait_for_url("**/moves/mov_*")
        move = page.url.rpartition("/")[2]
        expect(page.get_by_role("button", name="Retry", exact=True)).to_be_disabled()
        expect(_step(page, "Make an image")).to_contain_text("Under way")
        _decide(page, "Cancel", "Cancel the move of")
        expect(page.get_by_text("Cancelled", exact=True)).to_be_visible()
        expect(page.get_by_text("Undone", exact=True).first).to_be_visible()
        visit.picture("move cancelled")
        _decide(page, "Retry", "Try the move of")
        expect(page.get_by_text("Succeeded", exact=True)).to_be_visible()
        page.get_by_role("navigation").get_by_role("link", name="Moves", exact=True).first.click()
        page.wait_for_url("**/moves")
        expect(
            page.get_by_role("table", name="Moves").get_by_role("link", name=clouds.movable[1]["name"])
        ).to_be_visible()
        assert _until_over(clouds.ask, move)["attempt"] == 2
        assert not visit.wrong, visit.wrong


def test_what_mcm_cannot_move_says_what_a_person_does(browser: Browser, clouds: Clouds) -> None:
    with visiting(browser, clouds.url, language="zh-CN", theme="dark", width=414, height=896) as visit:
        page = visit.page
        visit.go(f"/resources/{clouds.movable[0]['id']}")
        page.get_by_role("button", name="操作").first.click()
        page.get_by_role("menuitem", name="迁移到其他云").click()
        dialog = page.get_by_role("dialog", name=re.compile("迁移到其他云"))
        dialog.get_by_role("button", name="目标账号").click()
        page.get_by_role("option", name="here simulated", exact=True).click()
        expect(dialog.get_by_text("实例已在该账号和区域")).to_be_visible()
        expect(dialog.get_by_text("可由人工完成")).to_be_visible()
        expect(dialog.get_by_role("button", name="迁移", exact=True)).to_be_disabled()
        visit.settle()
        visit.picture("move dialog zh-CN")
        assert visit.wide() <= 414
        # Where an account has several regions one has to be chosen first.
        dialog.get_by_role("button", name="目标账号").click()
        page.get_by_role("option", name="wide simulated", exact=True).click()
        expect(dialog.get_by_role("button", name="目标区域")).to_be_visible()
        expect(dialog.get_by_text("可由人工完成")).to_have_count(0)
        assert not visit.wrong, visit.wrong


def _choose(visit: Visit, clouds: Clouds, machine: dict[str, Any]) -> Locator:
    """As far as the dry run says that mcm can."""
    page = visit.page
    visit.go(f"/resources/{machine['id']}")
    act(page, "Move to another cloud")
    dialog = page.get_by_role("dialog", name=f"Move to another cloud: {machine['name']}")
    button = dialog.get_by_role("button", name="Move", exact=True)
    expect(button).to_be_disabled()
    expect(dialog.get_by_label("Stop it first")).to_be_checked()
    for label, name in (
        ("To account", "there"),
        ("Flavor", _largest(clouds.ask)["name"]),
        ("Network", _network(clouds.ask)["name"]),
    ):
        dialog.get_by_role("button", name=label).click()
        page.get_by_role("option", name=name).first.click()
    dialog.get_by_label("Leave its further volumes behind").check()
    expect(dialog.get_by_text("Nothing has been sent yet.")).to_be_visible()
    expect(dialog.get_by_text("it is off from the first step until the new one runs")).to_be_visible()
    expect(button).to_be_enabled()
    return dialog


def _step(page: Page, name: str) -> Locator:
    return page.get_by_role("table", name="Steps").get_by_role("row").filter(has_text=name).first


def _decide(page: Page, verb: str, title: str) -> None:
    page.get_by_role("button", name=verb, exact=True).click()
    dialog = page.get_by_role("dialog", name=re.compile(title))
    expect(dialog.get_by_text(f"mcm move {verb.lower()} mov_")).to_be_visible()
    dialog.get_by_role("button", name=verb, exact=True).last.click()
