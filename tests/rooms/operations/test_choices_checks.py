"""What is wrong with something new is said before anything is sent, by the dry run and the request in one sentence."""

from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from sqlalchemy import update

from mcm.app import build_app
from mcm.models import ResourceRow, Sighting
from mcm.tenancy import quota
from mcm.tenancy.schemas import Limits
from mcm.tenancy.service import get
from tests.architecture.layout import client
from tests.lab import CALLER
from tests.rooms.operations.acting import Acts


@pytest.fixture
def http(acts: Acts) -> Iterator[httpx.Client]:
    with client(build_app(acts.lab.runtime, background=False)) as connected:
        yield connected


def asked(
    http: httpx.Client, key: str, *, dry_run: bool, account: str = "lab", region: str = "bj-1", **params: Any
) -> Any:
    body = {"action": "instance.create", "account": account, "region": region, "params": params}
    return http.post("/api/v1/operations", json=body, params={"dry_run": dry_run}, headers={"Idempotency-Key": key})


def refused(http: httpx.Client, **params: Any) -> dict[str, Any]:
    """The one answer to the dry run and to the request."""
    dry, real = (asked(http, "k", dry_run=dry_run, **params) for dry_run in (True, False))
    assert dry.status_code == real.status_code in (409, 422), (dry.text, real.text)
    told = [answer.json() for answer in (dry, real)]
    assert len({(one["code"], one["detail"], one["next_step"]) for one in told}) == 1
    assert told[0]["next_step"]
    found: dict[str, Any] = told[0]
    return {**found, **found["details"]}


def _change(acts: Acts, row: ResourceRow, **attributes: Any) -> None:
    with acts.lab.runtime.database.writing() as session:
        values = update(ResourceRow).where(ResourceRow.id == row.id).values(attributes=row.attributes | attributes)
        session.execute(values)


def _one(acts: Acts, kind: str, region: str = "bj-1", **columns: Any) -> ResourceRow:
    """Of the account 'lab'."""
    account = acts.lab.scope("instance").account_id
    return acts.lab.resources(kind, region=region, account_id=account, **columns)[0]


def test_each_mistake_has_its_sentence(acts: Acts, http: httpx.Client) -> None:
    acts.lab.account("elsewhere")
    acts.lab.sync("elsewhere", kinds=("image", "flavor"))
    acts.lab.account("own", cloud="lab", project="portal")
    acts.lab.sync("own")
    image, flavor = (
        _one(acts, kind, state="available", name=name)
        for kind, name in (("image", "debian-12"), ("flavor", "m1.small"))
    )
    good = {"name": "x", "image": image.native_id, "flavor": flavor.native_id}
    foreign = next(row for row in acts.lab.resources("image") if row.account_id != image.account_id)
    far = _one(acts, "image", "sh-1", name="debian-12")
    off = _one(acts, "image", state="unavailable")
    big = _one(acts, "image", name="rocky-9")
    _change(acts, big, min_memory_mib=10**6)
    arm = _one(acts, "image", name="ubuntu-22.04")
    _change(acts, arm, architecture="aarch64")
    _change(acts, flavor, architecture="x86_64")
    netless = _one(acts, "zone", native_id="az3")
    _change(acts, netless, services=["volume"])
    cases: list[tuple[dict[str, Any], str, str]] = [
        ({"image": "no-image"}, "unknown", "has no image 'no-image'"),
        ({"flavor": "no-flavor"}, "unknown", "has no flavor 'no-flavor'"),
        ({"networks": ["no-net"]}, "unknown", "has no network 'no-net'"),
        ({"zone": "az99"}, "unknown", "has no zone 'az99'"),
        ({"keypair": "no-key"}, "unknown", "has no keypair 'no-key'"),
        ({"security_groups": ["no-group"]}, "unknown", "has no security_group 'no-group'"),
        ({"security_groups": ["default"]}, "ambiguous", "several of security_group"),
        ({"image": foreign.native_id}, "other_account", "is of account 'elsewhere'"),
        ({"image": far.native_id}, "other_region", "is in region 'sh-1', not in 'bj-1'"),
        ({"image": off.native_id}, "wrong_state", "unavailable at the cloud"),
        ({"image": big.native_id}, "memory_too_small", "needs 1000000 MiB"),
        ({"image": arm.native_id}, "other_architecture", "is for aarch64"),
        ({"image": image.native_id, "disk_gib": 1}, "disk_too_small", "needs a disk of 10 GiB"),
        ({"zone": "az3"}, "other_service", "for volume, not for compute"),
        ({"flavor": None}, "no_size", "needs a size"),
        ({"vcpus": 2, "memory_mib": 1024}, "two_sizes", "not both"),
    ]
    for wrong, code, sentence in cases:
        told = refused(http, **{name: value for name, value in (good | wrong).items() if value is not None})
        assert (told["code"], told["reason_code"]) == ("invalid_params", code), told
        assert sentence in told["detail"], told
    two = refused(http, **good | {"networks": ["no-net"], "keypair": "no-key"})
    assert [(one["param"], one["reason_code"]) for one in two["problems"]] == [
        ("networks", "unknown"),
        ("keypair", "unknown"),
    ]
    assert all(one["reason_zh"] and one["how_to_fix_zh"] for one in two["problems"])
    assert "no region 'mars-1'" in refused(http, **good | {"region": "mars-1"})["detail"]
    for name in ("", "a\x01b", " x", "x" * 200):
        assert refused(http, **good | {"name": name})["code"] == "invalid_params"
    assert (acts.lab.count("operation"), acts.lab.world().effects) == (0, [])


