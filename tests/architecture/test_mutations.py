"""Every changing route: demands a key, repeats the first answer, leaves a record, and does nothing when it cannot."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import select, text, update

from mcm.app import build_app
from mcm.auth.service import DEFAULT_TENANT
from mcm.models import AuditEvent, AuditSegment
from mcm.models.every import Base
from mcm.oidc import service as oidc
from mcm.oidc.schemas import OidcProviderCreate
from mcm.tenancy import service as tenants
from mcm.tenancy.schemas import TenantCreate
from tests import lab as labs
from tests import prepared
from tests.architecture import (
    allocations_calls,
    charges_calls,
    costs_calls,
    findings_calls,
    identity_calls,
    moves_calls,
    notice_calls,
    operation_calls,
    optimizer_calls,
    placement_calls,
    plan_calls,
    policies_calls,
    prices_calls,
    ratecards_calls,
    utilisation_calls,
    view_calls,
    workloads_calls,
)
from tests.architecture.calls import Call
from tests.architecture.layout import application, client
from tests.architecture.test_routes import _READING, ASKING, WITHOUT_KEY, _routes
from tests.lab import CALLER, Lab


def _create(lab: Lab) -> Call:
    body = {"name": "new", "provider": "simulated", "ownership": "private", "secrets": {"token": "x"}}
    return Call("/accounts", ["account.create"], body)


def _update(lab: Lab) -> Call:
    return Call("/accounts/lab", ["account.update"], {"labels": ["pci"]})


def _remove(lab: Lab) -> Call:
    return Call("/accounts/lab", ["account.remove"])


def _check(lab: Lab) -> Call:
    return Call("/accounts/lab/check", ["account.check", "account.check"])


def _pause(lab: Lab) -> Call:
    return Call("/accounts/lab/pause", ["account.pause"])


def _resume(lab: Lab) -> Call:
    with lab.runtime.database.writing() as session:
        session.execute(text("UPDATE account SET status = 'paused'"))
    return Call("/accounts/lab/resume", ["account.resume"])


def _label(lab: Lab) -> Call:
    (first, *_) = lab.resources()
    return Call(f"/resources/{first.id}", ["resource.update"], {"labels": {"team": "a"}}, {"If-Match": "*"})


def _read(lab: Lab) -> Call:
    return Call("/sync/requests", ["sync.request"], {"accounts": ["lab"], "kinds": ["volume"]})


def _quarantine(lab: Lab) -> Call:
    for one in lab.resources()[:20]:
        lab.world().remove(one.native_id)
    assert lab.run("instance").outcome == "quarantined"
    scope = lab.scope("instance")
    return Call(f"/sync/scopes/{scope.id}/quarantine", ["sync.quarantine.accept"], {"decision": "accept"})


def _undo(lab: Lab) -> Call:
    lab.world().remove(lab.resources()[0].native_id)
    run = lab.run("instance")
    assert run.gone == 1
    return Call(f"/sync/runs/{run.id}/undo", ["sync.undo"])


def _tenant(lab: Lab) -> str:
    with lab.runtime.database.writing() as session:
        wanted = TenantCreate(name="branch", parent=DEFAULT_TENANT)
        return tenants.create(session, CALLER, wanted).id


def _add_tenant(lab: Lab) -> Call:
    return Call("/tenants", ["tenant.create"], {"name": "new", "kind": "department", "parent": "default"})


def _rename_tenant(lab: Lab) -> Call:
    return Call(f"/tenants/{_tenant(lab)}", ["tenant.update"], {"name": "other"}, {"If-Match": '"1"'})


def _move_tenant(lab: Lab) -> Call:
    return Call(f"/tenants/{_tenant(lab)}/move", ["tenant.move"], {"parent": None})


def _remove_tenant(lab: Lab) -> Call:
    return Call(f"/tenants/{_tenant(lab)}", ["tenant.remove"])


def _set_quota(lab: Lab) -> Call:
    return Call(f"/tenants/{_tenant(lab)}/quota", ["quota.set"], {"instances": 5})


def _set_rules(lab: Lab) -> Call:
    return Call("/tenant-rules", ["tenant.rules"], {"rules": [{"account": "lab", "tenant": _tenant(lab)}]})


def _add_oidc(lab: Lab) -> Call:
    # Nothing listens there: adding asks nobody, and a check that fails is an answer.
    body = {"name": "corp", "issuer": "http://127.0.0.1:1", "client_id": "mcm", "client_secret": "a-client-secret"}
    return Call("/oidc-providers", ["oidc_provider.create"], body)


def _with_oidc(lab: Lab) -> str:
    wanted = OidcProviderCreate.model_validate(_add_oidc(lab).body)
    with lab.runtime.database.writing() as session:
        oidc.create(session, labs.CALLER, lab.runtime.vault, wanted)
    return "/oidc-providers/corp"


def _update_oidc(lab: Lab) -> Call:
    return Call(_with_oidc(lab), ["oidc_provider.update"], {"title": "Corporate login"}, {"If-Match": '"1"'})


def _remove_oidc(lab: Lab) -> Call:
    return Call(_with_oidc(lab), ["oidc_provider.remove"])


def _check_oidc(lab: Lab) -> Call:
    return Call(f"{_with_oidc(lab)}/check", ["oidc_provider.check", "oidc_provider.check"])


def _rotate_key(lab: Lab) -> Call:
    return Call("/keys/rotation", ["keys.rotate"])


_OF_ROOMS = (
    identity_calls.CALLS
    | notice_calls.CALLS
    | operation_calls.CALLS
    | plan_calls.CALLS
    | view_calls.CALLS
    | prices_calls.CALLS
    | ratecards_calls.CALLS
    | workloads_calls.CALLS
    | costs_calls.CALLS
    | charges_calls.CALLS
    | allocations_calls.CALLS
    | policies_calls.CALLS
    | placement_calls.CALLS
    | optimizer_calls.CALLS
    | moves_calls.CALLS
    | utilisation_calls.CALLS
    | findings_calls.CALLS
)
CALLS: dict[tuple[str, str], Callable[[Lab], Call]] = _OF_ROOMS | {
    ("POST", "/api/v1/accounts"): _create,
    ("PATCH", "/api/v1/accounts/{name}"): _update,
    ("DELETE", "/api/v1/accounts/{name}"): _remove,
    ("POST", "/api/v1/accounts/{name}/check"): _check,
    ("POST", "/api/v1/accounts/{name}/pause"): _pause,
    ("POST", "/api/v1/accounts/{name}/resume"): _resume,
    ("POST", "/api/v1/oidc-providers"): _add_oidc,
    ("PATCH", "/api/v1/oidc-providers/{name}"): _update_oidc,
    ("DELETE", "/api/v1/oidc-providers/{name}"): _remove_oidc,
    ("POST", "/api/v1/oidc-providers/{name}/check"): _check_oidc,
    ("PATCH", "/api/v1/resources/{resource_id}"): _label,
    ("POST", "/api/v1/sync/requests"): _read,
    ("POST", "/api/v1/tenants"): _add_tenant,
    ("PATCH", "/api/v1/tenants/{tenant}"): _rename_tenant,
    ("POST", "/api/v1/tenants/{tenant}/move"): _move_tenant,
    ("DELETE", "/api/v1/tenants/{tenant}"): _remove_tenant,
    ("PUT", "/api/v1/tenants/{tenant}/quota"): _set_quota,
    ("PUT", "/api/v1/tenant-rules"): _set_rules,
    ("POST", "/api/v1/sync/scopes/{scope_id}/quarantine"): _quarantine,
    ("POST", "/api/v1/sync/runs/{run_id}/undo"): _undo,
    ("POST", "/api/v1/keys/rotation"): _rotate_key,
}
_TABLES = [table.name for table in Base.metadata.sorted_tables]
# In one question, as it is asked thousands of times.
_EVERYTHING = " UNION ALL ".join(
    f'SELECT \'{name}\', array_agg(t::text ORDER BY t::text COLLATE "C") FROM "{name}" t' for name in _TABLES
)
_EACH = pytest.mark.parametrize(("method", "path"), sorted(CALLS), ids=lambda value: value.replace("/api/v1/", ""))


@pytest.fixture
def lab(database_url: str, tmp_path: Path) -> Iterator[Lab]:
    """One account whose instances are known, and nothing that reads by itself."""
    made = prepared.lab(database_url, tmp_path, "mutations", _prepare)
    made.runtime.executor.dispatch_soon = lambda *_, **__: None  # type: ignore[method-assign]
    made.runtime.operations.wake = lambda: None  # type: ignore[method-assign]
    yield made
    made.close()


def _prepare(lab: Lab) -> None:
    lab.account(instances=40, regions="1")
    lab.sync(kinds=("instance",))


@pytest.fixture
def http(lab: Lab) -> Iterator[httpx.Client]:
    with client(build_app(lab.runtime, background=False)) as connected:
        yield connected


def _send(http: httpx.Client, method: str, call: Call, key: str | None, url: str = "") -> httpx.Response:
    headers = call.headers | ({"Idempotency-Key": key} if key else {})
    sent: dict[str, Any] = {"content": call.body} if isinstance(call.body, bytes) else {"json": call.body}
    return http.request(method, f"/api/v1{url or call.url}", headers=headers, **sent)


def _asked(call: Call, parameter: str) -> str:
    return f"{call.url}{'&' if '?' in call.url else '?'}{parameter}"


def _audit(lab: Lab) -> list[AuditEvent]:
    with lab.runtime.database.reading() as session:
        return list(session.scalars(select(AuditEvent).order_by(AuditEvent.seq)))


def _everything(lab: Lab) -> dict[str, list[str]]:
    """The rows of every table, as the database keeps them."""
    with lab.runtime.database.reading() as session:
        execute = session.connection().exec_driver_sql
        if lab.runtime.database.dialect == "postgresql":
            return {str(name): list(rows or ()) for name, rows in execute(_EVERYTHING)}
        return {name: sorted(map(repr, execute(f'SELECT * FROM "{name}"'))) for name in _TABLES}


def test_every_changing_route_is_here() -> None:
    found = {(method, route.path) for method, route in _routes() if method not in _READING}
    found -= {tuple(line.split(" ")) for line in WITHOUT_KEY | ASKING}
    assert found == set(CALLS)


@_EACH
def test_a_change_is_recorded_once_and_repeated_never_or_not_done(
    lab: Lab, http: httpx.Client, method: str, path: str
) -> None:
    """It needs a key; what cannot be recorded is not done; what was done is recorded, and its repetition only told."""
    call = CALLS[method, path](lab)
    before, recorded = _everything(lab), len(_audit(lab))
    naked = _send(http, method, call, None)
    assert (naked.status_code, naked.json()["code"]) == (400, "bad_request")
    assert "Idempotency-Key" in naked.json()["detail"]
    assert _everything(lab) == before
    _cannot_be_recorded(lab, http, method, call, before)

    first = _send(http, method, call, "key-1")
    assert first.is_success, first.text
    rows = _audit(lab)[recorded:]
    assert [row.action for row in rows] == call.actions
    for row in rows:
        assert (row.principal_id, row.tenant_id) == (call.principal_id, DEFAULT_TENANT)
        assert row.request_id == first.headers["x-request-id"]
        assert row.target_id
        assert row.source

    after = _everything(lab)
    again = _send(http, method, call, "key-1")
    shown = first.json() | dict.fromkeys(call.once) if call.once else first.json()
    assert (again.status_code, again.json()) == (first.status_code, shown)
    assert again.headers["idempotent-replay"] == "true"
    other = _send(http, method, call, "key-1", url=_asked(call, "lang=another"))
    assert (other.status_code, other.json()["code"]) == (422, "invalid_input")
    assert _everything(lab) == after


def _cannot_be_recorded(lab: Lab, http: httpx.Client, method: str, call: Call, before: dict[str, list[str]]) -> None:
    # The key of the audit trail's open segment does not open, as with another master key.
    with lab.runtime.database.writing() as session:
        kept = session.execute(select(AuditSegment.number, AuditSegment.key_sealed)).all()
        session.execute(text("UPDATE audit_segment SET key_sealed = head"))
    answer = _send(http, method, call, "key-0")
    assert answer.status_code == 503
    # What opens that key itself comes first.
    assert answer.json()["code"] == ("vault" if call.url.endswith("/keys/rotation") else "audit_failed")
    with lab.runtime.database.writing() as session:
        for number, key in kept:
            session.execute(update(AuditSegment).where(AuditSegment.number == number).values(key_sealed=key))

    with _audit_refused(lab):
        answer = _send(http, method, call, "key-0")
    assert answer.status_code >= 400
    assert answer.headers["content-type"] == "application/problem+json"
    assert _everything(lab) == before


@contextmanager
def _audit_refused(lab: Lab) -> Iterator[None]:
    if lab.runtime.database.dialect == "sqlite":
        before = ["CREATE TRIGGER full_audit BEFORE INSERT ON audit_event BEGIN SELECT RAISE(ABORT, 'no room'); END"]
        after = ["DROP TRIGGER full_audit"]
    else:
        before = [
            "CREATE FUNCTION no_room() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'no room'; END $$",
            "CREATE TRIGGER full_audit BEFORE INSERT ON audit_event FOR EACH ROW EXECUTE FUNCTION no_room()",
        ]
        after = ["DROP TRIGGER full_audit ON audit_event", "DROP FUNCTION no_room"]
    for statements, then in ((before, True), (after, False)):
        with lab.runtime.database.writing() as session:
            for statement in statements:
                session.connection().exec_driver_sql(statement)
        if then:
            yield


_DRY = sorted(
    (method, path)
    for method, path in CALLS
    for parameter in application().openapi()["paths"][path][method.lower()].get("parameters", [])
    if parameter["name"] == "dry_run"
)


@pytest.mark.parametrize(("method", "path"), _DRY)
def test_a_dry_run_changes_nothing(lab: Lab, http: httpx.Client, method: str, path: str) -> None:
    call = CALLS[method, path](lab)
    before = _everything(lab)
    answer = _send(http, method, call, "key-1", url=_asked(call, "dry_run=true"))
    assert answer.is_success, answer.text
    assert _everything(lab) == before


def test_there_are_dry_runs() -> None:
    assert {("POST", "/api/v1/accounts"), ("DELETE", "/api/v1/accounts/{name}")} <= set(_DRY)
