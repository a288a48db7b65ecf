"""The inventory under a name, as a file, in the past, and with what mcm keeps by itself of its resources."""

import csv
import io
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.acceptance.shell import Shell
from tests.console.asking import Asking
from tests.console.browser import Visit, visiting
from tests.console.steps import signing_in
from tests.console.walking import EVERY_LOOK, LOOKS, Look, walk

pytestmark = pytest.mark.timeout(600)
PASSWORD = "seven blue kettles sing"
PEOPLE = {"ann": ["operator"], "vic": ["viewer"], "oda": ["auditor"]}
FILTER = 'kind = "instance" AND state = "running"'
SHOWN = f"/inventory?filter={quote(FILTER)}&order_by=name%20desc&columns=kind,state,zone"


@pytest.fixture(scope="module")
def kept(built: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Shell]]:
    """A server with users on one cloud that was read."""
    shell = Shell(Path(tmp_path_factory.mktemp("kept") / "data"))
    with shell.serving() as server:
        ask = Asking(shell, server)
        ask.connect("lab", instances=12, regions=1, cloud_id="kept")
        ask.sync()
        ask.people(PEOPLE, PASSWORD)
        yield server.url, shell


def _as(visit: Visit, name: str, path: str) -> None:
    signing_in(visit, name, PASSWORD)
    visit.go(path)


def _wrong(*visits: Visit) -> list[str]:
    """Whoever is not signed in yet is refused, as is whatever a test has refused on purpose."""
    return [said for visit in visits for said in visit.wrong if not re.search(r"status of (401|412)", said)]


def _menu(page: Page, button: str | re.Pattern[str], item: str | re.Pattern[str]) -> None:
    page.get_by_role("button", name=button).first.click()
    page.get_by_role("menuitem", name=item).or_(page.get_by_role("menuitemcheckbox", name=item)).first.click()


def _titles(page: Page) -> list[str]:
    return [title for title in page.get_by_role("columnheader").all_inner_texts() if title.strip()]


def _dialog(page: Page, name: str | re.Pattern[str]) -> Locator:
    return page.get_by_role("dialog", name=name)


def test_a_view_is_saved_opened_by_a_link_shared_and_deleted(browser: Browser, kept: tuple[str, Shell]) -> None:
    url, shell = kept
    with visiting(browser, url) as ann, visiting(browser, url) as vic:
        _as(ann, "ann", SHOWN)
        _menu(ann.page, "Views", "Save as …")
        dialog = _dialog(ann.page, "Save this view")
        dialog.get_by_label("Name").fill("night shift")
        ann.picture("view save")
        assert not ann.barriers()
        dialog.get_by_role("button", name="Save").click()
        expect(ann.page.get_by_role("button", name="View: night shift")).to_be_visible()
        ann.settle()
        link = ann.page.url
        assert "view=viw_" in link
        titles = _titles(ann.page)
        assert titles == ["Name", "Kind", "State", "Zone"]
        ann.picture("view chosen")

        # Who has the link sees the same, whether they may see the view or not.
        _as(vic, "vic", link.removeprefix(url))
        assert _titles(vic.page) == titles
        expect(vic.page.get_by_role("button", name="Views", exact=True)).to_be_visible()
        vic.page.get_by_role("button", name="Views", exact=True).click()
        expect(vic.page.get_by_role("menu").get_by_text("night shift")).to_have_count(0)
        vic.page.keyboard.press("Escape")

        _menu(ann.page, "View: night shift", "Rename or share …")
        dialog = _dialog(ann.page, "Name and sharing of “night shift”")
        dialog.get_by_label("Everyone who sees the inventory").check()
        ann.picture("view share")
        dialog.get_by_role("button", name="Save").click()
        expect(dialog).to_have_count(0)

        vic.go("/inventory")
        _menu(vic.page, "Views", re.compile("night shift"))
        expect(vic.page.get_by_role("button", name="View: night shift")).to_be_visible()
        vic.settle()
        assert _titles(vic.page) == titles
        # By its id alone as well.
        vic.go(f"/inventory?view={re.search(r'viw_[0-9a-f]+', link)[0]}")  # type: ignore[index]
        vic.page.wait_for_url("**filter=*")
        vic.page.get_by_role("button", name="View: night shift").click()
        vic.picture("views menu of a viewer")
        expect(vic.page.get_by_role("menuitem", name="Update with what is shown")).to_have_attribute(
            "aria-disabled", "true"
        )
        vic.page.keyboard.press("Escape")

        # The command line has the same ones.
        (listed,) = shell.json("view", "list")
        assert (listed["name"], listed["owner"], listed["query"]["filter"]) == ("night shift", "ann", FILTER)
        named = shell.json("resource", "list", "--view", "night shift", "--all")
        assert {row["state"] for row in named} == {"running"}
        assert [row["name"] for row in named] == sorted((row["name"] for row in named), reverse=True)

        # Another column is a change of what is shown, which updating keeps.
        ann.go(link.removeprefix(url).replace("kind,state,zone", "kind,state").replace("%2Czone", ""))
        _menu(ann.page, "View: night shift, changed", "Update with what is shown")
        expect(ann.page.get_by_role("button", name="View: night shift", exact=True)).to_be_visible()
        vic.go("/inventory")
        _menu(vic.page, "Views", re.compile("night shift"))
        vic.settle()
        assert _titles(vic.page) == ["Name", "Kind", "State"]

        _menu(ann.page, "View: night shift", "Delete …")
        dialog = _dialog(ann.page, "Delete the view “night shift”?")
        expect(dialog.get_by_text("Others use it too")).to_be_visible()
        dialog.get_by_role("button", name="Delete").click()
        expect(ann.page.get_by_role("button", name="Views", exact=True)).to_be_visible()
        assert shell.json("view", "list") == []
        assert not _wrong(ann, vic)


