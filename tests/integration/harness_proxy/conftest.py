"""A real emulator (moto), a fault proxy in front of it, and the clients that look at what the proxy does."""

import sys
from collections.abc import Callable, Iterator
from typing import Any

import boto3
import httpx
import pytest
from botocore.config import Config

from tests.harness.ports import free_port
from tests.harness.processes import Process
from tests.harness.proxy import FaultProxy
from tests.integration.harness_proxy.stub import Stub

Ec2 = Callable[..., Any]


@pytest.fixture(scope="session")
def moto_url() -> Iterator[str]:
    process = Process("moto")
    port = free_port()
    try:
        process.start([sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)])
        process.wait_for_port(port, timeout_seconds=120)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.stop()


@pytest.fixture
def proxy(moto_url: str) -> Iterator[FaultProxy]:
    with FaultProxy(moto_url) as running:
        yield running


@pytest.fixture
def stub() -> Iterator[Stub]:
    with Stub() as running:
        yield running


@pytest.fixture
def stub_proxy(stub: Stub) -> Iterator[FaultProxy]:
    with FaultProxy(stub.url) as running:
        yield running


@pytest.fixture
def http() -> Iterator[httpx.Client]:
    with httpx.Client(trust_env=False, timeout=30) as client:
        yield client


@pytest.fixture(scope="session")
def ec2() -> Ec2:
    """Makes a boto3 client for an endpoint; without retries unless told."""

    def make(
        endpoint_url: str,
        *,
        attempts: int = 1,
        read_timeout: float = 60,
        service: str = "ec2",
        region: str = "us-east-1",
        verify: str | None = None,
    ) -> Any:
        return boto3.client(
            service,
            endpoint_url=endpoint_url,
            region_name=region,
            aws_access_key_id="AKIAEXAMPLE",
            aws_secret_access_key="not-a-secret",
            config=Config(
                retries={"mode": "standard", "total_max_attempts": attempts}, read_timeout=read_timeout, proxies={}
            ),
            verify=verify,
        )

    return make
