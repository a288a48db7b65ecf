"""`mcm price`, as its user types it, on a local database."""

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from tests.acceptance.shell import Shell
from tests.days import days_ago
from tests.providers.azure.retail import Retail, serving
from tests.rooms.prices.making import file, line

DISCOUNT = (
    "discounts:\n- name: agreement\n  kind: discount\n  percent: 12.5\n  provider: cloud\n  valid_from: 2026-01-01\n"
)


KEY = Ed25519PrivateKey.generate()


@pytest.fixture(scope="module")
def shell(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shell]:
    """With a server, as so many commands that each bring up the API themselves would take minutes."""
    folder = Path(tmp_path_factory.mktemp("prices"))
    public = serialization.PublicFormat.SubjectPublicKeyInfo
    (folder / "key.pub").write_bytes(KEY.public_key().public_bytes(serialization.Encoding.PEM, public))
    made = Shell(folder / "data", MCM_PRICE_KEYS=str(folder / "key.pub"), MCM_BACKGROUND="in_process")
    (folder / "mine.csv").write_bytes(file(line(price="1"), line("b", "2", region="r2")))
    with made.serving():
        made.run("price", "import", str(folder / "mine.csv"))
        yield made


def test_the_first_start_brings_examples_that_say_so(shell: Shell) -> None:
    lists = shell.json("price", "list")
    seeds = [one for one in lists if one["seed"]]
    assert len(seeds) == 5
    assert {one["age_warning"] for one in seeds} == {"price_very_old"}
    assert [one["provider"] for one in lists if not one["seed"]] == ["cloud"]
    assert shell.json("price", "show", seeds[0]["id"])["coverage"]
    assert all(one["seed"] for one in shell.json("price", "rates"))
    shell.run("price", "import", "--seed")
    assert shell.json("price", "list") == lists


def test_points_and_what_was_negotiated(shell: Shell, tmp_path: Path) -> None:
    asked = ("price", "points", "--provider", "cloud")
    assert [one["unit_price"] for one in shell.json(*asked)] == ["1", "2"]
    assert [one["sku"] for one in shell.json(*asked, "--region", "r2", "--item", "compute")] == ["b"]
    (tmp_path / "d.yaml").write_text(DISCOUNT)
    said = shell.run("price", "discounts", "apply", "-f", str(tmp_path / "d.yaml"), "--dry-run").stdout
    assert "agreement would be made" in said
    assert shell.json("price", "discounts", "list") == []
    for _ in range(2):
        shell.run("price", "discounts", "apply", "-f", str(tmp_path / "d.yaml"))
    (rule,) = shell.json("price", "discounts", "list")
    assert (rule["percent"], rule["version"], rule["active"]) == ("12.5", 2, True)
    assert [(one["unit_price"], one["list_price"]) for one in shell.json(*asked)] == [("0.875", "1"), ("1.75", "2")]
    (tmp_path / "d.yaml").write_text(DISCOUNT + "  operating_system: windows\n  term_months: 36\n")
    shell.run("price", "discounts", "apply", "-f", str(tmp_path / "d.yaml"))
    (rule,) = shell.json("price", "discounts", "list")
    assert (rule["operating_system"], rule["term_months"]) == ("windows", 36)
    assert "windows" in shell.run("price", "discounts", "list", "-o", "wide").stdout
    assert [one["unit_price"] for one in shell.json(*asked)] == ["1", "2"]
    assert "--yes" in shell.run("price", "discounts", "delete", "agreement", expect=2).stderr
    shell.run("price", "discounts", "delete", "agreement", "--yes")
    assert shell.json("price", "discounts", "list") == []


def test_a_dry_run_imports_nothing_and_a_list_can_be_withdrawn(shell: Shell, tmp_path: Path) -> None:
    newer = tmp_path / "newer.csv"
    newer.write_bytes(file(line(price="2", on=days_ago(0))))
    before = shell.json("price", "list")
    done = shell.run("price", "import", str(newer), "--dry-run")
    assert "jump" in done.stdout
    assert "nothing was imported" in done.stderr
    assert shell.json("price", "list") == before
    taken = shell.json("price", "import", str(newer))["lists"][0]
    assert (taken["changed"], taken["flagged"], taken["flags"][0]["percent"]) == (1, 1, "100")
    assert "would be withdrawn" in shell.run("price", "delete", taken["list_id"], "--dry-run").stdout
    shell.run("price", "delete", taken["list_id"], "--yes")
    assert [one["unit_price"] for one in shell.json("price", "points", "--sku", "small")] == ["1"]


