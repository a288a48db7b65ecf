"""The pages for signing in, in English and Chinese: every text in both, refusals too, and the choice that stays."""

import re

import httpx
import pytest

from mcm.identity import page_texts, setup
from tests.architecture.layout import MCM
from tests.lab import Lab
from tests.rooms.identity.people import OTHER, PASSWORD, Moved, Person, user

_HAN = re.compile(r"[\u4e00-\u9fff]")
_CHINESE = {"Accept-Language": "zh-CN,zh;q=0.9"}
_TAGS = re.compile(
    r"<style>.*?</style>|<title>.*?</title>|<nav.*?</nav>|<code>.*?</code>|<pre>.*?</pre>|<[^>]+>", re.DOTALL
)


def _text(answer: httpx.Response) -> str:
    return " ".join(_TAGS.sub(" ", answer.text).split())


def _csrf(page: str) -> str:
    (found,) = set(re.findall(r'name="csrf" value="([0-9a-f]{64})"', page))
    return str(found)


def test_every_text_is_there_twice_with_the_same_values() -> None:
    assert len(page_texts.EVERY) > 60
    for name, text in page_texts.EVERY.items():
        assert text.en.strip(), name
        assert _HAN.search(text.zh), name
        for blank in (r"\{(\w+)\}", r"`([^`]+)`"):
            assert sorted(re.findall(blank, text.en)) == sorted(re.findall(blank, text.zh)), name


def test_every_text_is_said_somewhere() -> None:
    said = "".join(path.read_text() for path in (MCM / "identity").glob("*.py"))
    assert not [name for name in page_texts.EVERY if f"texts.{name}" not in said]


@pytest.mark.parametrize("path", ["/login", "/password", "/device", "/security"])
def test_a_chinese_browser_reads_no_english(lab: Lab, person: Person, path: str) -> None:
    user(lab)
    if path != "/login":
        person.http.post("/login", data={"name": "anna", "password": PASSWORD})
    english, chinese = person.http.get(path), person.http.get(path, headers=_CHINESE)
    assert '<html lang="en">' in english.text
    assert not _HAN.search(_text(english))
    assert '<html lang="zh-CN">' in chinese.text
    names = r"\b(mcm|anna|API|UTC|python-httpx\S*)\b"
    assert not re.findall(r"[A-Za-z]{3,}", re.sub(names, "", _text(chinese)))


def test_the_choice_on_the_page_stays(lab: Lab, person: Person) -> None:
    user(lab)
    assert 'href="/login?next=%2Fdocs&amp;lang=zh-CN"' in person.http.get("/login?next=/docs").text
    assert '<html lang="zh-CN">' in person.http.get("/login?next=/docs&lang=zh-CN").text
    wrong = person.http.post("/login", data={"name": "anna", "password": OTHER, "next": "/docs"})
    assert '<html lang="zh-CN">' in wrong.text
    assert "用户名、密码或验证码不正确" in wrong.text
    assert 'href="/login?next=%2Fdocs&amp;lang=en"' in wrong.text
    assert '<html lang="en">' in person.http.get("/login?lang=en", headers=_CHINESE).text
    assert '<html lang="en">' in person.http.get("/login", headers=_CHINESE).text


def test_refusals_are_in_both_languages(lab: Lab, person: Person) -> None:
    user(lab)
    english = person.http.post("/login", data={"name": "anna", "password": OTHER})
    assert re.search(r'role="alert"[^>]*>[A-Z][^<]+\.</p>', english.text)
    assert not _HAN.search(_text(english))
    person.http.post("/login", data={"name": "anna", "password": PASSWORD})
    person.http.headers.update(_CHINESE)
    csrf = _csrf(person.http.get("/password").text)
    for old, new, said in (
        (OTHER, "seven blue kettles sing", "原密码不正确。"),
        (PASSWORD, "short", "密码长度应为 12 至 128 个字符，当前为 5 个。"),
        (PASSWORD, "aaaaaaaaaaaaaa", "此密码容易被猜到：不同的字符少于五个。"),
        (PASSWORD, PASSWORD, "新密码与原密码相同，请另选一个。"),
    ):
        refused = person.http.post("/password", data={"old": old, "new": new, "csrf": csrf})
        assert refused.status_code in (401, 422)
        assert said in refused.text
    assert "不属于您的当前会话" in person.http.post("/password", data={"old": "x", "new": "y", "csrf": ""}).text
    assert "没有命令行在等待此代码" in person.http.get("/device?code=BBBB-BBBB").text
    assert "请验证身份" not in person.http.get("/security").text


def test_throttling_says_how_long_in_both_languages(lab: Lab, person: Person, moved: Moved) -> None:
    moved.stop()
    user(lab)
    for _ in range(12):
        refused = person.http.post("/login", data={"name": "anna", "password": OTHER}, headers=_CHINESE)
    assert refused.status_code == 429
    assert re.search(r"失败的尝试过多，请在 \d+ 秒后再试。", refused.text)
    english = person.http.post("/login", data={"name": "anna", "password": OTHER})
    assert re.search(r"Too many attempts failed; the next one is possible in \d+ s\.", english.text)


def test_the_first_administrator_reads_chinese(lab: Lab, person: Person) -> None:
    path = setup.new_link(lab.runtime)
    assert path is not None
    token = path.partition("token=")[2]
    person.http.headers.update(_CHINESE)
    assert "创建首个管理员" in person.http.get("/setup", params={"token": token}).text
    for data, said in (
        ({"name": "%%", "password": PASSWORD}, "用户名由字母、数字"),
        ({"name": "root", "password": "short"}, "密码长度应为"),
    ):
        refused = person.http.post("/setup", data={"token": token} | data)
        assert (refused.status_code, said in refused.text) == (422, True)
    done = person.http.post("/setup", data={"token": token, "name": "root", "password": PASSWORD, "separate": "yes"})
    assert "已启用三员分立" in done.text
    closed = person.http.get("/setup", params={"token": token})
    assert (closed.status_code, "首个管理员的链接已被使用" in closed.text) == (403, True)
