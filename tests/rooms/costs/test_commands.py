"""`mcm cost compare`, on a local database with the example prices that come with mcm."""

import json
from collections.abc import Iterator
from pathlib import Path

import openpyxl
import pytest

from tests.acceptance.conftest import SIMULATED
from tests.acceptance.shell import Shell
from tests.rooms.costs.test_golden import SHOP


@pytest.fixture(scope="module")
def shell(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shell]:
    made = Shell(Path(tmp_path_factory.mktemp("costs") / "data"))
    config = ("instances=8", "regions=1", "cloud_id=costs")
    made.run("account", "add", "hall", *SIMULATED, *(word for pair in config for word in ("--config", pair)))
    made.run("sync", "--wait", "--kind", "instance")
    made.run("price", "import", "--seed")
    # Commands are clients of it, which begin far sooner than those that bring the whole of mcm along.
    with made.serving():
        yield made


@pytest.fixture
def shop(tmp_path: Path) -> str:
    file = tmp_path / "shop.yaml"
    file.write_text(SHOP)
    return str(file)


def test_a_document_is_compared_everywhere(shell: Shell, shop: str) -> None:
    columns = shell.json("cost", "compare", "-f", shop, "--currency", "CNY", "--tax", "0.13")
    assert [one["rank"] for one in columns if one["rank"]] == list(
        range(1, 1 + sum(one["rank"] is not None for one in columns))
    )
    for one in columns:
        assert one["currency"] == "CNY"
        items = {part["item"]: part for part in one["items"]}
        if one["total"]["amount"] is not None:
            assert {"tax"} < {name for name, part in items.items() if part["amount"] is not None}
    assert len({one["place"]["provider"] for one in columns}) >= 5
    (hall,) = [one for one in columns if one["place"]["account"] == "hall"]
    assert [note["code"] for note in hall["notes"]] == ["no_rate_card"]
    said = shell.run("cost", "compare", "-f", shop, "--currency", "CNY")
    assert "not incl." in said.stdout
    assert "TOTAL" in said.stdout
    assert "example prices that came with mcm" in said.stderr
    assert "1 USD = " in said.stderr
    place = next(one["place"]["key"] for one in columns if one["option"] == "reserved")
    only = shell.json("cost", "compare", "-f", shop, "--option", "reserved", "--location", place)
    assert {(one["option"], one["place"]["key"]) for one in only} == {("reserved", place)}
    assert len(shell.run("cost", "compare", "-f", shop, "-o", "csv").stdout.splitlines()) == 1 + len(columns)


def test_a_limit_of_money_is_set_shown_and_lifted(shell: Shell) -> None:
    """Without a rate card nothing in the hall has a price, and that is said."""
    nameless = shell.run("quota", "set", "default", "--money-per-month", "5000", expect=2)
    assert "--currency EUR" in nameless.stderr
    shell.run("quota", "set", "default", "--money-per-month", "5000.50", "--currency", "eur")
    changed = shell.json("quota", "set", "default", "--money-per-month", "6000", "--limit", "vcpus=900")
    assert (changed["money_per_month"], changed["vcpus"]) == ({"amount": "6000", "currency": "EUR"}, 900)
    shown = shell.run("quota", "show", "default")
    row = next(line for line in shown.stdout.splitlines() if "money_per_month" in line)
    *amounts, unpriced = row.split()[1:]
    assert amounts == ["6000.00", "EUR", "≥", "0.00", "EUR", "0.00", "EUR"]
    # Its instances, and their volumes once those have been read.
    assert int(unpriced) >= 8
    assert f"{unpriced} resources without a price: the private cloud 'hall' has no published rate card" in shown.stderr
    shell.run("quota", "set", "default", "--money-per-month", "none", "--limit", "vcpus=none")
    assert "money_per_month" not in shell.run("quota", "show", "default").stdout
    assert "JPY" in shell.run("quota", "show", "default", "--currency", "JPY").stdout


@pytest.mark.parametrize("form", ["xlsx", "html", "csv"])
def test_a_report_is_saved(shell: Shell, shop: str, tmp_path: Path, form: str) -> None:
    file = tmp_path / f"report.{form}"
    shell.run("cost", "compare", "-f", shop, "--save", str(file), "--lang", "zh-CN")
    if form == "xlsx":
        assert openpyxl.load_workbook(file).sheetnames[0] == "对比"
    else:
        assert "合计" in file.read_text("utf-8-sig")


def test_instances_that_are(shell: Shell) -> None:
    columns = shell.json("cost", "compare", "--filter", 'kind = "instance" AND gpu_count = 0', "--hours", "100")
    assert sum(one["current"] for one in columns) == 1
    assert any(one["total"]["amount"] for one in columns if not one["current"])
    shell.run("workload", "apply", "-f", "-", typed=SHOP)
    assert shell.json("cost", "compare", "--workload", "shop", "--utilisation")


