"""Each thing that can be wrong with a resource, a region or an identity is named by the suite's checks."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest

from mcm.contract import (
    AccountIdentity,
    InstanceState,
    Reason,
    Region,
    Relation,
    RelationType,
    Resource,
    ResourceKind,
    ResourceRef,
)
from mcm.contract.conformance.checks import identity_problems, region_problems, resource_problems, secret_paths
from mcm.contract.conformance.watched import invented_id
from mcm.contract.resources import Attachment, InstanceAttributes, VolumeAttributes
from mcm_providers.simulated.descriptor import DESCRIPTOR

_ANYTHING: Any = None
_TARGET = Relation(RelationType.USES, ResourceKind.IMAGE, "img-1")


def _sound() -> Resource:
    return Resource(
        kind=ResourceKind.INSTANCE,
        native_id="i-1",
        name="",
        region="r1",
        state=InstanceState.RUNNING,
        native_state="ACTIVE",
        attributes=InstanceAttributes(vcpus=2, disk_gib=20, private_ips=["10.0.0.1"], launched_at=datetime.now(UTC)),
        project="p",
        tags={"env": "prod", "empty": ""},
        created_at=datetime(2026, 1, 1, tzinfo=UTC),
        relations=[_TARGET],
        native={"id": "i-1", "has_password": True, "token_count": None, "user_data": "(removed)"},
    )


_EAST = timezone(timedelta(hours=8))
_FAULTS: dict[str, Callable[[Resource], object]] = {
    "kind is": lambda r: setattr(r, "kind", ResourceKind.VOLUME),
    "region is": lambda r: setattr(r, "region", "elsewhere"),
    "native_id must": lambda r: setattr(r, "native_id", ""),
    "native_id must be": lambda r: setattr(r, "native_id", "x" * 600),
    "name is no text": lambda r: setattr(r, "name", None),
    "name has 1025": lambda r: setattr(r, "name", "n" * 1025),
    "native_state is no text": lambda r: setattr(r, "native_state", 4),
    "locator is no text": lambda r: setattr(r, "locator", None),
    "zone must be None": lambda r: setattr(r, "zone", ""),
    "task_state must": lambda r: setattr(r, "task_state", ""),
    "is not in InstanceState": lambda r: setattr(r, "state", "ACTIVE"),
    "attributes are VolumeAttributes": lambda r: setattr(r, "attributes", VolumeAttributes()),
    "vcpus is '2'": lambda r: setattr(r.attributes, "vcpus", "2"),
    "vcpus is True": lambda r: setattr(r.attributes, "vcpus", True),
    "private_ips is": lambda r: setattr(r.attributes, "private_ips", "10.0.0.1"),
    "macs is": lambda r: setattr(r.attributes, "macs", [None]),
    "unknown is None": lambda r: setattr(r.attributes, "flavor", ""),
    "launched_at is not": lambda r: setattr(r.attributes, "launched_at", datetime(2026, 1, 1)),  # noqa: DTZ001
    "created_at must": lambda r: setattr(r, "created_at", datetime(2026, 1, 1)),  # noqa: DTZ001
    "created_at must be": lambda r: setattr(r, "created_at", datetime(2026, 1, 1, tzinfo=_EAST)),
    "tags must": lambda r: setattr(r, "tags", [("a", "b")]),
    "is not text to text": lambda r: setattr(r, "tags", {"a": None}),
    "a tag is longer": lambda r: setattr(r, "tags", {"a": "b" * 2000}),
    "is no Relation": lambda r: setattr(r, "relations", [ResourceRef(ResourceKind.IMAGE, "img-1")]),
    "unknown type or kind": lambda r: setattr(r, "relations", [_TARGET._replace(kind=_ANYTHING)]),
    "has no target": lambda r: setattr(r, "relations", [_TARGET._replace(native_id="")]),
    "native_scope that": lambda r: setattr(r, "relations", [_TARGET._replace(native_scope=_ANYTHING)]),
    "a relation is there twice": lambda r: setattr(r, "relations", [_TARGET, _TARGET]),
    "native is not JSON-able": lambda r: setattr(r, "native", {"at": datetime.now(UTC)}),
    "native is list": lambda r: setattr(r, "native", b"[1]"),
    "holds a secret at /a/adminPass": lambda r: setattr(r, "native", {"a": {"adminPass": "x"}}),
}


def test_a_sound_resource_has_no_problem() -> None:
    assert resource_problems(_sound(), ResourceKind.INSTANCE, "r1") == []


@pytest.mark.parametrize("sentence", list(_FAULTS))
def test_each_fault_of_a_resource_is_named(sentence: str) -> None:
    resource = _sound()
    _FAULTS[sentence](resource)
    problems = resource_problems(resource, ResourceKind.INSTANCE, "r1")
    assert len(problems) == 1
    assert sentence in problems[0]


def test_parts_of_attributes_are_looked_into() -> None:
    volume = replace(
        _sound(),
        kind=ResourceKind.VOLUME,
        state="in_use",
        attributes=VolumeAttributes(size_gib=1.5, attachments=[Attachment(7)]),  # type: ignore[arg-type]
    )
    assert "attachments: instance is 7" in resource_problems(volume, ResourceKind.VOLUME, "r1")[0]


def test_what_is_no_resource_is_named() -> None:
    nothing: Any = {"id": "i-1"}
    assert resource_problems(nothing, ResourceKind.INSTANCE, "r1") == ["dict is no Resource"]


def test_secrets_are_found_at_every_depth_and_never_repeated() -> None:
    document = {"list": [{"Token": "abc"}], "db": {"master_password": "hunter2"}, "secret": "", "tokens": {"n": 1}}
    assert secret_paths(document) == ["/list/Token", "/db/master_password"]


_INSTANCE = frozenset({ResourceKind.INSTANCE})
_REGIONS = {
    "not empty": Region("", "name", _INSTANCE),
    "offered and absent": Region("r", "r", _INSTANCE, {ResourceKind.INSTANCE: Reason("no_projects")}),
    "has no message": Region("r", "r", _INSTANCE, {ResourceKind.OTHER: Reason("unheard_of")}),
    "cannot be filled": Region("r", "r", _INSTANCE, {ResourceKind.OTHER: Reason("service_missing")}),
    "must map": Region("r", "r", _INSTANCE, {ResourceKind.OTHER: "no"}),  # type: ignore[dict-item]
}


@pytest.mark.parametrize("sentence", list(_REGIONS))
def test_each_fault_of_a_region_is_named(sentence: str) -> None:
    assert [sentence in problem for problem in region_problems(_REGIONS[sentence], DESCRIPTOR)] == [True]


def test_faults_of_an_identity_are_named() -> None:
    assert identity_problems(AccountIdentity("realm", "me")) == []
    wrong = AccountIdentity("", "me", version=7, missing=["a"])  # type: ignore[arg-type]
    assert identity_problems(wrong) == ["realm is empty", "version is no text", "missing must be a tuple of texts"]


@pytest.mark.parametrize(
    "like", ["i-0abc12de", "16500bfb-f7bf-49e8-ad09-e3186384f01c", "key-01", "vm-1000", "az", "财务"]
)
def test_an_invented_id_keeps_its_form_and_is_not_taken(like: str) -> None:
    made = invented_id(like, {like})
    assert made != like
    assert made == invented_id(like, {like})
    assert invented_id(like, {like, made}) not in (like, made)
    if any(sign.isdigit() for sign in like):
        assert [sign.isdigit() for sign in made] == [sign.isdigit() for sign in like]
