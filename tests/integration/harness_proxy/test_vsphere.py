"""pyVmomi in front of a real vCenter simulator, TLS on both sides of the proxy."""

import ssl
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from pyVim import connect as pyvim_connect
from pyVmomi import vim, vmodl

from tests.harness import HarnessUnavailable, vcsim
from tests.harness.proxy import (
    CutBody,
    DropAnswer,
    ExpiredToken,
    FaultProxy,
    PermissionDenied,
    ReplaceName,
    Status,
    WrongCertificate,
    anything,
    by_action,
    huge_name,
    mutating,
)
from tests.harness.proxy.mangling import HUGE_NAME_BYTES

pytestmark = pytest.mark.vcsim
Session = Callable[[], Any]
# pyVmomi makes its types at run time; some of its functions are annotated and most are not.
pyvim: Any = pyvim_connect
collector: Any = vmodl.query.PropertyCollector


@pytest.fixture(scope="module")
def simulator() -> Iterator[vcsim.VcsimServer]:
    try:
        server = vcsim.start(vms=3)
    except HarnessUnavailable as reason:
        pytest.skip(str(reason))
    try:
        yield server
    finally:
        server.stop()


@pytest.fixture
def proxy(simulator: vcsim.VcsimServer) -> Iterator[FaultProxy]:
    with FaultProxy(f"https://{simulator.host}:{simulator.port}", tls=True) as running:
        yield running


@pytest.fixture
def session(simulator: vcsim.VcsimServer, proxy: FaultProxy) -> Iterator[Session]:
    opened: list[Any] = []

    def connect() -> Any:
        context = ssl.create_default_context(cafile=str(proxy.ca_file))
        found = pyvim.SmartConnect(
            host="127.0.0.1", port=proxy.port, user=simulator.username, pwd=simulator.password, sslContext=context
        )
        opened.append(found)
        return found

    yield connect
    proxy.clear()
    for found in opened:
        pyvim.Disconnect(found)


def machines(service: Any) -> dict[str, Any]:
    """Name → machine, by one retrieval."""
    content = service.RetrieveContent()
    view = content.viewManager.CreateContainerView(content.rootFolder, [vim.VirtualMachine], True)
    everything = collector.FilterSpec(
        objectSet=[
            collector.ObjectSpec(
                obj=view,
                skip=True,
                selectSet=[collector.TraversalSpec(path="view", skip=False, type=vim.view.ContainerView)],
            )
        ],
        propSet=[collector.PropertySpec(type=vim.VirtualMachine, pathSet=["name"])],
    )
    found = content.propertyCollector.RetrievePropertiesEx([everything], collector.RetrieveOptions())
    return {entry.propSet[0].val: entry.obj for entry in found.objects}


def test_pyvmomi_lists_and_acts_through_the_proxy(proxy: FaultProxy, session: Session) -> None:
    service = session()
    found = machines(service)
    assert len(found) == 6
    assert not proxy.ledger.mutations()
    next(iter(found.values())).PowerOffVM_Task()
    [effect] = proxy.ledger.effects()
    assert (effect.action, effect.status, effect.delivered) == ("PowerOffVM_Task", 200, True)


def test_an_expired_session_and_a_denial_are_vsphere_faults(proxy: FaultProxy, session: Session) -> None:
    service = session()
    proxy.rule(by_action("RetrievePropertiesEx"), ExpiredToken(), times=1)
    with pytest.raises(vim.fault.NotAuthenticated):
        machines(service)
    proxy.rule(by_action("RetrievePropertiesEx"), PermissionDenied(), times=1)
    with pytest.raises(vim.fault.NoPermission):
        machines(service)
    proxy.rule(by_action("RetrievePropertiesEx"), Status(500), times=1)
    with pytest.raises(vmodl.fault.SystemError):
        machines(service)
    assert len(machines(service)) == 6


def test_a_name_is_replaced_in_its_value(proxy: FaultProxy, session: Session) -> None:
    service = session()
    proxy.rule(by_action("RetrievePropertiesEx"), ReplaceName(b"evil"), times=1)
    assert "evil" in machines(service)
    proxy.rule(by_action("RetrievePropertiesEx"), huge_name(), times=1)
    assert max(map(len, machines(service))) == HUGE_NAME_BYTES


def test_cut_soap_and_a_gateway_s_error(proxy: FaultProxy, session: Session) -> None:
    service = session()
    proxy.rule(by_action("RetrievePropertiesEx"), CutBody(), times=1)
    with pytest.raises(Exception, match=r"no element found|unclosed token|not well-formed"):
        machines(service)
    proxy.rule(by_action("RetrievePropertiesEx"), Status(503), times=1)
    with pytest.raises(Exception, match="503"):
        machines(service)


def test_a_dropped_answer_leaves_the_effect_behind(proxy: FaultProxy, session: Session) -> None:
    service = session()
    machine = list(machines(service).values())[-1]
    proxy.rule(mutating, DropAnswer(), times=1)
    with pytest.raises(Exception):  # noqa: B017, PT011
        machine.PowerOffVM_Task()
    [call] = proxy.ledger.by_action("PowerOffVM_Task")
    assert call.took_effect
    assert not call.delivered


def test_an_untrusted_certificate_is_refused(proxy: FaultProxy, session: Session) -> None:
    proxy.rule(anything, WrongCertificate())
    with pytest.raises(ssl.SSLError, match="verify failed"):
        session()
    assert len(proxy.ledger) == 0
