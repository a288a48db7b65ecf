"""`mcm policy`, on a local database, as somebody uses it who writes their first policies."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.acceptance.conftest import SIMULATED
from tests.acceptance.shell import Shell
from tests.rooms.policies.making import document

HEAD = "apiVersion: mcm/v1\nkind: PlacementPolicy\nid: {id}\ntitle: A title\nowner: ops\n"
# What stands below the head, or the whole text; where the first finding is; a part of what it says.
BAD: dict[str, tuple[str, tuple[int, int], str]] = {
    "misspelt": ("rule:\n  cel: workload.data_clas == 'x'\n", (7, 8), "did you mean 'workload.data_class'?"),
    "operator": (
        "rule:\n  require: {when: {vcpus: {atleast: 4}}, location: {ownership: private}}\n",
        (7, 28),
        "at_least",
    ),
    "two-verbs": (
        "rule:\n  require: {location: {site: a}}\n  avoid: {location: {site: b}}\n",
        (7, 3),
        "require and avoid",
    ),
    "not-bool": ("rule:\n  cel: |\n    workload.vcpus +\n      4\n", (8, 5), "must be true or false"),
    "syntax": ("rule:\n  cel: workload.vcpus > > 4\n", (7, 25), "cannot be read"),
    "unknown-field": ("rule:\n  cel: 'true'\nseverty: high\n", (8, 1), "did you mean 'severity'?"),
    "severity": ("severity: hihg\nrule:\n  cel: 'true'\n", (6, 11), "did you mean 'high'?"),
    "example": (
        "rule:\n  cel: workload.vcpus < 4\nexamples:\n  - {name: big, expect: allow, facts: {workload.vcpus: 8}}\n",
        (9, 5),
        "example 'big' expects allow, and the rule says deny",
    ),
    "example-fact": (
        "rule:\n  cel: workload.vcpus < 4\nexamples:\n  - {name: big, expect: deny, facts: {workload.vcpu: 8}}\n",
        (9, 39),
        "did you mean 'workload.vcpus'?",
    ),
    "twice": ("owner: me\nrule:\n  cel: 'true'\n", (6, 1), "comes twice"),
    "no-yaml": ("rule: [\n", (7, 1), "no YAML"),
    "deep": ("rule:\n  cel: " + "(" * 60 + "true" + ")" * 60 + "\n", (7, 8), "nested deeper"),
    "exception": (
        "rule:\n  cel: 'true'\nexceptions:\n  - {resource: a, workload: b, reason: x, expires: '2099-01-01'}\n",
        (9, 5),
        "one of resource, workload and application",
    ),
}


@pytest.fixture(scope="module")
def shell(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shell]:
    """Beside a server, as commands then need not start one each."""
    made = Shell(Path(tmp_path_factory.mktemp("policies") / "data"))
    config = ("instances=20", "regions=1", "cloud_id=policies")
    options = [word.replace("private", "public") for word in SIMULATED]
    with made.serving():
        made.run("account", "add", "lab", *options, *(word for pair in config for word in ("--config", pair)))
        made.run("sync", "--wait", "--kind", "instance")
        yield made


def test_bad_documents_are_told_with_place_and_cure(shell: Shell, tmp_path: Path) -> None:
    files = []
    for name, (text, _, _) in BAD.items():
        files.append(tmp_path / f"{name}.yaml")
        files[-1].write_text(HEAD.format(id=name) + text)
    done = shell.run("policy", "lint", *map(str, files), "-o", "json", expect=1)
    assert f"{len(BAD)} of {len(BAD)} could not be stored" in done.stderr
    found: list[dict[str, Any]] = json.loads(done.stdout)
    for name, (_, place, said) in BAD.items():
        first = next(one for one in found if Path(one["file"]).stem == name and one["severity"] == "error")
        assert (first["line"], first["column"]) == place, (name, first)
        assert said in f"{first['message']} {first['suggestion']}", (name, first)
    for name in ("misspelt", "two-verbs"):
        told = shell.run("policy", "apply", "-f", str(tmp_path / f"{name}.yaml"), expect=2).stderr
        line, column = BAD[name][1]
        assert f"{name}.yaml:{line}:{column}: error:" in told
    assert "    " + " " * 7 + "^" in shell.run("policy", "lint", str(files[0]), expect=1).stderr
    assert "cannot read" in shell.run("policy", "lint", str(tmp_path / "none.yaml"), expect=2).stderr
    (tmp_path / "odd.yaml").write_bytes(b"\xff\xfe\x00")
    assert "cannot read" in shell.run("policy", "lint", str(tmp_path / "odd.yaml"), expect=2).stderr
    assert shell.run("policy", "lint", "-", typed="", expect=2).stderr
    assert shell.json("policy", "list") == []


def test_from_the_library_to_the_evidence(shell: Shell, tmp_path: Path) -> None:
    assert "nothing was stored" in shell.run("policy", "library", "install", "pci-zone-only", "--dry-run").stderr
    shell.run("policy", "library", "install", "confidential-stays-private", "data-is-classified")
    assert [one["id"] for one in shell.json("policy", "list")] == ["confidential-stays-private", "data-is-classified"]
    broken = shell.json("policy", "violations", "--check")
    assert len(broken) == 40
    assert {one["severity"] for one in broken} == {"critical", "low"}
    (first, *_) = shell.json("policy", "violations", "--policy", "data-is-classified")
    told = shell.json("policy", "explain", first["name"])
    assert (told["allowed"], told["facts"]["workload.data_class"]) == (False, "unclassified")
    assert {one["policy"]: one["outcome"] for one in told["verdicts"]} == {
        "confidential-stays-private": "deny",
        "data-is-classified": "audit",
    }
    rules = tmp_path / "rules.yaml"
    rules.write_text("rules:\n  - {data_class: internal, account: lab}\n")
    assert "would change their class" in shell.run("policy", "classify", "-f", str(rules), "--dry-run").stderr
    shell.run("policy", "classify", "-f", str(rules))
    assert shell.json("policy", "violations", "--check") == []
    assert len(shell.json("policy", "violations", "--status", "resolved")) == 40
    pack = tmp_path / "pack.json"
    shell.run("policy", "evidence", str(pack), "--framework", "PCI-DSS")
    assert [one["result"] for one in json.loads(pack.read_text())["policies"]] == ["met"]
    shell.run("policy", "evidence", str(tmp_path / "pack.html"))
    assert "data-is-classified" in (tmp_path / "pack.html").read_text()
    assert "neither" in shell.run("policy", "evidence", str(tmp_path / "pack.pdf"), expect=2).stderr


def test_a_draft_is_simulated_and_a_contradiction_is_not_stored(shell: Shell, tmp_path: Path) -> None:
    file = tmp_path / "draft.yaml"
    file.write_text(document({"exclude": {"location": {"ownership": "public"}}}, "no-public"))
    said = shell.run("policy", "simulate", "-f", str(file)).stdout
    assert "would refuse 0 of the 0 requests of the last 30 days" in said
    assert "20 of 20 running instances would violate it, 20 newly" in said
    refused = shell.run("policy", "apply", "-f", str(file), expect=1).stderr
    assert "would refuse everything" in refused
    assert "--accept-warnings" in refused
    shell.run("policy", "apply", "-f", str(file), "--accept-warnings")
    assert "version 1) would be deleted" in shell.run("policy", "delete", "no-public", "--dry-run").stdout
    assert "--yes" in shell.run("policy", "delete", "no-public", expect=2).stderr
    # Nobody agrees to what they asked for themselves.
    (found, *_) = shell.json("instance", "list")
    asked = ("policy", "exceptions", "ask", "no-public", "--resource", found["id"], "--reason", "soon", "--expires")
    assert shell.run(*asked, "2020-01-01", expect=2).stderr
    (row,) = shell.json(*asked, "2099-01-01")
    assert "somebody else" in shell.run("policy", "exceptions", "approve", row["id"], expect=1).stderr
    assert [one["status"] for one in shell.json("policy", "exceptions", "list")] == ["requested"]
    shell.run("policy", "delete", "no-public", "--yes")
    assert "there is no policy 'no-public'" in shell.run("policy", "show", "no-public", expect=1).stderr
