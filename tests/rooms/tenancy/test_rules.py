"""Rules give resources to tenants: when they change, at every merge, and when content passes to another account."""

from typing import Any

import pytest
from sqlalchemy import select

from mcm.auth.service import DEFAULT_TENANT, EVERYTHING
from mcm.errors import McmError
from mcm.models import ResourceRow, TenantScope
from mcm.tenancy import rules, service
from mcm.tenancy.schemas import RuleList, RulesApplied, TenantCreate
from tests.lab import CALLER, Lab
from tests.rooms.tenancy.estate import ALPHA, BETA, DEEP, GROUP, MARKER, RULES, Estate, who

KINDS = ("instance", "volume", "project")


def _tenant(lab: Lab, name: str) -> str:
    with lab.runtime.database.writing() as session:
        return service.create(session, CALLER, TenantCreate(name=name, parent=DEFAULT_TENANT)).id


def _apply(lab: Lab, *given: dict[str, Any], match: str | None = None) -> RulesApplied:
    with lab.runtime.database.writing() as session:
        return rules.replace(session, CALLER, RuleList.model_validate({"rules": list(given)}), match)


def _whose(lab: Lab, kind: str = "instance") -> dict[str, str]:
    return {row.native_id: row.tenant_id for row in lab.resources(kind)}


def _lent(lab: Lab) -> set[tuple[str, int]]:
    with lab.runtime.database.reading() as session:
        return {(row.tenant_id, row.scope_id) for row in session.scalars(select(TenantScope))}


def test_the_first_rule_that_fits_wins_else_the_account(lab: Lab) -> None:
    lab.account(instances=30, regions="1")
    lab.sync(kinds=KINDS)
    bank, prod = _tenant(lab, "bank"), _tenant(lab, "prod")
    projects = sorted({row.project or "" for row in lab.resources()})
    assert len(projects) > 1
    told = _apply(
        lab,
        {"project": projects[0], "tag_key": "env", "tag_value": "pro*", "tenant": prod},
        {"account": "lab", "project": projects[0], "tenant": "bank"},
        {"tag_key": "owner", "tag_value": "dba", "tenant": "default/prod"},
    )
    expected = {}
    for row in lab.resources():
        if row.project == projects[0]:
            expected[row.native_id] = prod if row.tags["env"].startswith("pro") else bank
        else:
            expected[row.native_id] = prod if row.tags["owner"] == "dba" else DEFAULT_TENANT
    assert _whose(lab) == expected
    assert set(expected.values()) == {prod, bank, DEFAULT_TENANT}
    moved = [row for kind in KINDS for row in lab.resources(kind) if row.tenant_id != DEFAULT_TENANT]
    assert told.resources == len(moved) == sum(move.count for move in told.moves)
    assert {(move.source, move.target) for move in told.moves} == {
        ("default", "default/prod"),
        ("default", "default/bank"),
    }
    assert all(len(move.examples) == min(move.count, 5) for move in told.moves)
    assert _lent(lab) == {(row.tenant_id, row.scope_id) for row in moved}
    assert _apply(lab).resources == len(moved)
    assert set(_whose(lab).values()) == {DEFAULT_TENANT}
    assert _lent(lab) == set()


def test_a_merge_assigns_what_it_adds_and_changes_and_leaves_the_rest(lab: Lab) -> None:
    lab.account(instances=10, regions="1")
    dba, prod = _tenant(lab, "dba"), _tenant(lab, "prod")
    _apply(
        lab,
        {"tag_key": "owner", "tag_value": "dba", "tenant": dba},
        {"tag_key": "env", "tag_value": "prod", "tenant": prod},
    )
    lab.sync(kinds=KINDS)

    def expected() -> dict[str, str]:
        return {
            row.native_id: dba
            if row.tags.get("owner") == "dba"
            else prod
            if row.tags.get("env") == "prod"
            else DEFAULT_TENANT
            for row in lab.resources()
        }

    assert _whose(lab) == expected()
    assert prod in expected().values()
    first = next(row for row in lab.resources() if row.tenant_id == prod)
    lab.world().change(first.native_id, tags={"owner": "dba", "env": "prod"})
    lab.run("instance")
    assert _whose(lab)[first.native_id] == dba
    lab.world().change(first.native_id, tags={})
    lab.run("instance")
    assert _whose(lab) == expected()
    assert _whose(lab)[first.native_id] == DEFAULT_TENANT
    before = lab.dump()
    lab.run("instance")
    assert lab.dump() == before


