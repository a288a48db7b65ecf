"""The command line's file of contexts and its sign-in, against a real server."""

import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import select

from mcm.auth.service import Caller
from mcm.cli import contexts
from mcm.cli.failures import NEEDS_LOGIN, USAGE
from mcm.cli.main import run
from mcm.identity import devices
from mcm.models import DeviceRequest
from tests.baddays.serving import Served
from tests.lab import CALLER, Lab
from tests.rooms.identity.people import OTHER, PASSWORD, Person, user

Mcm = Callable[..., tuple[int, str, str]]


@pytest.fixture
def mcm(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Mcm:
    for name in ("MCM_SERVER", "MCM_TOKEN", "MCM_DATABASE_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("MCM_CONFIG_DIR", str(tmp_path / "config"))
    monkeypatch.setenv("MCM_DATA_DIR", str(tmp_path / "elsewhere"))

    def command(*words: str) -> tuple[int, str, str]:
        monkeypatch.setattr("sys.argv", ["mcm", *words])
        with pytest.raises(SystemExit) as end:
            run()
        out, err = capsys.readouterr()
        return int(end.value.code or 0), out, err

    return command


@pytest.fixture
def token(lab: Lab, person: Person) -> str:
    user(lab, "anna", "viewer")
    person.login()
    return str(person.send("POST", "/tokens", {"name": "cli"}).json()["token"])


def test_a_token_makes_a_context_that_commands_use(
    served: Served, mcm: Mcm, token: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("TOKEN", token)
    assert mcm("login", "--server", served.url, "--name", "work", "--token-from", "env:TOKEN")[0] == 0
    file = tmp_path / "config" / contexts.NAME
    assert file.stat().st_mode & 0o777 == 0o600
    assert file.parent.stat().st_mode & 0o777 == 0o700
    assert '"anna"' in mcm("whoami", "-o", "json")[1]
    code, out, _ = mcm("context", "list", "-o", "json")
    assert code == 0
    assert served.url in out
    assert token not in out + mcm("context", "show")[1]
    code, _, err = mcm("user", "list")
    assert code == 1
    assert "lacks the permission" in err
    assert mcm("context", "use", "local")[0] == 0
    assert '"local"' in mcm("whoami", "-o", "json")[1]
    assert mcm("context", "use", "nowhere")[0] == USAGE
    assert mcm("context", "use", "work")[0] == 0
    assert mcm("logout")[0] == 0
    assert contexts.load().all == {}
    monkeypatch.setenv("MCM_SERVER", served.url)
    monkeypatch.setenv("MCM_TOKEN", token)
    assert mcm("whoami")[0] == NEEDS_LOGIN, "logging out ended the token"


def test_contexts_that_others_may_read_are_refused(mcm: Mcm, tmp_path: Path) -> None:
    contexts.put("work", contexts.Context("http://127.0.0.1:1", "mcmt_x_y"))
    (tmp_path / "config" / contexts.NAME).chmod(0o640)
    for words in (("context", "list"), ("whoami",), ("logout",)):
        code, out, err = mcm(*words)
        assert code == 1
        assert "open to others" in err
        assert "mcmt_" not in out + err


def test_a_token_neither_stands_in_arguments_nor_crosses_a_network_in_the_clear(mcm: Mcm) -> None:
    code, _, err = mcm("login", "--server", "http://127.0.0.1:1", "--token-from", "mcmt_secret_value")
    assert code == USAGE
    assert "mcmt_secret_value" not in err
    code, _, err = mcm("login", "--server", "http://mcm.example")
    assert code == USAGE
    assert "in the clear" in err


def test_a_command_line_waits_for_a_yes(lab: Lab, served: Served, mcm: Mcm, monkeypatch: pytest.MonkeyPatch) -> None:
    anna = user(lab, "anna", "viewer")
    monkeypatch.setattr(devices, "INTERVAL_S", 1)

    def approve() -> None:
        caller = Caller(anna, CALLER.tenant_id, "anna", "test", "rq_test")
        for _ in range(600):
            with lab.runtime.database.writing() as session:
                row = session.scalars(select(DeviceRequest)).first()
                if row is not None and row.polled_at is not None:
                    row.status, row.principal_id = "approved", caller.principal_id
                    return
            threading.Event().wait(0.1)

    someone = threading.Thread(target=approve)
    someone.start()
    code, _, err = mcm("login", "--server", served.url)
    someone.join()
    assert code == 0, err
    assert "/device?code=" in err
    assert '"anna"' in mcm("whoami", "-o", "json")[1]


def test_the_local_mode_asks_for_no_login(served: Served, mcm: Mcm) -> None:
    code, _, err = mcm("login", "--server", served.url)
    assert code == 0
    assert "local mode" in err
    assert mcm("login")[0] == USAGE, "there is no server"


def test_users_roles_and_passwords_on_the_local_database(mcm: Mcm, tmp_path: Path) -> None:
    file = tmp_path / "password"
    file.write_text(PASSWORD + "\n")
    source = f"file:{file}"
    code, _, err = mcm("user", "create", "root", "--admin", "--password-from", PASSWORD)
    assert code == USAGE
    assert PASSWORD not in err
    assert mcm("user", "create", "root", "--admin")[0] == USAGE, "there is no terminal to ask at"
    code, out, err = mcm("user", "create", "root", "--admin", "--password-from", source, "-o", "json")
    assert code == 0, err
    assert '"must_change": false' in out
    assert "security_admin" in mcm("role", "list")[1]
    assert mcm("user", "create", "ben", "--no-password", "--role", "viewer")[0] == 0
    file.write_text("password1234")
    code, _, err = mcm("user", "password", "ben", "--password-from", source)
    assert (code, "easy to guess" in err) == (1, True)
    file.write_text(OTHER)
    assert mcm("user", "password", "ben", "--password-from", source)[0] == 0
    assert mcm("user", "separation", "on")[0] == 1
    assert '"on": false' in mcm("user", "separation", "show", "-o", "json")[1]
    assert mcm("user", "disable", "ben")[0] == 0
    assert mcm("user", "remove", "ben", "--yes")[0] == 0
    assert "ben" not in mcm("user", "list")[1]
    code, _, err = mcm("token", "create", "x")
    assert (code, "no_user" in err) == (1, True)


def test_a_bad_token_is_called_so_with_where_it_is_from(
    served: Served, mcm: Mcm, token: str, lab: Lab, person: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MCM_SERVER", served.url)
    for bad in ("bad", "mcmt_nobody_nothing", f"{token}x"):
        monkeypatch.setenv("MCM_TOKEN", bad)
        code, _, err = mcm("account", "list")
        assert (code, "the token of MCM_TOKEN is not valid at" in err) == (NEEDS_LOGIN, True), bad
        assert bad not in err
    told = {person.http.get("/api/v1/accounts", headers={"Authorization": f"Bearer {bad}"}).json()["detail"]
            for bad in ("bad", "mcmt_nobody_nothing", f"{token}x")}  # fmt: skip
    assert len(told) == 1, "outsiders learn nothing of which it is"
    monkeypatch.delenv("MCM_TOKEN")
    monkeypatch.setenv("TOKEN", token)
    assert mcm("login", "--name", "work", "--token-from", "env:TOKEN")[0] == 0
    person.send("DELETE", f"/tokens/{person.get('/tokens').json()['items'][0]['id']}")
    assert "the token of the context of this server is not valid" in mcm("account", "list")[2]
    monkeypatch.delenv("MCM_SERVER")
    assert "the token of the current context is not valid" in mcm("account", "list")[2]


def test_a_token_of_a_command_line_says_that_it_ends_with_it(
    served: Served, mcm: Mcm, token: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TOKEN", token)
    mcm("login", "--server", served.url, "--name", "work", "--token-from", "env:TOKEN")
    _, out, err = mcm("token", "create", "nightly")
    assert out.startswith("mcmt_")
    assert "ends with it, at `mcm logout` too" in err
    assert mcm("logout")[0] == 0
    monkeypatch.setenv("MCM_SERVER", served.url)
    monkeypatch.setenv("MCM_TOKEN", out.strip())
    assert mcm("account", "list")[0] == NEEDS_LOGIN
