"""Role × route, both sides: whoever has the permission gets in, whoever lacks it does not, nobody is told to sign in.

The table is made from the application; what needs no permission is a snapshot in `open_routes.txt`.
"""

import re
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI

from mcm.auth.permissions import OF_THE_WHOLE, Permission
from mcm.auth.roles import PERMISSIONS, SEPARATED, Role
from mcm.auth.service import Grant, View, view
from mcm.edge.routes import route_permissions
from tests.architecture.layout import application, client
from tests.lab import Lab
from tests.proof.stand import EMPTY_TOKEN, LOCAL, NO_ROLE, NOBODY, WHO, caller, headers, stand

_SNAPSHOT = Path(__file__).with_name("open_routes.txt")
_OWN = frozenset({Permission.OWN_READ, Permission.OWN_WRITE})
_PARAMETER = re.compile(r"\{[^}]+\}")


@pytest.fixture(scope="module")
def stood(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Lab, FastAPI]]:
    folder = tmp_path_factory.mktemp("roles")
    (folder / "mcm.db").write_bytes(sqlite_template.read_bytes())
    with stand(f"sqlite:///{folder / 'mcm.db'}", folder) as made:
        yield made


def _permissions(who: str) -> frozenset[Permission]:
    if who in (NOBODY, EMPTY_TOKEN):
        return frozenset()
    if who == LOCAL:
        return frozenset(Permission)
    return _OWN if who == NO_ROLE else PERMISSIONS[Role(who)]


def _ask(http: httpx.Client, method: str, path: str, who: str) -> httpx.Response:
    body: dict[str, str] | None = None if method in ("GET", "HEAD", "DELETE") else {}
    return http.request(method, _PARAMETER.sub("none", path), headers=headers(who), json=body)


@pytest.mark.parametrize("who", WHO)
def test_every_route_lets_in_whom_the_table_says_and_nobody_else(stood: tuple[Lab, FastAPI], who: str) -> None:
    lab, app = stood
    before, allowed, wrong, asked = lab.dump(), _permissions(who), [], 0
    with client(app) as http:
        for (method, path), needed in sorted(route_permissions(app).items()):
            if needed is None:
                continue
            asked += 1
            answer = _ask(http, method, path, who)
            code = answer.json().get("code") if answer.status_code >= 400 else ""
            if who == NOBODY:
                good = (answer.status_code, code) == (401, "not_authenticated")
            elif needed in allowed:
                good = answer.status_code < 500 and code not in ("not_authenticated", "forbidden")
            else:
                good = (answer.status_code, code) == (403, "forbidden")
            if not good:
                wrong.append(f"{method} {path} needs {needed}: {answer.status_code} {answer.text[:120]}")
    assert not wrong
    assert asked > 60
    if who in (NOBODY, EMPTY_TOKEN, NO_ROLE):
        assert lab.dump() == before


def test_what_needs_no_permission_is_a_list_that_somebody_has_read() -> None:
    naked = sorted(
        f"{method} {path}" for (method, path), found in route_permissions(application()).items() if not found
    )
    assert "\n".join(naked) + "\n" == _SNAPSHOT.read_text()


def test_every_permission_is_somebodys_and_somebody_lacks_it() -> None:
    for permission in Permission:
        holders = {role for role in Role if permission in PERMISSIONS[role]}
        assert holders
        if permission not in (*_OWN, Permission.PROVIDER_READ, Permission.TENANT_READ):
            assert holders != set(Role), permission


def test_separated_roles_cannot_do_each_others_work() -> None:
    """Whoever runs the system neither gives rights nor reads the trail; whoever gives rights does neither."""
    work = {
        Role.SYSTEM_ADMIN: {Permission.ACCOUNT_WRITE, Permission.SYSTEM_WRITE, Permission.KEY_WRITE},
        Role.SECURITY_ADMIN: {Permission.USER_WRITE, Permission.ROLE_WRITE},
        Role.AUDITOR: {Permission.AUDIT_READ, Permission.AUDIT_EXPORT},
    }
    assert set(work) == SEPARATED
    for role, own in work.items():
        assert own <= PERMISSIONS[role]
        for other in SEPARATED - {role}:
            assert not own & PERMISSIONS[other]
    assert not [
        p for p in PERMISSIONS[Role.AUDITOR] if p.value.endswith((".write", ".run", ".decide")) and p not in _OWN
    ]


@pytest.mark.parametrize("role", Role)
def test_what_is_of_the_whole_is_not_given_by_a_role_in_a_part(role: Role) -> None:
    whole = caller(role)
    part = View(tenants=frozenset({"ten_a"}), projects=frozenset({("acc_a", "p1")}))
    held_in_part = type(whole)(
        whole.principal_id, "ten_a", "x", "test", "rq", method="session", grants=(Grant(role, part),)
    )
    for permission in PERMISSIONS[role]:
        assert view(whole, permission).everything
        assert view(held_in_part, permission).nothing == (permission in OF_THE_WHOLE)
        if permission not in OF_THE_WHOLE:
            assert view(held_in_part, permission) == part
