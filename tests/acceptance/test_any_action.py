"""Actions of the table that have no command of their own: `mcm operation run`."""

import json

from tests.acceptance.conftest import SIMULATED
from tests.acceptance.shell import Shell


def test_whatever_is_in_the_table_can_be_asked_for(shell: Shell) -> None:
    shell.run(
        "account",
        "add",
        "lab",
        *SIMULATED,
        "--config",
        "regions=1",
        "--config",
        "instances=10",
        "--config",
        "action_ms=0",
    )
    shell.run("sync", "lab", "--wait")
    known = {one["id"] for one in json.loads(shell.run("operation", "actions", "-o", "json").stdout)}
    assert {"public_ip.allocate", "security_group.add_rule", "instance.console"} <= known
    made = json.loads(shell.run("operation", "run", "public_ip.allocate", "--account", "lab", "-o", "json").stdout)[0]
    assert made["status"] == "succeeded"
    address = made["made_id"]
    released = ("operation", "run", "public_ip.release", address)
    planned = shell.run(*released, "--dry-run")
    assert "nothing was sent" in planned.stderr
    assert "hanging on it" in planned.stderr
    assert "--yes" in shell.run(*released, expect=2).stderr
    assert json.loads(shell.run(*released, "--yes", "-o", "json").stdout)[0]["status"] == "succeeded"


def test_what_cannot_be_asked_for_is_said(shell: Shell) -> None:
    shell.run("account", "add", "lab", *SIMULATED, "--config", "regions=1", "--config", "instances=10")
    shell.run("sync", "lab", "--wait")
    for words, sentence in (
        (("no.such",), "there is no action 'no.such'"),
        (("public_ip.allocate",), "give either IDs"),
        (("public_ip.allocate", "x", "--account", "lab"), "give either IDs"),
        (("keypair.import", "--account", "lab", "--param", "name"), "--param takes KEY=VALUE"),
    ):
        assert sentence in shell.run("operation", "run", *words, expect=2).stderr
    wrong = shell.run("operation", "run", "keypair.import", "--account", "lab", "--param", "size=3", expect=1).stderr
    assert "its parameters are" in wrong