def test_columns_are_remembered_and_part_of_a_view(browser: Browser, kept: tuple[str, Shell]) -> None:
    url, _ = kept
    with visiting(browser, url) as visit:
        _as(visit, "vic", "/inventory")
        visit.page.get_by_role("button", name="Preferences").click()
        dialog = _dialog(visit.page, "Preferences")
        dialog.get_by_label("Zone", exact=True).check()
        dialog.get_by_role("button", name="Confirm").click()
        visit.settle()
        assert "Zone" in _titles(visit.page)
        visit.go("/inventory")
        assert "Zone" in _titles(visit.page), "the browser remembers"
        # What an address says is its own: a tag is a column there, and nothing of it is remembered.
        visit.go("/inventory?columns=kind,tags.env")
        assert _titles(visit.page) == ["Name", "Kind", "tags.env"]
        visit.go("/inventory")
        assert "Zone" in _titles(visit.page)
        assert not _wrong(visit)


def test_what_is_filtered_is_what_the_file_holds(browser: Browser, kept: tuple[str, Shell]) -> None:
    url, shell = kept
    rows = shell.json("resource", "list", "--filter", FILTER, "--all")
    with visiting(browser, url) as ann, visiting(browser, url) as oda:
        _as(ann, "ann", SHOWN)
        ann.page.get_by_role("button", name="Export").click()
        dialog = _dialog(ann.page, f"Export {len(rows)} resources")
        expect(dialog).to_be_visible()
        ann.picture("export")
        assert not ann.barriers()
        with ann.page.expect_download() as coming:
            dialog.get_by_role("link", name="Download").click()
        expect(dialog).to_have_count(0)
        written = list(csv.reader(io.StringIO(Path(coming.value.path()).read_text("utf-8-sig"))))
        assert coming.value.suggested_filename.endswith(".csv")
        assert written[0] == ["name", "kind", "state", "zone"]
        names = [row[written[0].index("name")] for row in written[1:]]
        assert len(names) == len(rows)
        assert names == sorted((row["name"] for row in rows), reverse=True)

        _as(oda, "oda", "/inventory")
        button = oda.page.get_by_role("button", name="Export")
        expect(button).to_have_attribute("aria-disabled", "true")
        button.hover()
        expect(oda.page.get_by_role("tooltip")).to_contain_text("It needs the permission “resource.export”")
        assert not _wrong(ann, oda)


def test_the_past_is_shown_as_such_and_cannot_be_acted_on(browser: Browser, kept: tuple[str, Shell]) -> None:
    url, _ = kept
    with visiting(browser, url) as visit:
        _as(visit, "ann", "/inventory")
        _menu(visit.page, "As of", "A day ago")
        visit.page.wait_for_url("**as_of=*")
        visit.settle()
        expect(visit.page.get_by_text("The past: the inventory as it was at")).to_be_visible()
        expect(visit.page.get_by_text("Nothing was known then")).to_be_visible()
        # To the slider's right end, which is now, by the keyboard.
        slider = visit.page.get_by_role("slider", name="Instant")
        slider.focus()
        slider.press("End")
        rows = visit.page.locator("tbody").get_by_role("checkbox")
        expect(rows.first).to_be_visible()
        visit.settle()
        visit.picture("as of")
        assert not visit.barriers()
        at = re.search(r"as_of=([^&]+)", visit.page.url)
        assert at, "the state stands in the address"
        assert at[1].endswith("Z")
        rows.first.check()
        for name in ("Actions", "Own fields", "Create instance"):
            expect(
                visit.page.get_by_role("button", name=name).or_(visit.page.get_by_role("link", name=name)).first
            ).to_have_attribute("aria-disabled", "true")
        visit.page.locator("tbody a").first.click()
        expect(visit.page.get_by_text("This panel shows it as it is now")).to_be_visible()
        visit.picture("as of with panel")
        # Exactly, by typing.
        visit.page.get_by_label("Date").first.fill("2026/01/31")
        visit.page.get_by_label("Time (UTC)").fill("10:30")
        visit.page.get_by_role("button", name="Show", exact=True).click()
        visit.page.wait_for_url("**as_of=2026-01-31T10*30*")
        visit.page.get_by_role("button", name="Back to now").click()
        expect(visit.page.get_by_text("The past: the inventory")).to_have_count(0)
        assert "as_of" not in visit.page.url
        assert not _wrong(visit)


