"""Signing in, and going on where one was when a session ends."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.acceptance.shell import Shell
from tests.console.asking import Asking
from tests.console.browser import Visit, visiting

pytestmark = pytest.mark.timeout(600)
NAME, PASSWORD = "olga", "seven blue kettles sing"


@pytest.fixture(scope="module")
def guarded(built: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a server with one account and one user, so that everybody has to sign in."""
    shell = Shell(Path(tmp_path_factory.mktemp("guarded") / "data"))
    with shell.serving() as server:
        ask = Asking(shell, server)
        ask.connect("lab", instances=4, cloud_id="guarded")
        ask.people({NAME: ["system_admin", "operator"]}, PASSWORD)
        yield server.url


def _sign_in(visit: Visit) -> None:
    visit.page.get_by_label("Name").fill(NAME)
    visit.page.get_by_label("Password").fill(PASSWORD)
    visit.page.get_by_role("button", name="Sign in").click()


def _but_refusals(wrong: list[str]) -> list[str]:
    """Without what the browser itself logs of an answer that was expected."""
    return [said for said in wrong if not re.search(r"status of 401", said)]


def test_whoever_is_not_signed_in_comes_back_to_where_they_were_going(browser: Browser, guarded: str) -> None:
    with visiting(browser, guarded) as visit:
        visit.page.goto(f"{guarded}/accounts?search=la")
        visit.page.wait_for_url("**/login?next=*")
        _sign_in(visit)
        visit.page.wait_for_url("**/accounts?search=la")
        visit.settle()
        expect(visit.page.get_by_role("link", name="lab")).to_be_visible()
        assert not _but_refusals(visit.wrong)


def test_a_session_that_ends_takes_nothing_along(browser: Browser, guarded: str) -> None:
    with visiting(browser, guarded) as visit:
        visit.page.goto(f"{guarded}/login?next=/accounts/lab")
        _sign_in(visit)
        visit.settle()
        visit.page.context.clear_cookies()
        visit.page.get_by_role("button", name="Read now").click()
        dialog = visit.page.get_by_role("dialog", name="Sign in again")
        expect(dialog).to_be_visible()
        visit.picture("session ended")
        dialog.get_by_label("Password").fill("not this one")
        dialog.get_by_role("button", name="Sign in").click()
        expect(dialog.get_by_text("What to do")).to_be_visible()
        dialog.get_by_label("Password").fill(PASSWORD)
        dialog.get_by_role("button", name="Sign in").click()
        expect(dialog).not_to_be_visible()
        expect(visit.page.get_by_text("“lab” is being read")).to_be_visible()
        visit.settle()
        assert not _but_refusals(visit.wrong)


def test_signing_out_ends_it(browser: Browser, guarded: str) -> None:
    with visiting(browser, guarded) as visit:
        visit.page.goto(f"{guarded}/login?next=/")
        _sign_in(visit)
        visit.settle()
        visit.page.get_by_role("button", name=NAME).click()
        visit.page.get_by_role("menuitem", name="Sign out").click()
        visit.page.wait_for_url("**/login")
        visit.page.goto(guarded)
        visit.page.wait_for_url("**/login?next=*")
