"""`mcm charge` and `mcm cost export`, as their user types them."""

import csv
import gzip
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.acceptance.conftest import SIMULATED
from tests.acceptance.shell import Shell
from tests.rooms.charges.bills import MONTH, bill
from tests.rooms.charges.test_sample import SAMPLE


@pytest.fixture(scope="module")
def shell(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shell]:
    made = Shell(Path(tmp_path_factory.mktemp("charges") / "data"))
    config = ("instances=5", "regions=1", "cloud_id=charges")
    with made.serving(MCM_CHARGE_UPLOAD_MIB="1"):
        made.run("account", "add", "lab", *SIMULATED, *(word for pair in config for word in ("--config", pair)))
        yield made


def test_from_a_bill_to_a_closed_month(shell: Shell, tmp_path: Path) -> None:
    file = tmp_path / "bill.csv.gz"
    file.write_bytes(gzip.compress(bill([{}, {"ResourceId": "r-2", "BilledCost": "-0.25", "ServiceName": "Disks"}])))
    take = ("charge", "import", str(file), "--account", "lab")
    dry = shell.run(*take, "--dry-run")
    assert "nothing was stored" in dry.stderr
    assert shell.json("charge", "imports") == []
    made = shell.json(*take)
    assert (made["rows"], made["months"], made["already"]) == (2, [MONTH], False)
    assert "was imported before; nothing was changed" in shell.run(*take).stderr
    shown = shell.run("charge", "show", made["id"]).stdout
    assert "the cost is negative" in shown
    assert "ListUnitPrice" not in shown
    rows = shell.json("charge", "list", "--month", MONTH, "--filter", "service=Disks")
    assert [(row["billed_cost"], row["line"], row["import_id"]) for row in rows] == [("-0.25", 3, made["id"])]
    sums = shell.json("charge", "sums", "--month", MONTH, "--by", "service", "--cost", "billed")
    assert {one["key"]["service"]: one["amount"] for one in sums} == {"Compute engine": "1.25", "Disks": "-0.25"}
    assert "would be removed" in shell.run("charge", "remove", made["id"], "--dry-run").stdout

    out = tmp_path / "out.csv"
    assert "as FOCUS 1.4" in shell.run("cost", "export", str(out), "--month", MONTH).stderr
    with out.open(newline="") as opened:
        assert [row["BilledCost"] for row in csv.DictReader(opened)] == ["1.25", "-0.25"]
    shell.run("charge", "check", str(out))
    shell.run("cost", "export", str(tmp_path / "out.parquet"), "--focus", "1.2")

    reconcile = (
        "charge",
        "reconcile",
        MONTH,
        "--account",
        "lab",
        "--total",
        "1.19",
        "--currency",
        "EUR",
        "--invoice",
        "I-1",
    )
    refused = shell.run(*reconcile, expect=1).stderr
    assert "0.19 remains" in refused
    assert "--remainder-name" in refused
    assert shell.json(*reconcile, "--remainder-name", "tax")["remainder"] == "0.19"
    assert "would be closed with 1 EUR billed" in shell.run("charge", "close", MONTH, "--dry-run").stdout
    shell.run("charge", "close", MONTH, "--yes")
    file.write_bytes(bill([{}]))
    assert "is closed" in shell.run(*take, expect=1).stderr
    correct = ("charge", "correct", MONTH, "--account", "lab", "--currency", "EUR", "--reason", "credit note 7")
    assert shell.json(*correct, "--amount", "-0.1")["reason"] == "credit note 7"
    (month,) = shell.json("charge", "months")
    assert (month["status"], month["totals"][0]["billed"]) == ("closed", "0.9")
    metered = shell.json("charge", "meter", "--month", "2026-08", "--dry-run")
    assert [(one["account"], one["skipped"]) for one in metered] == [("lab", "no_rate_card")]


_CORRECT = ("charge", "correct", "2026-09", "--account", "lab", "--reason", "r")
BAD = [
    (("charge", "import", "{missing}", "--account", "lab"), 2, "cannot be read"),
    (("charge", "import", "{sample}", "--account", "nowhere"), 1, "no account 'nowhere'"),
    (("charge", "import", "{words}", "--account", "lab"), 1, "line 1: this is neither FOCUS nor a cloud's own bill"),
    (("charge", "import", "{wrong}", "--account", "lab"), 1, "line 3: BilledCost: this is no decimal number (a lot)"),
    (("charge", "import", "{large}", "--account", "lab"), 1, "1048576 bytes at most"),
    (("charge", "list", "--filter", "colour=red"), 1, "not grouped by 'colour'"),
    (("charge", "sums", "--month", "September"), 2, "month"),
    (("charge", "close", "2031-01", "--yes"), 1, "no charges of 2031-01"),
    ((*_CORRECT, "--amount", "1e", "--currency", "EUR"), 2, "amount"),
    ((*_CORRECT, "--amount", "1", "--currency", "euro"), 2, "currency"),
    (("charge", "meter", "--month", "2099-01"), 1, "has not begun"),
    (("charge", "check", "{sample}", "--focus", "9"), 2, "no version '9'"),
    (("charge", "check", "{words}"), 1, "FOCUS 1.0"),
    (("cost", "export", "{folder}/x.txt"), 2, "tells no format"),
]  # fmt: skip


@pytest.mark.parametrize(("words", "code", "said"), BAD, ids=lambda value: str(value)[:60])
def test_what_is_wrong_is_said(shell: Shell, tmp_path: Path, words: tuple[str, ...], code: int, said: str) -> None:
    files = {
        "words": b"dear all,\nplease find\n",
        "wrong": bill([{}, {"BilledCost": "a lot"}]),
        "large": bytes(2**20 + 1),
    }
    names = {"missing": str(tmp_path / "no.csv"), "sample": str(SAMPLE), "folder": str(tmp_path)}
    for name, content in files.items():
        (tmp_path / name).write_bytes(content)
        names[name] = str(tmp_path / name)
    assert said in shell.run(*(word.format(**names) for word in words), expect=code).stderr
