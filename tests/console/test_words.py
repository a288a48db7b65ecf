"""The server's own pages in both languages and themes, and what the server says inside the console, in Chinese."""

import json
import re
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote, urlencode

import pytest
from playwright.sync_api import Browser, expect

from tests.acceptance.shell import Shell
from tests.console.asking import Asking
from tests.console.browser import Visit, visiting

pytestmark = pytest.mark.timeout(600)
NAME, PASSWORD = "olga", "seven blue kettles sing"
# Each language, theme and width for both sorts of pages; the other pairs of them soak.
_ONE, _OTHER = (("en", "light", 1440), ("zh-CN", "dark", 414)), (("en", "dark", 414), ("zh-CN", "light", 1440))


def _looks(now: tuple[tuple[str, str, int], ...], later: tuple[tuple[str, str, int], ...]) -> pytest.MarkDecorator:
    soaking = (pytest.param(*look, marks=pytest.mark.soak) for look in later)
    return pytest.mark.parametrize(("language", "theme", "width"), [*now, *soaking])


_FAULTS = "kind:volume=denied,act:instance.stop=denied"
_HAN = re.compile(r"[\u4e00-\u9fff]")


@pytest.fixture(scope="module")
def fresh(built: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, str]]:
    """(address, path of the one-time link) of a server where everybody signs in and nobody can yet."""
    shell = Shell(Path(tmp_path_factory.mktemp("words") / "data"))
    with shell.serving(MCM_LOGIN="required") as server:
        (path,) = re.findall(r"http://[^ ]+(/setup\?token=[\w-]+)", server.errors)
        yield server.url, path


@pytest.fixture(scope="module")
def guarded(fresh: tuple[str, str]) -> str:
    """The same with its first administrator; the link is used."""
    url, path = fresh
    form = {"name": NAME, "password": PASSWORD, "token": path.partition("token=")[2]}
    with urllib.request.urlopen(f"{url}/setup", urlencode(form).encode()) as answer:
        assert answer.status == 200
    return url