def test_an_account_of_one_project(acts: Acts, http: httpx.Client) -> None:
    """What another account of this cloud brought counts; what is another project's does not."""
    acts.lab.account("own", cloud="lab", project="portal")
    acts.lab.sync("own")
    given = {"name": "x", "image": "debian-12", "flavor": "m1.small", "account": "own"}
    taken = asked(http, "a", dry_run=True, **given, networks=["portal-net-03"], security_groups=["default"])
    assert taken.status_code == 202, taken.text
    other = _one(acts, "network", name="core-banking-net-01")
    # Seen by the account, as an administrator's would be.
    with acts.lab.runtime.database.writing() as session:
        scope = acts.lab.scope("network", "bj-1", "own")
        sighting = {"scope_id": scope.id, "resource_id": other.id, "account_id": scope.account_id, "fingerprint": ""}
        session.add(Sighting(**sighting, absent_confirmed=False, held=False))
    told = refused(http, **given, networks=[other.name])
    assert told["reason_code"] == "other_project"
    assert (
        "of project 'core-banking' and not shared; what this account makes goes to project 'portal'" in told["detail"]
    )
    quotas = [row for row in acts.lab.resources("quota", region="bj-1") if row.project_name == "portal"]
    vcpus = next(row for row in quotas if row.attributes["unit"] == "vcpus")
    _change(acts, vcpus, limit=vcpus.attributes["used"])
    full = refused(http, **given)
    assert (full["code"], full["reason_code"]) == ("quota_exceeded", "cloud_quota")
    assert "0 vcpus left" in full["detail"]


def test_quota_is_told_by_the_dry_run_too(acts: Acts, http: httpx.Client) -> None:
    with acts.lab.runtime.database.writing() as session:
        tenant = get(session, "ten_default")
        used = quota.usage(session, tenant).used.instances
        quota.set_limits(session, CALLER, tenant, Limits(instances=used))
    told = refused(http, name="x", image="debian-12", flavor="m1.small")
    assert told["code"] == "quota_exceeded"
    assert acts.lab.count("quota_reservation") == 0


def test_a_name_that_is_taken_is_a_warning(acts: Acts, http: httpx.Client) -> None:
    name = next(row.name for row in acts.lab.resources("instance", region="bj-1", presence="present") if row.name)
    given = {"name": name, "image": "debian-12", "flavor": "m1.small"}
    dry = asked(http, "a", dry_run=True, **given)
    assert dry.status_code == 202, dry.text
    (warning,) = dry.json()["warnings"]
    assert (warning["param"], warning["reason_code"]) == ("name", "same_name")
    assert name in warning["reason"]
    assert name in warning["reason_zh"]
    assert asked(http, "b", dry_run=True, **given | {"name": "quite new"}).json()["warnings"] == []
    assert asked(http, "c", dry_run=False, **given).status_code == 202


def test_choices_over_http(acts: Acts, http: httpx.Client) -> None:
    answer = http.get(
        "/api/v1/accounts/lab/choices", params={"region": "bj-1", "only": ["image", "flavor"], "limit": 1}
    )
    assert answer.status_code == 200, answer.text
    assert [(one["param"], len(one["items"])) for one in answer.json()["lists"]] == [("image", 1), ("flavor", 1)]
    assert http.get("/api/v1/accounts/nobody/choices").status_code == 404
    bad: dict[str, Any]
    for bad in ({"limit": 0}, {"limit": 9999}, {"region": "mars"}, {"action": "instance.stop"}):
        assert http.get("/api/v1/accounts/lab/choices", params={"region": "bj-1", **bad}).status_code == 422, bad
