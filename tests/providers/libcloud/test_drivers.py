"""Which drivers are offered; and one that is not, used by force."""

import ast
import inspect
import json
import socket
import threading
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import libcloud
import pytest
from libcloud.compute.base import Node
from libcloud.compute.providers import DRIVERS, get_driver
from libcloud.compute.types import NodeState, Provider

from mcm.contract import (
    AuthenticationFailed,
    InvalidRequest,
    NotSupported,
    ResourceKind,
    ResourceRef,
    UnexpectedResponse,
)
from mcm.contract.conformance.checks import resource_problems
from mcm.contract.conformance.context import PlainContext
from mcm.contract.resources import InstanceAttributes
from mcm_providers.libcloud.adapter import LibcloudProvider
from mcm_providers.libcloud.descriptor import DESCRIPTOR
from mcm_providers.libcloud.drivers import generic_resources
from mcm_providers.libcloud.drivers.table import PROVEN, driver_status, drivers
from tests.harness.replay.http import Ask, Reply, listen, serve
from tests.providers.libcloud.conftest import GLOBAL, Connect, Serve

K = ResourceKind
_OWN_SOCKETS = {"requests", "urllib", "subprocess", "pyVim", "pyVmomi"}


def test_every_name_of_libcloud_is_listed() -> None:
    listed = {one.name: one for one in drivers()}
    assert set(listed) == {str(provider.value) for provider in Provider}
    assert {name for name, one in listed.items() if one.status == "proven"} == {"cloudstack"} == set(PROVEN)


def test_every_reason_has_both_languages() -> None:
    for one in drivers():
        if one.reason is None:
            continue
        sentence = DESCRIPTOR.messages[one.reason.code]
        assert one.name in sentence.en.format(**one.reason.params)
        assert one.name in sentence.zh.format(**one.reason.params)


@pytest.mark.parametrize(
    ("name", "code", "forcible"),
    [
        ("ec2", "driver_has_own_provider", False),
        ("azure_arm", "driver_truncates", True),
        ("exoscale", "driver_truncates", True),
        ("digitalocean", "driver_unproven", True),
        ("libvirt", "driver_unguarded", False),
        ("gce", "driver_unguarded", False),
        ("ninefold", "driver_removed", False),
    ],
)
def test_reasons(name: str, code: str, forcible: bool) -> None:
    status = driver_status(name)
    assert status.reason is not None
    assert (status.reason.code, status.forcible) == (code, forcible)


def test_what_inherits_a_listing_that_truncates_is_said_to() -> None:
    """Drivers made of libcloud's EC2 and CloudStack drivers."""
    for name in ("ec2", "cloudstack"):
        base = get_driver(name)
        heirs = [
            str(key) for key in DRIVERS if get_driver(key) is not base and get_driver(key).list_nodes is base.list_nodes
        ]
        assert heirs
        for heir in heirs:
            reason = driver_status(heir).reason
            assert reason is not None
            assert reason.code == "driver_truncates", heir


def test_drivers_that_may_be_forced_have_no_transport_of_their_own() -> None:
    """Looked up in the sources, so that a new release of libcloud cannot slip one in."""
    for key in DRIVERS:
        if not driver_status(str(key)).forcible:
            continue
        modules = {inspect.getmodule(one) for one in inspect.getmro(get_driver(key))}
        modules |= {inspect.getmodule(one) for one in inspect.getmro(get_driver(key).connectionCls)}
        for module in modules:
            if module is None or not module.__name__.startswith("libcloud.") or module.__name__ in _SHARED:
                continue
            found = _imported(module.__file__ or "") & _OWN_SOCKETS
            assert not found, f"{key}: {module.__name__} imports {found}"


# libcloud's own transport, and what every driver stands on.
_SHARED = {"libcloud.common.base", "libcloud.compute.base", "libcloud.http"}