def test_own_fields_of_one_and_of_many(browser: Browser, kept: tuple[str, Shell]) -> None:
    url, shell = kept
    first, *others = shell.json("instance", "list", "--filter", 'state = "running"', "--limit", "4")
    with visiting(browser, url) as ann, visiting(browser, url) as vic:
        _as(ann, "ann", f"/resources/{first['id']}")
        ann.page.get_by_role("button", name="Edit", exact=True).click()
        dialog = _dialog(ann.page, f"mcm's own fields of “{first['name']}”")
        dialog.get_by_label("Owner").fill("night shift")
        dialog.get_by_label("Data class").click()
        ann.page.get_by_role("option", name="Confidential").click()
        dialog.get_by_role("button", name="Add a label").click()
        dialog.get_by_role("textbox", name="Key").fill("team")
        dialog.get_by_role("textbox", name="Value").fill("payments")
        ann.picture("own fields")
        assert not ann.barriers()
        # Somebody else is faster: what they wrote is not overwritten unseen, and stays where it was not meant.
        _patch(url, shell, first["id"], {"managed": "protected"})
        dialog.get_by_role("button", name="Save").click()
        expect(dialog.get_by_text("was changed in the meantime")).to_be_visible()
        expect(dialog.get_by_text("Saving again writes only what you have changed here")).to_be_visible()
        ann.picture("own fields stale")
        dialog.get_by_role("button", name="Save").click()
        expect(dialog).to_have_count(0)
        ann.settle()
        expect(ann.page.get_by_text("payments")).to_be_visible()
        ann.picture("own fields kept")
        now = shell.json("resource", "show", first["id"])
        assert (now["owner"], now["data_class"], now["managed"], now["labels"]) == (
            "night shift", "confidential", "protected", {"team": "payments"}
        )  # fmt: skip

        names = " OR ".join(f'id = "{each["id"]}"' for each in others)
        ann.go(f"/inventory?filter={quote(names)}&columns=owner,data_class")
        for each in others:
            ann.page.get_by_role("checkbox", name=f"Select {each['name']}", exact=True).check()
        ann.page.get_by_role("button", name="Own fields").click()
        dialog = _dialog(ann.page, f"mcm's own fields of {len(others)} resources")
        dialog.get_by_label("Owner").fill("day shift")
        ann.picture("own fields of many")
        dialog.get_by_role("button", name="Save").click()
        expect(ann.page.get_by_text(f"Saved for {len(others)} resources.")).to_be_visible()
        expect(ann.page.locator("tbody").get_by_text("day shift")).to_have_count(len(others))
        assert {shell.json("resource", "show", each["id"])["owner"] for each in others} == {"day shift"}

        _as(vic, "vic", f"/resources/{first['id']}")
        expect(vic.page.get_by_role("button", name="Edit", exact=True)).to_have_attribute("aria-disabled", "true")
        assert not _wrong(ann, vic)


def _patch(url: str, shell: Shell, ident: str, body: dict[str, Any]) -> None:
    """As whoever owns the data directory."""
    token = json.loads((shell.directory / "server.json").read_text())["token"]
    headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": "own-fields"}
    httpx.patch(f"{url}/api/v1/resources/{ident}", json=body, headers=headers, trust_env=False).raise_for_status()


@pytest.mark.parametrize("look", LOOKS, ids=str)
def test_overview_and_inventory_look_as_they_should(browser: Browser, kept: tuple[str, Shell], look: Look) -> None:
    assert not _looked(browser, kept[0], look)


@pytest.mark.soak
@pytest.mark.parametrize("look", EVERY_LOOK, ids=str)
def test_overview_and_inventory_in_every_look(browser: Browser, kept: tuple[str, Shell], look: Look) -> None:
    assert not _looked(browser, kept[0], look)


def _looked(browser: Browser, url: str, look: Look) -> list[str]:
    paths = {
        "overview": "/",
        "inventory": SHOWN,
        "past": "/inventory?as_of=2026-01-31T10:30:00Z",
        "plain": "/inventory",
    }

    def signed_in(visit: Visit) -> None:
        signing_in(visit, "ann", PASSWORD)

    return walk(browser, url, paths, look, signed_in)
