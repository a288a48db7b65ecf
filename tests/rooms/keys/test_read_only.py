"""A restored copy reads no cloud and changes nothing until somebody confirms it; what is stored can be looked at."""

import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from mcm.app import build_app, prepare
from mcm.console.absent import not_built
from mcm.db import backups, migrate, standing
from mcm.edge.tongue import Tongue
from mcm.errors import Conflict
from mcm.jobs import housekeeping
from mcm.jobs.schedule import Jobs
from mcm.system.endpoints import notices
from tests import lab as labs
from tests.architecture.layout import client
from tests.architecture.test_mutations import CALLS
from tests.harness.postgres import PostgresServer
from tests.lab import Lab


@pytest.fixture
def restored(lab: Lab, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Lab]:
    """Beside the original, which is still at work, with the same key and leading to the same cloud."""
    lab.sync()
    url = f"sqlite:///{tmp_path / 'restored.db'}"
    if lab.runtime.database.dialect == "postgresql":
        server: PostgresServer = request.getfixturevalue("postgres_server")
        url = server.url_for(server.create_database())
    backups.backup(lab.runtime.database.engine, tmp_path / "b.mcm")
    backups.restore(tmp_path / "b.mcm", url)
    made = labs.make(url, tmp_path)
    made.clouds = lab.clouds
    yield made
    made.close()


def _everything_due(lab: Lab) -> None:
    from sqlalchemy import text

    with lab.runtime.database.writing() as session:
        session.execute(text("UPDATE scope SET next_due_at = '2020-01-01T00:00:00.000000Z', lease_until = NULL"))


def test_restored_copy_reads_no_cloud_by_itself(restored: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    prepare(restored.runtime)
    _everything_due(restored)
    calls, tidied = restored.world().total_calls, []
    monkeypatch.setattr(housekeeping, "run", lambda _: tidied.append("run"))
    monkeypatch.setattr(housekeeping, "reanchor", lambda _: tidied.append("reanchor"))
    assert restored.runtime.executor.dispatch() == 0
    scope = restored.scope("instance")
    assert restored.runtime.executor.claim_and_run(scope.id, scope.account_id) == "not_due"
    jobs = Jobs(restored.runtime)
    jobs.start()
    try:
        # Several ticks of the scheduler.
        time.sleep(4.5)
    finally:
        jobs.stop()
    assert restored.world().total_calls == calls
    assert tidied == []
    assert restored.scope("instance").as_of == scope.as_of


def test_every_change_is_refused_and_calls_no_cloud(restored: Lab) -> None:
    calls, refused = restored.world().total_calls, 0
    named = {"name": "lab", "resource_id": "r", "scope_id": "1", "run_id": "r"}
    body = {"name": "new", "provider": "simulated", "ownership": "private", "secrets": {"token": "x"}}
    with client(build_app(restored.runtime, background=False)) as http:
        for number, (method, path) in enumerate(sorted(CALLS)):
            url = path
            for name, value in named.items():
                url = url.replace(f"{{{name}}}", value)
            answer = http.request(method, url, json=body if url.endswith("/accounts") else None,
                                  headers={"Idempotency-Key": f"k{number}", "If-Match": "*"})  # fmt: skip
            # For what is not there, lacks its body, or is a user's own: before anything would be changed.
            assert answer.status_code in (404, 422, 503) or answer.json()["code"] == "no_user", (
                f"{method} {path}: {answer.text}"
            )
            if answer.status_code == 503:
                refused += 1
                assert answer.json()["code"] == "read_only"
                assert "mcm db confirm" in answer.json()["next_step"]
    assert refused > 5
    assert restored.world().total_calls == calls


def test_changes_that_would_be_accepted_are_refused_with_the_reason(restored: Lab) -> None:
    with client(build_app(restored.runtime, background=False)) as http:
        for url, body in (
            ("/accounts/lab/pause", None),
            ("/accounts/lab/check", None),
            ("/sync/requests", {"accounts": ["lab"]}),
            ("/keys/rotation", None),
        ):
            answer = http.post(f"/api/v1{url}", json=body, headers={"Idempotency-Key": url})
            assert (answer.status_code, answer.json()["code"]) == (503, "read_only"), url
            assert "restored" in answer.json()["detail"]


def _get(http: httpx.Client, path: str) -> httpx.Response:
    answer = http.get(path)
    assert answer.status_code == 200, answer.text
    return answer


def test_what_is_stored_can_be_looked_at_and_everything_says_read_only(restored: Lab) -> None:
    with client(build_app(restored.runtime, background=False)) as http:
        assert len(_get(http, "/api/v1/instances").json()["items"]) == 5
        assert _get(http, "/api/v1/accounts/lab").json()["name"] == "lab"
        ready = _get(http, "/readyz").json()
        assert ready["status"] == "read-only"
        assert _get(http, "/api/v1/auth/session").json()["read_only"] is True
        findings = {one["check"]: one for one in _get(http, "/api/v1/system/doctor").json()["items"]}
    page = not_built(Tongue("en"), *notices(restored.runtime))
    assert "Read-only" in page
    assert "mcm db confirm" in page
    assert findings["read-only"]["result"] == "warning"
    assert findings["master key"]["result"] == "ok"


def test_confirmed_it_acts_again(restored: Lab) -> None:
    with restored.runtime.database.writing() as session:
        assert standing.confirm(session) is not None
    with restored.runtime.database.writing() as session:
        assert standing.confirm(session) is None
    assert set(restored.sync()) == {"complete"}
    with client(build_app(restored.runtime, background=False)) as http:
        assert _get(http, "/readyz").json() == {"status": "ready"}
        assert _get(http, "/api/v1/auth/session").json()["read_only"] is False
        assert http.post("/api/v1/accounts/lab/pause", headers={"Idempotency-Key": "k"}).status_code == 200


def test_the_original_goes_on(lab: Lab, restored: Lab) -> None:
    assert set(lab.sync()) == {"complete"}
    assert restored.runtime.executor.dispatch() == 0


def test_older_mcm_does_not_get_hold_of_an_unconfirmed_copy(restored: Lab) -> None:
    with pytest.raises(Conflict, match="nobody has confirmed"):
        migrate.downgrade(restored.runtime.database.engine, "0004")
    assert migrate.current(restored.runtime.database.engine) == migrate.head()


def test_step_back_without_the_keys_table_and_up_again_keeps_every_secret(lab: Lab) -> None:
    engine, before = lab.runtime.database.engine, lab.resources("account")
    key_id = lab.runtime.vault.key_id
    migrate.downgrade(engine, "0004")
    migrate.upgrade(engine)
    assert migrate.differences(engine) == []
    assert migrate.damage(engine) == []
    assert lab.resources("account") == before
    assert lab.count("vault_key", f"id = '{key_id}'") == 1
    assert set(lab.sync()) == {"complete"}
