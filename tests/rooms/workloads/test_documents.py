"""Workload documents: what is right stays what it says, and what is wrong is told by line and column."""

import json
from decimal import Decimal

import pytest

from mcm.workloads.documents import Workload
from mcm.workloads.errors import InvalidDocument
from mcm.workloads.reading import found_in, parsed
from mcm.workloads.service import as_json

GOOD = """\
apiVersion: mcm/v1
kind: Workload
metadata:
  name: shop
  title: Web shop
  labels: {team: web}
spec:
  data_class: internal
  hours_per_month: 400
  tiers:
    - name: web
      count: 3
      vcpus: 2
      memory_gib: 4.5
      spread: [zone]
      traffic: {internet_gb: 300, to: {db: 12.5}}
    - name: db
      vcpus: 8
      memory_gib: 64
      disks:
        - {size_gib: 500, storage_class: premium}
      apart_from: [web]
"""


def test_fields_stand_at_the_top_or_under_metadata_and_spec() -> None:
    nested = parsed(GOOD)
    flat = parsed(json.dumps(as_json(nested)))
    assert flat == nested
    assert (nested.title, nested.labels, nested.tiers[0].memory_gib) == ("Web shop", {"team": "web"}, Decimal("4.5"))
    assert nested.tiers[0].traffic.to == {"db": Decimal("12.5")}
    assert Workload.model_validate(as_json(nested)) == nested


@pytest.mark.parametrize(
    ("old", "new", "line", "column", "message", "suggestion"),
    [
        ("vcpus: 2", "vcpu: 2", 13, 7, "there is no field 'vcpu' here", "did you mean 'vcpus'?"),
        ("data_class: internal", "data_class: internl", 8, 15, "data_class", "did you mean 'internal'?"),
        ("memory_gib: 64", "memory_gib: lots", 19, 19, "memory_gib", None),
        ("vcpus: 8", "vcpus: 0", 18, 14, "greater than 0", None),
        ("{db: 12.5}", "{dp: 12.5}", 11, 7, "'dp', which is no tier of it: web, db", None),
        ("    - name: db\n", "    - name: web\n", 17, 7, "two tiers are called 'web'", None),
        ("kind: Workload", "kind: Worklod", 2, 7, "this is a 'Worklod', and no workload", "did you mean 'Workload'?"),
        ("      memory_gib: 4.5\n", "", 11, 7, "'memory_gib' is missing", None),
        ("  name: shop\n", "  name: Shop!\n", 4, 9, "name", None),
        ("  hours_per_month: 400\n", "  hours_per_month: 400\n  title: twice\n", 10, 3, "'title' comes twice", None),
        ("      count: 3\n", "      count: 3\n      count: 4\n", 13, 7, "'count' comes twice", None),
        ("      count: 3\n", "      count: *many\n", 12, 14, "anchors and aliases", None),
        ("premium}", "tape}", 21, 42, "storage_class", None),
        ("kind: Workload\n", "kind: Workload\nname: other\n", 5, 3, "'name' comes twice: here and at the top", None),
    ],
)
def test_what_is_wrong_is_told_where_it_is(
    old: str, new: str, line: int, column: int, message: str, suggestion: str | None
) -> None:
    text = GOOD.replace(old, new, 1)
    assert text != GOOD
    workload, findings = found_in(text)
    assert workload is None
    first = next(one for one in findings if message in one.message)
    assert (first.line, first.column) == (line, column), first
    if suggestion:
        assert first.suggestion == suggestion
    with pytest.raises(InvalidDocument) as caught:
        parsed(text)
    assert f"line {findings[0].line}, column {findings[0].column}" in caught.value.message
    assert caught.value.details["findings"]


@pytest.mark.parametrize("text", ["", "- a\n- b\n", "shop", "kind: Workload\n---\nkind: Workload\n", "a: [", "\tb: 1"])
def test_what_is_no_mapping_is_no_workload(text: str) -> None:
    workload, findings = found_in(text)
    assert workload is None
    assert findings


def test_all_faults_are_told_at_once() -> None:
    text = GOOD.replace("vcpus: 2", "vcpu: 2").replace("memory_gib: 64", "memory_gib: -1")
    _, findings = found_in(text)
    assert [one.line for one in sorted(findings, key=lambda one: one.line)] == [11, 13, 19]


def test_what_is_odd_is_a_warning() -> None:
    text = GOOD.replace("memory_gib: 4.5", "memory_gib: 4096").replace("  data_class: internal\n", "")
    workload, findings = found_in(text)
    assert workload is not None
    assert {one.severity for one in findings} == {"warning"}
    assert any("not in MiB" in one.message and one.line == 13 for one in findings)
    assert any("class of its data" in one.message for one in findings)


def test_the_schema_knows_every_field() -> None:
    schema = Workload.model_json_schema(by_alias=True)
    assert {"apiVersion", "name", "tiers", "purchase", "budget", "support"} <= set(schema["properties"])
    assert {"vcpus", "burstable", "licence", "snapshot_gib"} <= set(schema["$defs"]["Tier"]["properties"])
    assert schema["additionalProperties"] is False
