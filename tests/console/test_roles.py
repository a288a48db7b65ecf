"""Every page as every role: each shows what the role may see or says what it lacks, and nothing goes wrong on it."""

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest
from playwright.sync_api import Browser, expect

from mcm.auth.roles import Role
from tests.acceptance.conftest import SIMULATED
from tests.acceptance.shell import Shell
from tests.console.browser import Visit, visiting
from tests.console.test_smoke import PATHS, wrong

pytestmark = pytest.mark.timeout(600)
PASSWORD = "nine amber lanterns swing"
_LACKING = "You may not see this"
# What nobody is kept from. Everybody is kept from something: no role both does and looks over what was done.
_FOR_EVERYBODY = ["about", "nowhere", "overview", "tokens"]


@pytest.fixture(scope="module")
def staffed(built: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a server with one person for each role."""
    shell = Shell(Path(tmp_path_factory.mktemp("staffed") / "data"))
    with shell.serving() as server:
        for name in ("north-dc", "denied", "hostile"):
            config = ("instances=4", "regions=1", f"cloud_id={name}")
            shell.run("account", "add", name, *SIMULATED, *(word for pair in config for word in ("--config", pair)))
        shell.run("sync", "--wait")
        # The first one has to be somebody who can let others in.
        for role in sorted(Role, key=lambda each: each != Role.SECURITY_ADMIN):
            shell.run("user", "create", f"as-{role}", "--role", role, "--password-from", "env:FIRST", "--own",
                      FIRST=PASSWORD)  # fmt: skip
        yield server.url


@pytest.mark.parametrize("role", Role)
def test_pages_as(browser: Browser, staffed: str, role: Role) -> None:
    """A third of the pages as each role, another third as the next: each page as several of them."""
    turn = list(Role).index(role)
    mine = {name: path for number, (name, path) in enumerate(PATHS.items()) if (number + turn) % 3 == 0}
    _look(browser, staffed, role, mine | {name: PATHS[name] for name in _FOR_EVERYBODY})


@pytest.mark.soak
@pytest.mark.parametrize("role", Role)
def test_every_page_as(browser: Browser, staffed: str, role: Role) -> None:
    assert _look(browser, staffed, role, PATHS)


def _look(browser: Browser, staffed: str, role: Role, paths: dict[str, str]) -> set[str]:
    """The pages that it may not see."""
    with visiting(browser, staffed) as visit:
        _sign_in(visit, f"as-{role}")
        before, refused = len(wrong(visit)), set()
        for name, path in paths.items():
            visit.move(path)
            if visit.page.get_by_text(_LACKING).count():
                refused.add(name)
        visit.picture(f"as {role}")
        # A page that may not be seen is not asked for: nothing is refused behind its back.
        assert not wrong(visit)[before:]
        assert not refused & set(_FOR_EVERYBODY)
        return refused


def _sign_in(visit: Visit, name: str) -> None:
    visit.page.goto(f"{visit.url}/login?next={quote('/about')}")
    visit.page.get_by_label("Name").fill(name)
    visit.page.get_by_label("Password").fill(PASSWORD)
    visit.page.get_by_role("button", name="Sign in").click()
    visit.page.wait_for_url("**/about*")
    visit.settle()
    expect(visit.page.get_by_role("button", name=name)).to_be_visible()
