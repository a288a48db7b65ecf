"""The clouds of the matrix: a real SDK's adapter, a fault proxy over TLS, and a server that answers like the cloud."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from typing import Any, Protocol

from mcm.accounts import service as accounts
from mcm.accounts.schemas import AccountCreate
from tests.harness import vcsim
from tests.harness.openstack.cloud import OpenStackCloud
from tests.harness.openstack.seed import seed
from tests.harness.proxy import FaultProxy, Identity, OpenStackProxies, WrongCertificate, anything, by_action
from tests.harness.proxy.rules import Fault, Match
from tests.harness.replay import ec2
from tests.harness.replay import openstack as openstack_replay
from tests.lab import CALLER, Lab

SECRET = "kanari7-Pa55word"


class Target(Protocol):
    """Everything a fault needs to know of a cloud. `size`: instances in the region that the matrix reads, 0 when only
    the first read tells."""

    name: str
    size: int

    @property
    def config(self) -> dict[str, Any]: ...
    @property
    def secrets(self) -> dict[str, str]: ...
    def strike(self, fault: Fault, *, times: int | None = None, after: int = 0) -> None:
        """Applies the fault to the calls that list instances."""

    def refusing(self) -> AbstractContextManager[None]: ...
    def present(self, identity: Identity) -> None:
        """From now on the service behind the listing shows this certificate, to new connections only."""

    def clear(self) -> None: ...
    def mutations(self) -> int: ...


def connect(lab: Lab, target: Target) -> None:
    """Adds the account and reads it once, with everything that the first read needs."""
    wanted = AccountCreate.model_validate(
        {
            "name": target.name,
            "provider": target.name,
            "ownership": "private",
            "config": target.config,
            "secrets": target.secrets,
        }
    )
    access = accounts.draft(lab.runtime.registry, wanted)
    with lab.runtime.database.writing() as session:
        accounts.create(session, CALLER, lab.runtime.settings, lab.runtime.vault, wanted, access)
    discovered = lab.run("region", name=target.name)
    assert discovered.outcome == "complete", discovered.error_message
    first = lab.run("instance", name=target.name)
    assert first.outcome == "complete", first.error_message
    target.size = target.size or first.listed
    assert first.added == target.size > 0


@dataclass
class _OneProxy:
    proxy: FaultProxy
    name: str
    size: int
    config: dict[str, Any]
    secrets: dict[str, str]
    listing: Match

    def strike(self, fault: Fault, *, times: int | None = None, after: int = 0) -> None:
        self.proxy.rule(self.listing, fault, times=times, after=after)

    def refusing(self) -> AbstractContextManager[None]:
        return self.proxy.refusing()

    def present(self, identity: Identity) -> None:
        self.proxy.rule(anything, WrongCertificate(identity))
        self.proxy.drop_connections()

    def clear(self) -> None:
        self.proxy.clear()
        self.proxy.drop_connections()

    def mutations(self) -> int:
        return len(self.proxy.ledger.mutations())


@contextmanager
def aws() -> Iterator[Target]:
    """EC2 with two pages of instances."""
    with ec2.start(instances=510) as replay, FaultProxy(replay.endpoint_url, tls=True) as proxy:
        yield _OneProxy(
            proxy,
            "aws",
            510,
            {"endpoint_url": proxy.url, "region": "us-east-1", "ca_file": str(proxy.ca_file)},
            {"access_key_id": "AKIACANARY", "secret_access_key": SECRET},
            by_action("DescribeInstances"),
        )


@contextmanager
def vmware() -> Iterator[Target]:
    """One datacenter of the vCenter simulator."""
    with _simulator() as server, FaultProxy(f"https://{server.host}:{server.port}", tls=True) as proxy:
        yield _OneProxy(
            proxy,
            "vmware",
            24,
            {"host": "127.0.0.1", "port": proxy.port, "ca_file": str(proxy.ca_file)},
            {"username": server.username, "password": server.password},
            by_action("RetrievePropertiesEx", "ContinueRetrievePropertiesEx", "WaitForUpdatesEx"),
        )


@contextmanager
def _simulator() -> Iterator[vcsim.VcsimServer]:
    server = vcsim.start(clusters=1, standalone_hosts=1, vms=12, password=SECRET)
    try:
        yield server
    finally:
        server.stop()


@dataclass
class _OpenStack:
    proxies: OpenStackProxies
    size: int
    secrets: dict[str, str]
    name: str = "openstack"

    @property
    def config(self) -> dict[str, Any]:
        return {
            "auth.auth_url": self.proxies.auth_url,
            "auth.username": "admin",
            "auth.project_name": "admin",
            "auth.user_domain_name": "Default",
            "auth.project_domain_name": "Default",
            "region_name": "RegionOne",
            "cacert": self.proxies.ca_file,
        }

    def strike(self, fault: Fault, *, times: int | None = None, after: int = 0) -> None:
        self.proxies.rule("compute", r"GET .*/servers/detail", fault, times=times, after=after)

    def refusing(self) -> AbstractContextManager[None]:
        return self.proxies["compute"].refusing()

    def present(self, identity: Identity) -> None:
        self.proxies.rule("compute", anything, WrongCertificate(identity))
        self.proxies["compute"].drop_connections()

    def clear(self) -> None:
        self.proxies.clear()
        self.proxies["compute"].drop_connections()

    def mutations(self) -> int:
        return sum(call.mutating for call in self.proxies.ledger())


@contextmanager
def openstack() -> Iterator[Target]:
    """Nova with four pages of servers behind a keystone and a catalogue."""
    with (
        openstack_replay.start(servers=40, max_limit=10) as replay,
        OpenStackProxies(f"{replay.endpoint_url}/identity/v3", tls=True) as proxies,
    ):
        yield _OpenStack(proxies, 40, {"auth.password": openstack_replay.PASSWORD})


@contextmanager
def real_openstack(cloud: OpenStackCloud) -> Iterator[Target]:
    """Keystone, nova and the others as they are, a proxy before each."""
    seed(cloud, instances=4, volumes=3)
    with OpenStackProxies(cloud.auth_url, tls=True) as proxies:
        yield _OpenStack(proxies, 0, {"auth.password": cloud.admin["password"]})


TARGETS = {"aws": aws, "openstack": openstack, "vmware": vmware}