def test_a_signed_bundle_travels(shell: Shell, tmp_path: Path) -> None:
    pem, plain = serialization.Encoding.PEM, serialization.NoEncryption()
    (tmp_path / "key.pem").write_bytes(KEY.private_bytes(pem, serialization.PrivateFormat.PKCS8, plain))
    (tmp_path / "list.csv").write_bytes(file(line(provider="travelled")))
    bundle = str(tmp_path / "bundle.zip")
    shell.run("price", "sign", str(tmp_path / "list.csv"), "--key", str(tmp_path / "key.pem"), "--out", bundle)
    assert "signed by sha256:" in shell.run("price", "import", bundle).stderr
    assert len(shell.json("price", "points", "--provider", "travelled")) == 1


BAD: list[tuple[tuple[str, ...], bytes, int, str]] = [
    (("price", "import", "FILE"), file(line(price="0")), 1, "line 2: a compute price of 0"),
    (("price", "import", "FILE"), file(line(), line()), 1, "line 3: the same price stands on line 2"),
    (("price", "import", "FILE"), b"\xff\xfe", 1, "no UTF-8"),
    (("price", "import", "FILE"), file(line()).replace(b"unit_price", b"unitprice"), 1, "did you mean 'unit_price'"),
    (("price", "import", "FILE", "--currency", "EUR"), file(line()), 1, "given beside it too"),
    (("price", "import", "FILE", "--currency", "Euro"), file(line()), 2, "currency"),
    (("price", "import", "FILE.gone"), b"", 2, "cannot be read"),
    (("price", "import"), b"", 2, "name a file"),
    (("price", "sign", "FILE", "--key", "FILE", "--out", "FILE.zip"), b"no key", 2, "holds no private key"),
    (("price", "show", "prl_never"), b"", 1, "no price list with this id"),
    (("price", "set-rate", "EUR", "USD", "1,1", "--source", "s", "--on", "2026-01-31"), b"", 2, "no decimal number"),
    (("price", "set-rate", "EUR", "USD", "1", "--source", "s", "--on", "2999-01-31"), b"", 1, "lies ahead"),
    (("price", "discounts", "apply", "-f", "FILE"), b"name: a\nname: b\n", 2, "line 2, column 1"),
    (("price", "discounts", "apply", "-f", "FILE"), b"- just text\n", 2, "at least name"),
    (("price", "discounts", "apply", "-f", "FILE"), b"name: x\nkind: discount\nvalid_from: 2026-01-01\n", 1, "percent"),
    (("price", "points", "--item", "bananas"), b"", 2, "item"),
]


@pytest.mark.parametrize(("words", "content", "code", "said"), BAD, ids=[str(number) for number in range(len(BAD))])
def test_what_is_typed_wrong_is_told(
    shell: Shell, tmp_path: Path, words: tuple[str, ...], content: bytes, code: int, said: str
) -> None:
    (tmp_path / "file").write_bytes(content)
    typed = [word.replace("FILE", str(tmp_path / "file")) for word in words]
    done: subprocess.CompletedProcess[str] = shell.run(*typed, expect=code)
    assert said in done.stderr


def test_nothing_wrong_was_imported(shell: Shell) -> None:
    assert {one["provider"] for one in shell.json("price", "list") if not one["seed"]} <= {"cloud", "travelled"}
    assert [one["unit_price"] for one in shell.json("price", "points", "--provider", "cloud")] == ["1", "2"]


def test_prices_of_a_cloud_are_fetched(shell: Shell) -> None:
    with serving(Retail()) as retail:
        config = ("--config", "regions=francecentral,eastus", "--config", f"endpoint={retail.url}")
        shell.run("account", "add", "retail", "--provider", "azure", "--ownership", "public", *config)
        assert "nothing was taken" in shell.run("price", "fetch", "retail", "--dry-run").stderr
        taken = shell.run("price", "fetch", "retail", "--region", "eastus")
        assert "left out: 2 not_for_everybody" in taken.stderr
        asked = ("--provider", "azure", "--region", "eastus", "--option", "spot")
        assert {one["unit_price"] for one in shell.json("price", "points", *asked)} == {"0.015598", "0.033368"}
        assert shell.json("price", "fetch", "retail", "--region", "eastus")["lists"][0]["points"] == 14
        failed = shell.run("price", "fetch", "retail", "--region", "atlantis", expect=1).stderr
        assert "atlantis" in failed
        assert "francecentral" in failed
        # The daily one may have come in between.
        asked_for = [one for one in shell.json("price", "fetches") if not one["daily"]]
        assert [one["status"] for one in asked_for] == ["failed", "done", "done", "done"]
        (account,) = [one for one in shell.json("account", "list") if one["name"] == "retail"]
        assert account["resources"] == 0
