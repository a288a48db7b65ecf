"""What is gone is gone because CloudStack says so; everything else raises."""

import pytest

from mcm.contract import InvalidRequest, PermissionDenied, ProviderError, ResourceKind, ResourceRef, UnexpectedResponse
from tests.harness.replay.cloudstack import Failure
from tests.harness.replay.cloudstack_estate import unknown_id
from tests.harness.replay.cloudstack_signing import USER
from tests.providers.libcloud.conftest import GLOBAL, Connect, Serve

K = ResourceKind
INSTANCES = "listVirtualMachines"


def test_there_gone_and_never_there(serve: Serve, connect: Connect) -> None:
    server = serve(instances=130)
    provider = connect(server)
    refs = [one.ref for one in provider.collect(K.INSTANCE, GLOBAL)]
    gone = refs[40]
    server.server.estate.remove(INSTANCES, gone.native_id)
    never = ResourceRef(K.INSTANCE, unknown_id(), "", "global")
    seen = provider.observe([*refs, never])
    assert {ref for ref, one in seen.items() if one is None} == {gone, never}
    assert len(seen) == 131


def test_ids_are_asked_for_in_batches(serve: Serve, connect: Connect) -> None:
    server = serve(instances=130, page_cap=500)
    provider = connect(server)
    refs = [one.ref for one in provider.collect(K.INSTANCE, GLOBAL)]
    server.server.asked.clear()
    assert all(provider.observe(refs).values())
    # Of accounts and of projects, fifty at once.
    assert len([form for form in server.server.asked if form["command"] == INSTANCES]) == 6


def test_an_id_that_never_was_does_not_hide_the_others(serve: Serve, connect: Connect) -> None:
    """CloudStack refuses the whole question for it."""
    provider = connect(serve())
    refs = [one.ref for one in provider.collect(K.VOLUME, GLOBAL)][:9]
    never = [ResourceRef(K.VOLUME, unknown_id(), "", "global") for _ in range(3)]
    seen = provider.observe([*never, *refs])
    assert [seen[ref] is None for ref in never] == [True] * 3
    assert all(seen[ref] for ref in refs)


def test_a_version_that_ignores_several_ids(serve: Serve, connect: Connect) -> None:
    """Before 4.9 it lists everything instead, which must not be taken for the answer."""
    server = serve(instances=40)
    provider = connect(server)
    refs = [one.ref for one in provider.collect(K.VOLUME, GLOBAL)]
    server.server.ignored = frozenset({"ids"})
    server.server.estate.remove("listVolumes", refs[-1].native_id)
    seen = provider.observe(refs[-3:])
    assert [seen[ref] is None for ref in refs[-3:]] == [False, False, True]
    assert len(seen) == 3


def test_an_image_is_asked_for_in_its_zone(serve: Serve, connect: Connect) -> None:
    provider = connect(serve())
    images = list(provider.collect(K.IMAGE, GLOBAL))
    seen = provider.observe([one.ref for one in images])
    assert [(one.native_scope, one.state) for one in seen.values() if one] == [
        (one.native_scope, one.state) for one in images
    ]


def test_both_kinds_of_snapshots(serve: Serve, connect: Connect) -> None:
    provider = connect(serve(instances=40))
    found = list(provider.collect(K.SNAPSHOT, GLOBAL))
    assert {one.native_kind for one in found} == {"cloudstack.snapshot", "cloudstack.vmsnapshot"}
    seen = provider.observe([one.ref for one in found])
    assert {ref.native_id for ref, one in seen.items() if one} == {one.native_id for one in found}


@pytest.mark.parametrize("text", ["", "a,b", "../..", "a b", "x" * 3000, "\x00"])
def test_nonsense_is_refused_unasked(serve: Serve, connect: Connect, text: str) -> None:
    """A comma would make one id two, and the second be taken for absent."""
    server = serve()
    provider = connect(server)
    with pytest.raises(InvalidRequest):
        provider.observe([ResourceRef(K.INSTANCE, text)])
    assert server.server.control.calls[INSTANCES] == 0


@pytest.mark.parametrize(
    ("failure", "expected"),
    [
        (Failure(531, b'{"r": {"errortext": "no access"}}', INSTANCES), PermissionDenied),
        (Failure(200, b'{"listvirtualmachinesresponse": {"count": 1}}', INSTANCES), UnexpectedResponse),
        (Failure(431, b'{"r": {"errortext": "due to invalid value"}}', INSTANCES), InvalidRequest),
    ],
)
def test_a_refusal_is_no_absence(
    serve: Serve, connect: Connect, failure: Failure, expected: type[ProviderError]
) -> None:
    server = serve()
    provider = connect(server, USER)
    refs = [one.ref for one in provider.collect(K.INSTANCE, GLOBAL)][:2]
    server.server.failures.append(failure)
    with pytest.raises(expected):
        provider.observe(refs)


def test_an_unreadable_half_is_no_absence(serve: Serve, connect: Connect) -> None:
    """What accounts own was answered, what projects own was not."""
    server = serve()
    provider = connect(server)
    refs = [one.ref for one in provider.collect(K.INSTANCE, GLOBAL)][:5]

    def break_projects(form: dict[str, str]) -> None:
        if form["command"] == INSTANCES and form.get("listall"):
            server.server.before = None
            server.server.failures.append(Failure(530, b"{}", INSTANCES))

    server.server.before = break_projects
    with pytest.raises(ProviderError):
        provider.observe(refs)
