"""mcm sync and mcm account tree as typed: undo, which scopes followed a change feed, and the tree of places."""

import json
import time
from collections.abc import Callable, Iterator

import pytest

from mcm.cli.main import run
from mcm.cli.progress import Lines
from mcm.contract import ResourceKind
from tests.baddays.serving import Served, serving
from tests.lab import Lab

Mcm = Callable[..., tuple[int, str, str]]


@pytest.fixture
def served(lab: Lab) -> Iterator[Served]:
    with serving(lab) as running:
        yield running


@pytest.fixture
def mcm(lab: Lab, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Mcm:
    """On the lab's own database, in process; with MCM_SERVER set, on the server."""
    for name in ("MCM_SERVER", "MCM_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    settings = lab.runtime.settings
    monkeypatch.setenv("MCM_CONFIG_DIR", str(settings.directory / "config"))
    monkeypatch.setenv("MCM_DATA_DIR", str(settings.directory))
    monkeypatch.setenv("MCM_DATABASE_URL", settings.database)

    def command(*words: str) -> tuple[int, str, str]:
        monkeypatch.setattr("sys.argv", ["mcm", *words])
        with pytest.raises(SystemExit) as end:
            run()
        out, err = capsys.readouterr()
        return int(end.value.code or 0), out, err

    return command


def _lost(lab: Lab) -> tuple[str, str]:
    """(run that lost an instance, the instance's native id)."""
    lab.account()
    lab.sync(kinds=("instance",))
    victim = lab.resources()[0]
    lab.world().remove(victim.native_id)
    return lab.run("instance", victim.region).id, victim.native_id


@pytest.mark.parametrize("where", ["embedded", "server"])
def test_undo_says_asks_and_brings_back(lab: Lab, mcm: Mcm, monkeypatch: pytest.MonkeyPatch, where: str) -> None:
    run_id, native_id = _lost(lab)
    with serving(lab) as served:
        if where == "server":
            monkeypatch.setenv("MCM_SERVER", served.url)
        code, out, _ = mcm("sync", "undo", run_id, "--dry-run")
        assert (code, out.startswith("1 resources are gone since")) == (0, True)
        assert mcm("sync", "undo", run_id)[0] == 2, "nobody can be asked here"
        assert lab.by_native_id(native_id).presence == "gone"
        code, out, _ = mcm("sync", "undo", run_id, "--yes", "-o", "json")
        assert (code, json.loads(out)["resources"]) == (0, 1)
        assert lab.by_native_id(native_id).presence != "gone"
        assert mcm("sync", "undo", run_id, "--yes")[1].startswith("nothing is gone")
        assert mcm("sync", "undo", "run_nope", "--yes")[0] == 1


def test_undo_is_typed_whole(lab: Lab, mcm: Mcm) -> None:
    assert mcm("sync", "undo")[0] == 2
    assert mcm("sync", "--yes")[0] == 2


def test_dry_run_of_undo_leaves_no_audit_row(lab: Lab, served: Served) -> None:
    run_id, _ = _lost(lab)
    before = lab.count("audit_event")
    answer = served.send("POST", f"/api/v1/sync/runs/{run_id}/undo?dry_run=true").json()
    assert answer == {"run": run_id, "resources": 1, "dry_run": True}
    assert lab.count("audit_event") == before


def test_a_request_says_which_scopes_followed_a_feed(
    lab: Lab, served: Served, capsys: pytest.CaptureFixture[str]
) -> None:
    lab.account(instances=4, regions="1")
    lab.sync(kinds=("instance", "flavor"))
    body = {"accounts": ["lab"], "kinds": ["instance", "flavor"]}
    asked = served.send("POST", "/api/v1/sync/requests", body).json()
    # The server reads them by itself; with a deadline of the test run's own.
    while (told := served.get(f"/api/v1/sync/requests/{asked['id']}").json())["outcome"] == "running":
        time.sleep(0.05)
    modes = {scope["kind"]: scope["mode"] for scope in told["scopes"]}
    assert (modes["instance"], modes["flavor"]) == ("changes", "full")
    Lines().update(told)
    said = capsys.readouterr().err
    assert f"{ResourceKind.INSTANCE}: complete, 0 told by its change feed" in said
    assert "flavor: complete, 8 listed" in said


def test_the_tree_of_places(lab: Lab, mcm: Mcm) -> None:
    lab.account("east", instances=6, regions="1")
    lab.account("west", instances=2, regions="1")
    lab.sync("east")
    code, out, _ = mcm("account", "tree", "east", "--depth", "2", "-o", "json")
    rows = json.loads(out)
    assert code == 0
    assert [(row["depth"], row["type"]) for row in rows][:2] == [(0, "account"), (1, "region")]
    assert {row["account"] for row in rows} == {"east"}
    assert rows[0]["level"]["instances"]["value"] == 6
    assert rows[1]["parent"] == rows[0]["id"]
    shown = mcm("account", "tree")[1]
    assert "\n  " in shown
    assert "west" in shown
    assert mcm("account", "tree", "nope")[0] == 2


def test_a_time_before_anything_was_known_says_so(lab: Lab, mcm: Mcm) -> None:
    code, out, err = mcm("resource", "list", "--as-of", "2020-01-01", "-o", "json")
    assert (code, json.loads(out), "mcm knows nothing yet" in err) == (0, [], True)
    lab.account(instances=2, regions="1")
    lab.sync(kinds=("instance",))
    _, _, err = mcm("instance", "list", "--as-of", "2020-01-01")
    assert "nothing found: mcm knew nothing before 20" in err
    _, _, err = mcm("instance", "list", "--filter", 'name = "nope"')
    assert "knew nothing" not in err