def test_content_that_passes_to_another_account_goes_to_its_tenant(lab: Lab) -> None:
    """Taken over as it is, and inherited when the first account is removed."""
    from mcm.accounts import service as accounts
    from mcm.accounts.schemas import AccountUpdate

    first, second = _tenant(lab, "first"), _tenant(lab, "second")
    lab.account("one", instances=10, regions="1")
    lab.account("two", cloud="one", instances=10, regions="1")
    with lab.runtime.database.writing() as session:
        for name, tenant in (("one", first), ("two", second)):
            account = accounts.get(session, name)
            wanted = AccountUpdate(tenant=tenant)
            accounts.update(session, CALLER, lab.runtime.vault, lab.runtime.registry, account, wanted, None)
    lab.sync("one", kinds=KINDS)
    lab.sync("two", kinds=KINDS)
    assert set(_whose(lab).values()) == {first}
    project = lab.resources()[0].project
    _apply(lab, {"project": project, "account": "two", "tenant": DEFAULT_TENANT})
    with lab.runtime.database.writing() as session:
        accounts.remove(session, CALLER, accounts.get(session, "one"))
    expected = {row.native_id: DEFAULT_TENANT if row.project == project else second for row in lab.resources()}
    assert _whose(lab) == expected
    assert {DEFAULT_TENANT, second} == set(expected.values())
    lab.sync("two", kinds=KINDS)
    assert _whose(lab) == expected
    assert {tenant for tenant, _ in _lent(lab)} == {DEFAULT_TENANT}


def test_a_dry_run_tells_and_does_nothing(estate: Estate) -> None:
    before = estate.lab.dump()
    body = {"rules": [RULES[0] | {"tenant": "group/alpha"}, {"tag_key": "evn", "tag_value": "prod", "tenant": "alpha"}]}
    with estate.http(who(EVERYTHING, role=_admin())) as http:
        headers = {"Idempotency-Key": "1"}
        told = http.put("/api/v1/tenant-rules?dry_run=true", json=body, headers=headers).json()
        assert estate.lab.dump() == before
        assert told["dry_run"]
        moves = {(move["source"], move["target"]): move["count"] for move in told["moves"]}
        assert moves == {(f"group/{MARKER}", "group"): 6, (f"group/{MARKER}/{MARKER}-deep", "group"): 1}
        assert told["moves"][0]["examples"][0]["name"].startswith(MARKER)
        assert told["warnings"] == ["rule 2: no resource has a tag 'evn'; did you mean 'env'?"]
        done = http.put("/api/v1/tenant-rules", json=body, headers={"Idempotency-Key": "2"}).json()
        assert done | {"dry_run": True} == told
        again = http.put("/api/v1/tenant-rules?dry_run=true", json=body, headers={"Idempotency-Key": "3"}).json()
        assert (again["resources"], again["moves"]) == (0, [])


def _admin() -> Any:
    from mcm.auth.roles import Role

    return Role.SYSTEM_ADMIN


def test_the_list_is_replaced_as_a_whole_and_only_as_it_was_read(estate: Estate) -> None:
    with estate.http(who(EVERYTHING, role=_admin())) as http:
        read = http.get("/api/v1/tenant-rules")
        assert [rule["tenant"] for rule in read.json()["rules"]] == [
            "group/alpha", f"group/{MARKER}", f"group/{MARKER}/{MARKER}-deep"
        ]  # fmt: skip
        match = {"If-Match": read.headers["etag"]}
        same = http.put("/api/v1/tenant-rules", json=read.json(), headers=match | {"Idempotency-Key": "1"})
        assert same.json()["resources"] == 0
        assert http.get("/api/v1/tenant-rules").headers["etag"] == read.headers["etag"]
        fewer = http.put("/api/v1/tenant-rules", json={"rules": RULES[:1]}, headers=match | {"Idempotency-Key": "2"})
        assert fewer.status_code == 200
        late = http.put("/api/v1/tenant-rules", json={"rules": []}, headers=match | {"Idempotency-Key": "3"})
        assert (late.status_code, late.json()["code"]) == (412, "precondition_failed")


@pytest.mark.parametrize(
    ("rule", "says"),
    [
        ({"tenant": ALPHA}, "rule 1 asks for nothing"),
        ({"tag_value": "x", "tenant": ALPHA}, "no tag_key"),
        ({"tag_key": "a", "tag_value": "*x", "tenant": ALPHA}, "at the end"),
        ({"tag_key": "a", "tag_value": "x**", "tenant": ALPHA}, "at the end"),
        ({"account": "alpha-clod", "tenant": ALPHA}, "there is no account 'alpha-clod'"),
        ({"project": "p", "tenant": "alpa"}, "rule 1: there is no tenant 'alpa'"),
    ],
)
def test_a_wrong_rule_is_named(estate: Estate, rule: dict[str, Any], says: str) -> None:
    before = estate.lab.dump()
    with pytest.raises(McmError) as refused:
        _apply(estate.lab, rule)
    assert says in refused.value.message
    assert estate.lab.dump() == before


def test_any_value_of_a_tag_and_hostile_texts(estate: Estate) -> None:
    _apply(
        estate.lab,
        {"tag_key": "env", "tag_value": "*", "tenant": DEEP},
        {"project": "' OR 1=1 --", "tenant": BETA},
        {"tag_key": "%", "tag_value": "%*", "tenant": BETA},
    )
    with estate.lab.runtime.database.reading() as session:
        for row in session.scalars(select(ResourceRow)):
            home = {"acc_alpha-cloud": ALPHA, "acc_shared-cloud": GROUP}.get(row.account_id, BETA)
            assert row.tenant_id == (DEEP if "env" in row.tags else home)
