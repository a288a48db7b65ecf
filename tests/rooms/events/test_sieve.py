"""What one may not see does not come: by role, by tenant and what is below it, by project, and by a token's limits."""

from contextlib import ExitStack
from typing import Any

import pytest

from mcm.auth.roles import PERMISSIONS, Role
from mcm.auth.service import Caller, Grant, View
from mcm.events import kinds
from mcm.events.sieve import Told, sieve_of
from tests.baddays.serving import Served
from tests.lab import Lab
from tests.rooms.events.following import Message, following, now, subjects, tell
from tests.rooms.events.people import ALPHA, BETA, DEEP, bind, signed_in, tenants, with_token
from tests.rooms.identity.people import Person, user

VIEWER: dict[str, Any] = {"role": Role.VIEWER}


def _tell_all(lab: Lab, account: str) -> list[str]:
    """One event for every place; the order in which they come."""
    places: dict[str, dict[str, Any]] = {
        "default": {},
        "alpha": {"tenant": ALPHA},
        "deep": {"tenant": DEEP},
        "beta": {"tenant": BETA},
        "mine": {"tenant": BETA, "account_id": account, "project": "p1"},
        "other project": {"tenant": BETA, "account_id": account, "project": "p2"},
        "other account": {"tenant": BETA, "account_id": "acc_other", "project": "p1"},
        "no project": {"tenant": BETA, "account_id": account},
        "of the whole": {"tenant": ""},
    }
    for name, where in places.items():
        tell(lab, name, **where)
    return list(places)


def test_everybody_sees_what_is_theirs(lab: Lab, served: Served) -> None:
    account = lab.account("cloud")
    tenants(lab)
    project = VIEWER | {"account": account, "project": "p1"}
    held: dict[str, tuple[list[dict[str, Any]], list[str]]] = {
        "alfred": ([VIEWER | {"tenant": "alpha"}], ["alpha", "deep"]),
        "dan": ([VIEWER | {"tenant": DEEP}], ["deep"]),
        "pia": ([project], ["mine"]),
        "bo": ([VIEWER | {"tenant": DEEP}, project], ["deep", "mine"]),
    }
    people = {name: signed_in(lab, served, name, *places) for name, (places, _) in held.items()}
    root = signed_in(lab, served, "root", VIEWER)
    with ExitStack() as streams:
        live = {name: streams.enter_context(following(one.http)) for name, one in people.items()}
        everything = _tell_all(lab, account)
        tell(lab, "end", tenant=DEEP)
        tell(lab, "end", tenant=BETA, account_id=account, project="p1")
        for name, (_, seen) in held.items():
            found: list[Message] = []
            while not found or found[-1]["subject"]["id"] != "end":
                found.append(live[name].next())
            assert subjects(found)[:-1] == seen, name
            kept = subjects(now(people[name].http))
            assert [one for one in kept if one != "end"] == seen, name
    assert subjects(now(root.http))[:-2] == everything


def test_each_kind_takes_its_own_permission(lab: Lab, served: Served) -> None:
    tenants(lab)
    system = {"role": Role.SYSTEM_ADMIN}
    people = {
        "admin": signed_in(lab, served, "admin", system),
        "viewer": signed_in(lab, served, "viewer", VIEWER),
        "both": signed_in(lab, served, "both", VIEWER | {"tenant": "alpha"}, system | {"tenant": "beta"}),
    }
    for tenant in (ALPHA, BETA):
        tell(lab, f"{tenant} target", tenant=tenant, kind=kinds.NOTICE_TARGET_DISABLED)
        tell(lab, f"{tenant} operation", tenant=tenant)
    assert len(now(people["admin"].http)) == 4
    assert subjects(now(people["viewer"].http)) == ["ten_alpha operation", "ten_beta operation"]
    seen = subjects(now(people["both"].http))
    assert seen == ["ten_alpha operation", "ten_beta target", "ten_beta operation"]
    assert subjects(now(people["both"].http, kinds=kinds.NOTICE_TARGET_DISABLED)) == ["ten_beta target"]


def test_a_token_sees_no_more_than_it_may(lab: Lab, served: Served) -> None:
    person = signed_in(lab, served, "anna", VIEWER)
    for kind in kinds.PERMISSIONS:
        tell(lab, kind, kind=kind)
    whole, _ = with_token(served, person)
    # Viewers see no money and no notices.
    others = {
        kinds.NOTICE_TARGET_DISABLED, kinds.BUDGET_REACHED, kinds.BUDGET_FORECAST, kinds.PRICE_FETCH_CHANGED,
    }  # fmt: skip
    assert set(subjects(now(whole.http))) == set(kinds.PERMISSIONS) - others
    limited, _ = with_token(served, person, "operation.read")
    assert subjects(now(limited.http)) == [kinds.OPERATION_CHANGED, kinds.PLAN_CHANGED, kinds.MOVE_CHANGED]
    other, _ = with_token(served, person, "resource.read")
    assert other.get("/events").status_code == 403


def test_without_the_right_there_is_no_stream(lab: Lab, served: Served) -> None:
    keeper = signed_in(lab, served, "keeper", {"role": Role.SECURITY_ADMIN})
    user(lab, "nobody")
    nobody = Person(served)
    nobody.login("nobody")
    for person in (keeper, nobody):
        answer = person.get("/events", follow="true")
        assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")
    answer = Person(served).get("/events", follow="true")
    assert (answer.status_code, answer.json()["code"]) == (401, "not_authenticated")
    bind(lab, "nobody")
    nobody.login("nobody")
    assert nobody.get("/events").status_code == 200
    assert lab.runtime.events.streams == 0


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("kind", kinds.PERMISSIONS)
def test_role_by_kind(role: Role, kind: str) -> None:
    caller = Caller("prn_x", ALPHA, "x", "test", "rq_test", grants=(Grant(role, View(tenants=frozenset({ALPHA}))),))
    sieve = sieve_of(caller, ())
    inside, outside = (Told(1, kind, tenant, "acc", "p", b"") for tenant in (ALPHA, BETA))
    may = {kinds.PERMISSIONS[kind], kinds.PERMISSIONS[kinds.OPERATION_CHANGED]} <= PERMISSIONS[role]
    assert (sieve is not None and sieve.passes(inside)) == may
    assert sieve is None or not sieve.passes(outside)


def test_a_kind_that_is_not_known_here_passes_nowhere() -> None:
    caller = Caller("prn_local", ALPHA, "local", "test", "rq_test", "local")
    sieve = sieve_of(caller, ())
    assert sieve is not None
    assert sieve.passes(Told(1, kinds.PLAN_CHANGED, "", "", None, b""))
    assert not sieve.passes(Told(1, "of.a.newer.mcm", ALPHA, "", None, b""))