def _imported(file: str) -> set[str]:
    tree = ast.parse(Path(file).read_text())
    names = [alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names]
    names += [node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
    return {name.split(".")[0] for name in names}


@pytest.mark.parametrize("name", ["digitalocean", "ec2", "libvirt", "ninefold", "azure_arm"])
def test_unproven_drivers_are_refused(name: str) -> None:
    with pytest.raises(InvalidRequest, match="is not offered"):
        _connected(name)


@pytest.mark.parametrize("name", ["ec2", "openstack", "vsphere", "libvirt", "gce", "ninefold"])
def test_some_cannot_be_forced(name: str) -> None:
    with pytest.raises(InvalidRequest, match="allow_unproven does not change that"):
        _connected(name, allow_unproven=True)


def test_a_proven_driver_is_sweepable(serve: Serve, connect: Connect) -> None:
    assert connect(serve()).sweepable is True


# A forced driver, against a server that answers like cloudscale.ch.


def server(number: int, status: str = "running") -> dict[str, object]:
    return {
        "uuid": f"47cec963-fcd2-482f-bdb6-{number:012d}",
        "name": f"web-{number}",
        "status": status,
        "flavor": {"slug": "flex-2", "name": "Flex-2", "vcpu_count": 1, "memory_gb": 2},
        "image": {"slug": "debian-12", "name": "Debian 12", "operating_system": "Debian"},
        "interfaces": [{"type": "private", "addresses": [{"address": f"10.0.0.{number}"}]}],
        "zone": "rma1",
        "initial_password": "a-password-in-the-answer",
        "volumes": [{"type": "ssd", "size_gb": 50}],
    }


@pytest.fixture
def stub() -> Iterator[tuple[int, dict[str, tuple[int, object]]]]:
    """Its port, and what it answers to which path."""
    listener, answers = listen(), dict[str, tuple[int, object]]()

    def answer(ask: Ask) -> Reply:
        status, content = answers.get(ask.target.partition("?")[0], (404, {"message": "no such thing"}))
        return Reply(status, [json.dumps(content).encode()], "application/json")

    def run() -> None:
        with suppress(OSError):
            serve(listener, answer)

    threading.Thread(target=run, daemon=True).start()
    yield listener.getsockname()[1], answers
    with suppress(OSError):
        listener.shutdown(socket.SHUT_RDWR)
    listener.close()


def _connected(name: str, context: PlainContext | None = None, **config: object) -> LibcloudProvider:
    form = DESCRIPTOR.connection.validated({"driver": name, **config}, {"key": "a-long-api-token"})
    return LibcloudProvider.connect(form, context or PlainContext())


def _forced(port: int, context: PlainContext | None = None) -> LibcloudProvider:
    return _connected("cloudscale", context, host="127.0.0.1", port=port, secure=False, allow_unproven=True)


def test_a_forced_driver_reads(stub: tuple[int, dict[str, tuple[int, object]]]) -> None:
    port, answers = stub
    answers["/v1/servers"] = (200, [server(0), server(1, "stopped"), server(2, "paused"), server(3, "changing")])
    context = PlainContext()
    provider = _forced(port, context)
    assert context.calls == 0
    assert provider.sweepable is False
    found = list(provider.collect(K.INSTANCE, GLOBAL))
    assert [(one.name, one.state) for one in found] == [
        ("web-0", "running"),
        ("web-1", "stopped"),
        ("web-2", "paused"),
        # To libcloud it is pending, which may be anything.
        ("web-3", "unknown"),
    ]
    assert found[0].zone == "rma1"
    assert found[0].attributes == InstanceAttributes(
        memory_mib=2048, disk_gib=10, private_ips=["10.0.0.0"], public_ips=[], flavor="Flex-2", image="Debian 12"
    )
    assert [problem for one in found for problem in resource_problems(one, K.INSTANCE, "global")] == []
    assert "a-password-in-the-answer" not in repr(found)
    assert context.calls == context.finished == 1
    assert context.dialled == 1
    provider.close()


def test_the_clouds_word_goes_before_libclouds() -> None:
    node = Node("1", "n", NodeState.TERMINATED, [], [], driver=None, extra={"status": "archive", "password": "p"})
    made = generic_resources.instance(node, "global")
    assert (made.state, made.native_state) == ("unknown", "archive")
    assert made.native == {"status": "archive"}


def test_a_forced_driver_never_says_that_something_is_gone(stub: tuple[int, dict[str, tuple[int, object]]]) -> None:
    port, answers = stub
    answers["/v1/servers"] = (200, [server(1)])
    provider = _forced(port)
    (one,) = provider.collect(K.INSTANCE, GLOBAL)
    assert provider.observe([one.ref])[one.ref] is not None
    with pytest.raises(UnexpectedResponse, match="does not mean that they are gone"):
        provider.observe([one.ref, ResourceRef(K.INSTANCE, "2")])


@pytest.mark.parametrize(
    "answer", [[server(1), server(1)], [{"uuid": "a"}], {"detail": "?"}, "text", [server(1) | {"uuid": ""}]]
)
def test_a_forced_driver_on_nonsense(stub: tuple[int, dict[str, tuple[int, object]]], answer: object) -> None:
    port, answers = stub
    answers["/v1/servers"] = (200, answer)
    provider = _forced(port)
    with pytest.raises(UnexpectedResponse):
        list(provider.collect(K.INSTANCE, GLOBAL))


def test_a_forced_drivers_kinds_are_those_it_implements() -> None:
    offered = _forced(1).regions()[0]
    assert offered.kinds == {K.INSTANCE, K.IMAGE, K.FLAVOR}
    assert offered.absent[K.NETWORK].code == offered.absent[K.VOLUME].code == "driver_cannot"
    with pytest.raises(NotSupported):
        list(_forced(1).collect(K.VOLUME, GLOBAL))


def test_a_forced_driver_signs_in_by_listing(stub: tuple[int, dict[str, tuple[int, object]]]) -> None:
    port, answers = stub
    answers["/v1/flavors"] = (200, [])
    first, again = _forced(port).check(), _forced(port).check()
    assert first.realm == again.realm
    assert "a-long-api-token" not in repr(first)
    answers["/v1/flavors"] = (401, {"detail": "Invalid token."})
    with pytest.raises(AuthenticationFailed):
        _forced(port).check()


def test_arguments_a_driver_does_not_take() -> None:
    with pytest.raises(InvalidRequest, match="does not take these answers"):
        _connected("rimuhosting", allow_unproven=True, options="nonsense=1").regions()


def test_libcloud_is_the_release_that_was_looked_at() -> None:
    """The lists above were made by reading 3.9; a newer series has to be read again."""
    assert libcloud.__version__.startswith("3.9.")
