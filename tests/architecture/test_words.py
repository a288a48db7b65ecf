"""The server's and the console's Chinese words for the same thing are the same, and none is missing."""

import re

import pytest

from mcm.contract import ResourceKind
from mcm.contract.actions import ACTIONS
from mcm.operations.reasons import REASONS, in_chinese, no
from mcm.system.chinese_words import KINDS, STATES
from tests.architecture.layout import ROOT


@pytest.mark.parametrize(("group", "words"), [("kind", KINDS), ("state", STATES)])
def test_the_words_are_those_of_the_console(group: str, words: dict[str, str]) -> None:
    text = (ROOT / "web" / "src" / "i18n" / "terms.ts").read_text()
    found = re.search(rf"\n  {group}: catalogue\(\{{(.*?)\n  \}}\)", text, re.DOTALL)
    assert found is not None
    assert dict(re.findall(r'(\w+): \{ en: "[^"]*", zh: "([^"]*)" \}', found[1])) == words


def test_every_kind_and_state_has_one() -> None:
    assert set(KINDS) == {kind.value for kind in ResourceKind}
    assert {state for action in ACTIONS.values() for state in (*action.states, *action.leads_to)} <= set(STATES)


def test_reasons_have_them() -> None:
    refused = no("instance.start", "wrong_state", state="running", wanted="stopped, paused or error")
    assert refused.reason_zh == "当前状态为“运行中”，此操作需要“已停止、已暂停或错误”"
    assert in_chinese({"account": "running", "state": "odd_state"}) == {"account": "running", "state": "odd_state"}
    for code, reason in REASONS.items():
        for english, chinese in ((reason.text, reason.text_zh), (reason.fix, reason.fix_zh)):
            wanted = {blank.removesuffix("_zh") for blank in re.findall(r"\{(\w+)\}", chinese)}
            assert wanted <= set(re.findall(r"\{(\w+)\}", english)) | {"text"}, code
