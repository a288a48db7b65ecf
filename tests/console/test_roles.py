"""Every page as every role: each shows what the role may see or says what it lacks, and nothing goes wrong on it."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from mcm.auth.permissions import Permission
from mcm.auth.roles import PERMISSIONS, Role
from scripts.console import WEB
from tests.acceptance.shell import Shell
from tests.console.asking import Asking
from tests.console.browser import visiting
from tests.console.steps import signing_in
from tests.console.test_smoke import PATHS, but_forecasts

pytestmark = pytest.mark.timeout(600)
PASSWORD = "nine amber lanterns swing"
_LACKING = "You may not see this"
# As the folders of the pages say it: (path, permission), what is called "new" before what is a parameter.
_PAGES = sorted(
    (
        (path, Permission(permission))
        for index in WEB.glob("src/pages/*/index.ts")
        for path, permission in re.findall(
            r'^  path: "([^"]+)",$.*?^  permission: "([^"]+)",$', index.read_text(), re.M | re.S
        )
    ),
    key=lambda page: ":" in page[0],
)


@pytest.fixture(scope="module")
def staffed(built: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a server with one person for each role."""
    shell = Shell(Path(tmp_path_factory.mktemp("staffed") / "data"))
    with shell.serving() as server:
        ask = Asking(shell, server)
        for name in ("north-dc", "denied", "hostile"):
            ask.connect(name, instances=4, regions=1)
        ask.sync()
        everybody = sorted(Role, key=lambda each: each != Role.SECURITY_ADMIN)
        ask.people({f"as-{role}": [role] for role in everybody}, PASSWORD)
        yield server.url


@pytest.mark.parametrize("role", Role)
def test_pages_as(browser: Browser, staffed: str, role: Role) -> None:
    """Each page as one that may see it and as one that may not, if there is one; each role on some."""
    mine = {name: path for number, (name, path) in enumerate(PATHS.items()) if role in _two(number, _permission(path))}
    assert _look(browser, staffed, role, mine | {"overview": PATHS["overview"]})


@pytest.mark.soak
@pytest.mark.parametrize("role", Role)
def test_every_page_as(browser: Browser, staffed: str, role: Role) -> None:
    assert _look(browser, staffed, role, PATHS)


def _two(turn: int, permission: Permission | None) -> set[Role]:
    may = [role for role in Role if permission is None or permission in PERMISSIONS[role]]
    may_not = [role for role in Role if role not in may]
    return {roles[turn % len(roles)] for roles in (may, may_not) if roles}


def _permission(path: str) -> Permission | None:
    """What the console says that its page needs; None for an address that no page has."""
    given = path.partition("?")[0].split("/")
    for page, permission in _PAGES:
        wanted = page.split("/")
        if len(wanted) == len(given) and all(a.startswith(":") or a == b for a, b in zip(wanted, given, strict=True)):
            return permission
    return None


def _look(browser: Browser, staffed: str, role: Role, paths: dict[str, str]) -> int:
    """How many pages were seen: exactly those whose permission the role has."""
    with visiting(browser, staffed) as visit:
        signing_in(visit, f"as-{role}", PASSWORD)
        refused = set()
        visit.go("/settings")
        expect(visit.page.get_by_role("button", name=f"as-{role}")).to_be_visible()
        for name, path in paths.items():
            visit.move(path)
            if visit.page.get_by_text(_LACKING).count():
                refused.add(name)
        visit.picture(f"as {role}")
        # A page that may not be seen is not asked for: nothing is refused behind its back.
        assert not but_forecasts(visit.wrong)
        needed = {name: _permission(path) for name, path in paths.items()}
        assert refused == {name for name, one in needed.items() if one is not None and one not in PERMISSIONS[role]}
        return len(paths) - len(refused)
