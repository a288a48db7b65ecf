"""What people do on many pages, as the stories tell it."""

from urllib.parse import quote

import httpx
from playwright.sync_api import Page, expect

from tests.console.browser import Visit


def act(page: Page, action: str) -> None:
    page.get_by_role("button", name="Actions").first.click()
    page.get_by_role("menuitem", name=action, exact=True).click()


def next_step(page: Page) -> None:
    page.get_by_role("button", name="Next", exact=True).click()


def stop_a_running_machine(visit: Visit) -> str:
    """From the inventory, on its own page. Returns the machine's name."""
    page = visit.page
    visit.go("/inventory?filter=" + quote('kind = "instance" AND state = "running"'))
    # The first read may still go on: what it brings appears by itself.
    row = page.locator("tbody tr").filter(has_text="Running").first
    expect(row).to_be_visible()
    row.get_by_role("link").first.click()
    page.get_by_role("link", name="Its own page").click()
    page.get_by_role("tablist", name="Parts of this page").wait_for()
    name = page.get_by_role("heading", level=1).inner_text()
    act(page, "Stop")
    dialog = page.get_by_role("dialog", name=f"Stop: {name}")
    expect(dialog.get_by_text("Nothing has been sent yet.")).to_be_visible()
    expect(dialog.get_by_text("mcm instance stop")).to_be_visible()
    visit.picture("dialog stop")
    dialog.get_by_role("button", name="Stop", exact=True).click()
    expect(dialog.get_by_text("Succeeded")).to_be_visible()
    dialog.get_by_role("button", name="Close").last.click()
    # By events: nobody has loaded anything anew.
    expect(page.get_by_text("Stopped").first).to_be_visible()
    return name


def signing_in(visit: Visit, name: str, password: str) -> None:
    """Without the page for it, which costs more than what it is for; its own tests are in test_sign_in.py."""
    answer = httpx.post(
        f"{visit.url}/api/v1/auth/login", json={"name": name, "password": password}, trust_env=False
    ).raise_for_status()
    session = {"name": "mcm_session", "value": answer.cookies["mcm_session"], "url": visit.url}
    visit.page.context.add_cookies([session])  # type: ignore[list-item]
