"""The descriptor agrees with the adapter, and the quality record with the tests."""

import ast
import json
import re
from pathlib import Path

import yaml

from mcm_providers.aws import adapter, errors, regions
from mcm_providers.aws.action_table import MESSAGES
from mcm_providers.aws.descriptor import DESCRIPTOR
from mcm_providers.aws.kinds import LISTINGS
from mcm_providers.aws.prices.reasons import LEFT_OUT

HERE = Path(adapter.__file__).parent
ROOT = Path(__file__).parents[3]


def test_the_kinds_are_those_that_are_read() -> None:
    assert set(DESCRIPTOR.kinds) == set(LISTINGS)


def test_every_reason_has_its_sentence() -> None:
    given = set()
    for module in (adapter, errors, regions):
        tree = ast.parse(Path(str(module.__file__)).read_text(encoding="utf-8"))
        for call in (node for node in ast.walk(tree) if isinstance(node, ast.Call)):
            given |= {
                word.value.value
                for word in call.keywords
                if word.arg == "reason" and isinstance(word.value, ast.Constant)
            }
            if getattr(call.func, "id", "") == "Reason" and isinstance(call.args[0], ast.Constant):
                given.add(call.args[0].value)
    assert len(given) >= 5
    given |= {DESCRIPTOR.images.export_absent, DESCRIPTOR.images.import_absent}
    # Those of actions that AWS cannot do stand in a table of their own.
    assert given | {"region_unknown"} | set(MESSAGES) | set(LEFT_OUT) == set(DESCRIPTOR.messages)


def test_the_quality_record_names_tests_that_exist() -> None:
    record = yaml.safe_load((HERE / "quality.yaml").read_text(encoding="utf-8"))
    assert record["provider"] == DESCRIPTOR.name
    for rule, entry in record["rules"].items():
        assert entry["status"] in ("done", "todo", "exempt"), rule
        if entry["status"] != "done":
            assert entry["reason"], rule
            continue
        for proof in [entry["proof"]] if isinstance(entry["proof"], str) else entry["proof"]:
            path, _, name = proof.partition("::")
            text = (ROOT / path).read_text(encoding="utf-8")
            assert not name or f"def {name.rpartition('::')[2]}(" in text, f"{rule}: {proof}"


def test_the_documented_policy_is_what_is_asked_for() -> None:
    """Every operation that the sources name for reading, in IAM's words, and no other."""
    asked = {
        ("ec2", "DescribeRegions"),
        ("s3", "GetBucketTagging"),
        ("s3", "GetBucketLocation"),
        ("elb", "DescribeTags"),
        ("cloudwatch", "GetMetricData"),
    }
    asked |= {(one.service, one.operation) for listings in LISTINGS.values() for one in listings}
    named = set()
    for file in HERE.rglob("*.py"):
        found = re.findall(r"\"((?:Describe|List|Get)[A-Z][A-Za-z]+)\"", file.read_text(encoding="utf-8"))
        # Which is IAM's word for ListBuckets, and the root of its answer.
        named |= {name for name in found if not name.startswith("ListAllMyBuckets")}
    # The last is asked for only by who makes a volume larger, and stands in the table of the actions.
    assert named == {operation for _, operation in asked} | {"GetCallerIdentity", "DescribeVolumesModifications"}
    block = re.search(r"```json\n(.*?)```", (HERE / "README.md").read_text(encoding="utf-8"), re.DOTALL)
    assert block is not None
    (statement,) = json.loads(block[1])["Statement"]
    assert statement["Action"] == sorted(
        {errors.Call(service, "", operation).permission for service, operation in asked}
    )
