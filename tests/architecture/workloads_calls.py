"""Requests that the routes of workloads accept."""

from collections.abc import Callable

from mcm.workloads import service
from tests.architecture.calls import Call
from tests.lab import CALLER, Lab

TEXT = """\
apiVersion: mcm/v1
kind: Workload
name: shop
data_class: internal
tiers:
  - {name: web, count: 2, vcpus: 2, memory_gib: 4}
"""


def _stored(lab: Lab) -> str:
    with lab.runtime.database.writing() as session:
        return f"/workloads/{service.apply(session, CALLER, TEXT).name}"


def _create(lab: Lab) -> Call:
    return Call("/workloads/shop", ["workload.create"], {"text": TEXT})


def _remove(lab: Lab) -> Call:
    return Call(_stored(lab), ["workload.remove"], headers={"If-Match": '"1"'})


CALLS: dict[tuple[str, str], Callable[[Lab], Call]] = {
    ("PUT", "/api/v1/workloads/{name}"): _create,
    ("DELETE", "/api/v1/workloads/{name}"): _remove,
}
