"""The clouds that `sending` acts on, behind a proxy that notes their calls: a real OpenStack, and an AWS emulator."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import boto3
import openstack
from botocore.config import Config

from tests.bench.openstack import SERVERS
from tests.harness import moto
from tests.harness.openstack import cloud as clouds
from tests.harness.openstack import seed
from tests.harness.proxy import Answer, Exchange, Fault, FaultProxy, OpenStackProxies, anything

AWS_REGION, IMAGE = "eu-central-1", "ami-03cf127a"
OPENSTACK_REGION = "RegionOne"
CHANGES = frozenset({"StopInstances", "os-stop"})
_STARTED_S = 300


@dataclass
class Call:
    """Seconds since the epoch at which a request came to the cloud and its answer left; left is 0 until it has."""

    action: str | None
    came: float
    left: float = 0.0


class Noted(Fault):
    """No fault: only when each call came and was answered."""

    def __init__(self) -> None:
        self.calls: list[Call] = []
        self._under_way: dict[int, Call] = {}

    def before(self, exchange: Exchange) -> Answer | None:
        call = Call(exchange.request.action, time.time())
        self._under_way[id(exchange)] = call
        self.calls.append(call)
        return None

    def after(self, exchange: Exchange, answer: Answer) -> Answer | None:
        self._under_way.pop(id(exchange)).left = time.time()
        return answer


@dataclass(frozen=True)
class Cloud:
    """natives: running machines. stop: the SDK's own call, alone. config, secrets: of an account of it in mcm."""

    name: str
    provider: str
    ownership: str
    config: dict[str, str]
    secrets: dict[str, str]
    natives: list[str]
    noted: Noted
    stop: Callable[[str], Any]


@contextmanager
def aws(machines: int) -> Iterator[Cloud]:
    server = moto.start(region=AWS_REGION)
    try:
        with FaultProxy(server.endpoint_url) as proxy:
            noted = Noted()
            proxy.rule(anything, noted)
            ec2 = boto3.client(
                "ec2", region_name=AWS_REGION, endpoint_url=proxy.url, config=Config(proxies={}),
                aws_access_key_id=server.access_key_id, aws_secret_access_key=server.secret_access_key,
            )  # fmt: skip
            made = ec2.run_instances(ImageId=IMAGE, InstanceType="t3.micro", MinCount=machines, MaxCount=machines)
            yield Cloud(
                "AWS emulator", "aws", "public", {"endpoint_url": proxy.url, "region": AWS_REGION},
                {"access_key_id": server.access_key_id, "secret_access_key": server.secret_access_key},
                [one["InstanceId"] for one in made["Instances"]], noted,
                lambda native: ec2.stop_instances(InstanceIds=[native]),
            )  # fmt: skip
    finally:
        server.stop()


@contextmanager
def real_openstack(machines: int) -> Iterator[Cloud]:
    """The cloud of the bench's listing, whose machines are kept from one run to the next."""
    cloud = clouds.start(name="bench")
    try:
        seed.seed(cloud, instances=SERVERS)
        auth = cloud.admin
        with OpenStackProxies(auth["auth_url"]) as proxies:
            noted = Noted()
            proxies.rule(None, anything, noted)
            auth = {**auth, "auth_url": proxies.auth_url}
            connection = openstack.connect(
                auth=auth, region_name=OPENSTACK_REGION, load_envvars=False, load_yaml_config=False
            )
            yield Cloud(
                "OpenStack", "openstack", "private",
                {f"auth.{key}": value for key, value in auth.items() if key != "password"},
                {"auth.password": auth["password"]}, _running(connection)[:machines], noted,
                connection.compute.stop_server,
            )  # fmt: skip
    finally:
        clouds.stop_named("bench")


def _running(connection: Any) -> list[str]:
    """All machines, those that an earlier run stopped started again."""
    until = time.monotonic() + _STARTED_S
    for server in connection.compute.servers(details=True, all_projects=True, status="SHUTOFF"):
        connection.compute.start_server(server)
    while True:
        servers = list(connection.compute.servers(details=True, all_projects=True))
        if all(server.status == "ACTIVE" for server in servers):
            return sorted(server.id for server in servers)
        if time.monotonic() > until:
            raise RuntimeError("the machines of the bench's OpenStack do not start")
        time.sleep(1)