@pytest.fixture(scope="module")
def troubled(built: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A server in local mode: one account that lacks rights, an operation that failed, one with a wrong secret."""
    shell = Shell(Path(tmp_path_factory.mktemp("troubled") / "data"))
    with shell.serving() as server:
        ask = Asking(shell, server)
        ask.connect("lab", instances=8, regions=1, faults=_FAULTS)
        ask.connect("down", instances=8, regions=1)
        ask.sync(outcome="partial")
        (machine,) = ask.resources('account = "lab" AND kind = "instance" AND state = "running"', limit=1)
        ask.act("instance.stop", machine["id"], status="failed")
        expired = {"cloud_id": "down", "instances": "8", "regions": "1", "faults": "expired"}
        ask("PATCH", "/accounts/down", {"config": expired})
        ask("POST", "/accounts/down/check")
        ask.sync("down", outcome="failed")
        yield server.url


@contextmanager
def _looking(browser: Browser, url: str, language: str, theme: str, width: int) -> Iterator[Visit]:
    height = 900 if width > 1000 else 896
    with visiting(browser, url, language=language, theme=theme, width=width, height=height) as visit:
        visit.page.emulate_media(color_scheme="dark" if theme == "dark" else "light", reduced_motion="reduce")
        yield visit


def _seen(visit: Visit, name: str, language: str, theme: str, width: int) -> None:
    """A page of the server's own: in its language, inside the window, without barriers."""
    page = visit.page
    page.locator("h1").wait_for()
    assert page.locator("html").get_attribute("lang") == language
    assert bool(_HAN.search(page.locator("main").inner_text())) is (language == "zh-CN")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    ground = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert ground == {"light": "rgb(243, 244, 246)", "dark": "rgb(15, 20, 26)"}[theme], "the style counts"
    visit.wrong += visit.barriers()
    visit.picture(f"own {name} {language} {theme} {width}")


def _but_refusals(wrong: list[str]) -> list[str]:
    """Without what the browser itself logs of an answer that was expected."""
    return [said for said in wrong if not re.search(r"status of 4\d\d", said)]


@_looks(_ONE, _OTHER)
def test_first_start(browser: Browser, fresh: tuple[str, str], language: str, theme: str, width: int) -> None:
    url, path = fresh
    with _looking(browser, url, language, theme, width) as visit:
        visit.page.goto(f"{url}{path}")
        _seen(visit, "setup", language, theme, width)
        visit.page.goto(f"{url}/setup?token=nothing")
        expect(visit.page.get_by_role("alert")).to_be_focused()
        _seen(visit, "setup closed", language, theme, width)
        assert not _but_refusals(visit.wrong), visit.wrong


@_looks(_OTHER, _ONE)
def test_signing_in_and_security(browser: Browser, guarded: str, language: str, theme: str, width: int) -> None:
    english = language == "en"
    with _looking(browser, guarded, language, theme, width) as visit:
        page = visit.page
        page.goto(f"{guarded}/login?next=/security")
        _seen(visit, "login", language, theme, width)
        page.get_by_label("Name" if english else "用户名").fill(NAME)
        page.get_by_label("Password" if english else "密码", exact=True).fill("wrong")
        page.get_by_role("button", name="Sign in" if english else "登录").click()
        expect(page.get_by_role("alert")).to_contain_text("is not right" if english else "不正确")
        expect(page.get_by_role("alert")).to_be_focused()
        _seen(visit, "login refused", language, theme, width)
        page.get_by_label("Name" if english else "用户名").fill(NAME)
        page.get_by_label("Password" if english else "密码", exact=True).fill(PASSWORD)
        page.keyboard.press("Enter")
        page.wait_for_url("**/security")
        _seen(visit, "security", language, theme, width)
        page.get_by_role("button", name="Set one up" if english else "设置", exact=True).click()
        expect(page.locator("code").first).to_be_visible()
        _seen(visit, "second factor", language, theme, width)
        for path in ("/password", "/device"):
            page.goto(f"{guarded}{path}")
            _seen(visit, path, language, theme, width)
        page.goto(f"{guarded}/device?code=BBBB-BBBB")
        expect(page.get_by_role("alert")).to_contain_text("No command line" if english else "没有命令行在等待")
        assert not _but_refusals(visit.wrong), visit.wrong


def test_a_choice_of_language_holds_here_and_in_the_console(browser: Browser, guarded: str) -> None:
    with _looking(browser, guarded, "en", "light", 1440) as visit:
        page = visit.page
        page.goto(f"{guarded}/login?next=/accounts")
        page.get_by_role("link", name="简体中文").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("登录")
        page.get_by_label("用户名").fill(NAME)
        page.get_by_label("密码", exact=True).fill(PASSWORD)
        page.get_by_role("button", name="登录").click()
        page.wait_for_url("**/accounts")
        visit.settle()
        expect(page.get_by_role("heading", level=1)).to_contain_text("账号")
        page.goto(f"{guarded}/settings")
        visit.settle()
        page.get_by_role("button", name="语言").last.click()
        page.get_by_role("option", name="English").click()
        expect(page.get_by_role("heading", level=1)).to_contain_text("Settings")
        page.goto(f"{guarded}/security")
        assert page.locator("html").get_attribute("lang") == "en"
        assert not _but_refusals(visit.wrong), visit.wrong


def test_what_failed_reads_chinese(browser: Browser, troubled: str) -> None:
    with _looking(browser, troubled, "zh-CN", "light", 1440) as visit:
        page = visit.page
        visit.go("/accounts/down")
        alert = page.locator("main").get_by_text("云拒绝了凭据").first
        expect(alert).to_be_visible()
        expect(page.get_by_text("服务器原文").first).to_be_visible()
        visit.picture("account failing zh-CN")
        visit.wrong += visit.barriers()
        visit.go("/accounts/lab")
        expect(page.get_by_text("凭据有效但缺少权限").first).to_be_visible()
        visit.picture("account lacking rights zh-CN")
        visit.wrong += visit.barriers()
        visit.go("/inventory?filter=" + quote('account = "down"'))
        page.get_by_role("button", name="缺少的部分").click()
        expect(page.get_by_text(re.compile(r"账号“down”.*无法读取：云拒绝了凭据")).first).to_be_visible()
        visit.picture("gaps zh-CN")
        visit.go(f"/operations?id={_failed(troubled)}")
        expect(page.get_by_text("凭据有效但缺少权限").first).to_be_visible()
        visit.picture("operation failed zh-CN")
        assert not visit.wrong, visit.wrong


def test_what_is_refused_reads_chinese(browser: Browser, troubled: str) -> None:
    with _looking(browser, troubled, "zh-CN", "dark", 1440) as visit:
        page = visit.page
        visit.go("/inventory?filter=" + quote('kind = "instance" AND account = "lab" AND state = "running"'))
        for box in page.locator("tbody tr").get_by_role("checkbox").all()[:2]:
            box.check()
        page.get_by_role("button", name="操作", exact=True).click()
        page.get_by_role("menuitem", name="启动", exact=True).click()
        dialog = page.get_by_role("dialog")
        expect(dialog.get_by_text("它已处于“运行中”状态").first).to_be_visible()
        visit.settle()
        visit.wrong += visit.barriers()
        visit.picture("refused zh-CN")
        page.keyboard.press("Escape")
        page.goto(f"{troubled}/plans/pln_nothing")
        expect(page.get_by_text("没有此 ID 的计划").first).to_be_visible()
        expect(page.get_by_text("处理方法").first).to_be_visible()
        expect(page.get_by_text("服务器原文").first).to_be_visible()
        visit.wrong += visit.barriers()
        visit.picture("problem zh-CN")
        assert not _but_refusals(visit.wrong), visit.wrong


def _failed(url: str) -> str:
    with urllib.request.urlopen(f"{url}/api/v1/operations?limit=50") as answer:
        return next(str(each["id"]) for each in json.load(answer)["items"] if each["status"] == "failed")
