"""`mcm cost report`, `mcm allocation` and `mcm budget` as their user types them, wrong ones too."""

from collections.abc import Iterator
from pathlib import Path

import openpyxl
import pytest
from sqlalchemy import select

from mcm.allocations.documents import parsed
from mcm.auth.service import DEFAULT_TENANT
from mcm.db.engine import build_engine
from mcm.db.session import Database
from mcm.kit import clock
from mcm.kit.documents import DocumentError
from mcm.models import Account, Tenant
from tests.acceptance.conftest import SIMULATED
from tests.acceptance.shell import Shell
from tests.rooms.allocations.bills import Row, bill

RULES = """\
rules:
  - name: support
    position: 10
    match: {service: Support}
    share:
      method: fixed
      to:
        - {tenant: alpha, percent: 33.3}
        - {tenant: beta, percent: 66.7}
"""
BUDGETS = """\
budgets:
  - name: alphas
    tenant: alpha
    amount: 500
    currency: EUR
    thresholds: [{percent: 90}, {percent: 100, of: forecast}]
"""


@pytest.fixture(scope="module")
def shell(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shell]:
    made = Shell(Path(tmp_path_factory.mktemp("costs") / "data"))
    made.run("account", "add", "lab", *SIMULATED, "--config", "instances=1", "--config", "regions=1")
    ids: dict[str, str] = {}
    database = Database(build_engine(f"sqlite:///{made.directory / 'mcm.db'}"))
    with database.writing() as session:
        for name in ("alpha", "beta"):
            ids[name] = f"ten_{name}"
            at = clock.now()
            session.add(Tenant(id=ids[name], name=name, kind=None, parent_id=DEFAULT_TENANT, version=1, created_at=at))
        account = session.scalars(select(Account.id)).one()
        rows = [
            Row(ids["alpha"], "100", account, tags={"team": "red"}),
            Row(ids["beta"], "50", account),
            Row("ten_default", "10", account, "Support", resource_id=None),
        ]
        bill(session, "2026-03", rows)
        bill(session, "2026-02", [Row(ids["alpha"], "90", account)])
    database.dispose()
    # Commands that ask a server begin faster than those that are one.
    with made.serving():
        yield made


def _file(directory: Path, text: str | bytes) -> str:
    file = directory / "document.yaml"
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    return str(file)


def test_from_rules_to_a_report(shell: Shell, tmp_path: Path) -> None:
    rules = _file(tmp_path, RULES)
    shown = shell.run("allocation", "preview", "-f", rules, "--month", "2026-03", "-o", "csv").stdout
    assert "support,default/alpha,,,EUR,3.33," in shown
    assert shell.json("allocation", "apply", "-f", rules) == [{"name": "support", "done": "changed"}]
    lines = shell.json("cost", "report", "--month", "2026-03", "--group-by", "tenant")
    assert {one["tenant"]: one["amount"] for one in lines} == {
        "default": "0", "default/alpha": "103.33", "default/beta": "56.67",
    }  # fmt: skip
    asked = ("--month", "2026-03", "--group-by", "tag:team", "--only", "tenant=alpha", "--compare")
    told = shell.run("cost", "report", *asked).stderr
    assert "total EUR 103.33" in told
    assert "coverage: allocated 100.0 %" in told
    assert "since 2026-02: 13.33 (" in told
    shell.run("cost", "report", "--month", "2026-03", "--save", str(tmp_path / "report.xlsx"), "--lang", "zh-CN")
    assert openpyxl.load_workbook(tmp_path / "report.xlsx").sheetnames[0].endswith("2026-03")
    shell.run("allocation", "delete", "support", "--yes")


def test_budgets(shell: Shell, tmp_path: Path) -> None:
    file = _file(tmp_path, BUDGETS)
    assert "nothing was stored" in shell.run("budget", "apply", "-f", file, "--dry-run").stderr
    (made,) = shell.json("budget", "apply", "-f", file)
    assert (made["tenant"], made["version"]) == ("default/alpha", 1)
    shown = shell.json("budget", "show", "alphas", "--month", "2026-03")
    assert (shown["standing"]["spent"], shown["standing"]["share"]) == ("100", "0.2")
    assert shown["standing"]["forecast_missing"] == "too_short"
    assert "would be deleted" in shell.run("budget", "delete", "alphas", "--dry-run").stdout
    shell.run("budget", "delete", "alphas", "--yes")
    assert shell.json("budget", "list") == []


WRONG: list[tuple[str, str]] = [
    ("rules: [", "line 1"),
    (RULES.replace("fixed", "fxied"), "line 6, column 15"),
    (RULES.replace("match", "mach"), "line 4, column 5"),
    (RULES.replace("66.7", "66.8"), "add up to 100.1 %"),
    (RULES.replace("66.7", "-66.7"), "line 9"),
    (RULES.replace("{service: Support}", "{}"), "says nothing"),
    (RULES + RULES.removeprefix("rules:\n"), "comes twice"),
    (RULES.replace("method: fixed", "method: proportional"), "proportional to what"),
    (RULES + RULES.removeprefix("rules:\n").replace("name: support", "name: back"), "is that of 'support' too"),
    (RULES.replace(", percent: 33.3", ""), "line 8, column 11: `percent` is missing"),
    ("rules: []", "rules"),
    ("name: x", "under `rules`"),
]


@pytest.mark.parametrize(("text", "said"), WRONG)
def test_bad_rules_are_told_with_their_place(text: str, said: str) -> None:
    with pytest.raises(DocumentError) as wrong:
        parsed(text)
    assert said in str(wrong.value)


def test_bad_documents(shell: Shell, tmp_path: Path) -> None:
    one = "{name: %s, position: %d, match: {tenant: %s}, share: {method: even, to: [{tenant: %s}]}}"
    ring = f"rules: [{one % ('a', 1, 'alpha', 'beta')}, {one % ('b', 2, 'beta', 'alpha')}]"
    for command, text, said in (
        ("allocation", b"\xff\xfe", "no UTF-8"),
        ("allocation", RULES.replace("fixed", "fxied"), "line 6, column 15"),
        ("allocation", RULES.replace("tenant: beta", "tenant: betta"), "line 9, column 20: there is no tenant 'betta'"),
        ("allocation", ring, "a → b → a"),
        ("budget", BUDGETS.replace("EUR", "EURO").replace("500", "0"), "line 4, column 13"),
    ):
        told = shell.run(command, "apply", "-f", _file(tmp_path, text), expect=2).stderr
        assert said in told, told
    assert shell.json("allocation", "list") == []


def test_bad_questions(shell: Shell) -> None:
    for words, said in (
        (("cost", "report", "--month", "2026-13"), "no month"),
        (("cost", "report", "--group-by", "colour"), "cannot be grouped by 'colour'"),
        (("cost", "report", "--only", "colour=red"), "WHAT=VALUE"),
        (("cost", "report", "--save", "report.pdf"), ".xlsx"),
    ):
        assert said in shell.run(*words, expect=2).stderr, words
    assert "no tenant 'none'" in shell.run("cost", "report", "--only", "tenant=none", expect=1).stderr
