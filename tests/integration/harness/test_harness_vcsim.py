"""The vCenter simulator of the harness: the sizes asked for, and TLS and credentials that are really checked."""

import importlib
import ssl
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.harness import HarnessUnavailable, vcsim
from tests.harness.vcsim import VcsimServer

pytestmark = [pytest.mark.vcsim, pytest.mark.timeout(900)]


@pytest.fixture(scope="module")
def server() -> Iterator[VcsimServer]:
    try:
        server = vcsim.start(datacenters=2, clusters=2, hosts=3, standalone_hosts=1, vms=4, username="ops@corp.example")
    except HarnessUnavailable as unavailable:
        pytest.skip(str(unavailable))
    yield server
    server.stop()


def test_it_has_the_sizes_asked_for(server: VcsimServer) -> None:
    content = _connect(server, ssl.create_default_context(cafile=str(server.certificate_file)))
    assert _count(content, "Datacenter") == 2
    assert _count(content, "ClusterComputeResource") == 2 * 2
    assert _count(content, "HostSystem") == 2 * (2 * 3 + 1)
    assert _count(content, "VirtualMachine") == 2 * (2 + 1) * 4


def test_a_client_that_does_not_know_the_certificate_refuses(server: VcsimServer) -> None:
    with pytest.raises(ssl.SSLCertVerificationError, match="self-signed"):
        _connect(server, ssl.create_default_context())


def test_each_server_has_a_certificate_of_its_own(server: VcsimServer) -> None:
    other = vcsim.start(username="ops@corp.example", password=server.password)
    try:
        assert other.port != server.port
        with pytest.raises(ssl.SSLCertVerificationError):
            _connect(other, ssl.create_default_context(cafile=str(server.certificate_file)))
        assert _connect(other, ssl.create_default_context(cafile=str(other.certificate_file))) is not None
    finally:
        other.stop()


@pytest.mark.parametrize(("username", "password"), [("ops@corp.example", "wrong"), ("somebody", None)])
def test_wrong_credentials_are_refused(server: VcsimServer, username: str, password: str | None) -> None:
    context = ssl.create_default_context(cafile=str(server.certificate_file))
    with pytest.raises(Exception, match="Login failure"):
        _connect(server, context, username, password or server.password)


def test_the_password_is_in_no_process_list_log_or_repr(server: VcsimServer) -> None:
    assert server.password.encode() not in Path(f"/proc/{server.pid}/cmdline").read_bytes()
    assert server.password not in server._process.log_path.read_text()
    assert server.password not in repr(server)


def _connect(
    server: VcsimServer, context: ssl.SSLContext, username: str | None = None, password: str | None = None
) -> Any:
    connect = importlib.import_module("pyVim.connect")
    return connect.SmartConnect(
        host=server.host,
        port=server.port,
        user=username or server.username,
        pwd=password or server.password,
        sslContext=context,
    ).RetrieveContent()


def _count(content: Any, kind: str) -> int:
    vim = importlib.import_module("pyVmomi").vim
    view = content.viewManager.CreateContainerView(content.rootFolder, [getattr(vim, kind)], True)
    try:
        return len(view.view)
    finally:
        view.Destroy()