def test_bad_questions(shell: Shell, shop: str, tmp_path: Path) -> None:
    huge = tmp_path / "huge.yaml"
    huge.write_text("apiVersion: mcm/v1\nkind: Workload\nname: huge\ntiers: [{vcpus: 4, memory_gib: 90000}]\n")
    said = shell.run("cost", "compare", "-f", str(huge), expect=1)
    assert "90000 GiB of memory is more than any size here has; the most is" in said.stderr
    for words, expected, code in (
        (("-f", shop, "--workload", "shop"), "says what is compared", 2),
        ((), "says what is compared", 2),
        (("-f", shop, "--currency", "XXY"), "ISO 4217", 2),
        (("-f", shop, "--tax", "13"), "tax", 2),
        (("-f", shop, "--option", "gift"), "option", 2),
        (("-f", shop, "--location", "nowhere"), "there is no location 'nowhere'", 1),
        (("-f", shop, "--save", "x.pdf"), "end it in .xlsx", 2),
        (("-f", shop, "--lang", "fr"), "no language", 2),
        (("-f", shop, "--on", "2999-01-01"), "has not come yet", 1),
        (("--filter", "colour = 1"), "colour", 2),
        (("--workload", "nothing"), "there is no workload 'nothing'", 1),
        (("-f", str(tmp_path / "none.yaml")), "cannot be read", 2),
    ):
        assert expected in shell.run("cost", "compare", *words, expect=code).stderr, words
    huge.write_text("kind: Workload\nname: x\ntiers: [{vcpu: 4}]\n")
    assert f"{huge}:3:10: there is no field 'vcpu'" in shell.run("cost", "compare", "-f", str(huge), expect=2).stderr
    assert json.loads(shell.run("cost", "compare", "-f", shop, "-o", "json").stdout)


def test_one_machine_is_quoted(shell: Shell) -> None:
    region = shell.json("location", "list")[0]["region"]
    nothing = shell.run("cost", "quote", f"hall/{region}", "--vcpus", "2", "--memory-mib", "4096", expect=1)
    assert "there is no price for it" in nothing.stderr
    assert "rate card" in nothing.stderr
    assert "is not ACCOUNT/REGION" in shell.run(
        "cost", "quote", "hall", "--vcpus", "2", "--memory-mib", "4096", expect=2
    ).stderr  # fmt: skip
    found = shell.run("cost", "quote", "nobody/r", "--vcpus", "2", "--memory-mib", "4096", expect=1)
    assert "nobody" in found.stderr


def test_what_a_resource_costs(shell: Shell) -> None:
    ident = shell.json("instance", "list")[0]["id"]
    found = shell.json("cost", "resource", ident)
    assert (found["resource_id"], found["months"], found["run_rate"]["month"]) == (ident, [], None)
    said = shell.run("cost", "resource", ident).stderr
    assert "paid by: default" in said
    assert "by the price of today unknown: " in said
    assert shell.run("cost", "resource", "res_nothing", expect=1).stderr.startswith("error: ")


def test_a_quote_says_what_it_is_priced_in_and_what_that_comes_to(tmp_path: Path) -> None:
    shell = Shell(tmp_path / "data")
    public = ["--provider", "simulated", "--ownership", "public"]
    shell.run("account", "add", "pub", *public, "--config", "instances=2", "--config", "regions=1")
    shell.run("sync", "--wait", "--kind", "instance")
    region = shell.json("instance", "list", "--limit", "1")[0]["region"]
    prices = tmp_path / "prices.csv"
    prices.write_text(
        "provider,currency,priced_on,region,item,sku,option,unit,unit_price,vcpus,memory_gib,operating_system\n"
        f"simulated,EUR,2026-01-31,{region},compute,std-4,on_demand,hour,0.18,4,16,linux\n"
    )
    shell.run("price", "import", str(prices))
    shell.run("price", "set-rate", "EUR", "CNY", "8", "--source", "bank", "--on", "2026-01-31")
    size = ["--vcpus", "4", "--memory-mib", "16384", "--sku", "std-4", "--local-disk"]
    asked = ["cost", "quote", f"pub/{region}", *size]
    plain = shell.run(*asked)
    assert "131.40 EUR a month (730 hours), 0.1800 an hour; list" in plain.stderr
    converted = shell.run(*asked, "--currency", "CNY")
    assert "1051.20 CNY a month (730 hours), 1.4400 an hour; list" in converted.stderr
    (line,) = [one.split() for one in converted.stdout.splitlines() if one.startswith("compute")]
    assert line == ["compute", "std-4", "730", "hour", "0.18", "EUR", "1051.2", "CNY", "list"]
