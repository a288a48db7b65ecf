"""An installation out of a backup says on every page that it is read-only, and no longer when somebody confirmed it."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.acceptance.conftest import SIMULATED
from tests.acceptance.shell import Shell
from tests.console.browser import visiting

pytestmark = pytest.mark.timeout(300)


def test_until_it_is_confirmed(browser: Browser, built: None, tmp_path: Path) -> None:
    shell = Shell(tmp_path / "first")
    shell.run("account", "add", "lab", *SIMULATED, "--config", "instances=2", "--config", "regions=1")
    shell.run("db", "backup", str(tmp_path / "b.mcm"))
    restored = Shell(tmp_path / "second", MCM_MASTER_KEY_FILE=str(tmp_path / "first" / "master.key"))
    restored.run("db", "restore", str(tmp_path / "b.mcm"))
    with restored.serving() as server, visiting(browser, server.url) as visit:
        for path in ("/", "/inventory", "/audit"):
            visit.go(path)
            expect(visit.page.get_by_text("This installation is read-only")).to_be_visible()
        expect(visit.page.get_by_text("mcm db confirm")).to_be_visible()
        visit.picture("read only")
        visit.wrong += visit.barriers()
        restored.run("db", "confirm", "--yes")
        visit.go("/inventory")
        expect(visit.page.get_by_text("This installation is read-only")).to_have_count(0)
        assert not visit.wrong, visit.wrong
