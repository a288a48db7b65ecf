"""Starts moto's AWS server from this Python environment.

It behaves like AWS in what it answers, not in size or in security: it accepts any credentials, pages describe_instances
by reservation, and has no price list.
"""

import importlib.util
import secrets
import string
import sys
import urllib.request
from dataclasses import dataclass, field

from tests.harness import HarnessUnavailable
from tests.harness.moto_seed import SmallEstate, seed_small
from tests.harness.processes import Process

__all__ = ["MotoServer", "SmallEstate", "seed_small", "start"]

ACCOUNT_ID = "123456789012"


@dataclass(frozen=True)
class MotoServer:
    """A running server with the state of one AWS account, ACCOUNT_ID, in memory."""

    endpoint_url: str
    access_key_id: str
    secret_access_key: str = field(repr=False)
    region: str
    _process: Process = field(repr=False, compare=False)

    @property
    def pid(self) -> int:
        return self._process.pid

    def reset(self) -> None:
        """Forgets everything in all accounts and regions, except the defaults AWS itself provides, such as its VPC."""
        request = urllib.request.Request(f"{self.endpoint_url}/moto-api/reset", method="POST")
        # A proxy meant for the outside must not be asked for a loopback address.
        with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=30) as answer:
            answer.read()

    def stop(self) -> None:
        self._process.stop()


def start(*, region: str = "eu-central-1") -> MotoServer:
    """Starts a server on a free port, with random credentials so that a leak of them can be searched for.

    Raises HarnessUnavailable when moto is not installed in this environment.
    """
    for module in ("moto", "flask", "boto3"):
        if importlib.util.find_spec(module) is None:
            raise HarnessUnavailable(f"The Python package {module} is not installed; moto[server] brings it.")
    process = Process("moto")
    try:
        process.start(
            [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", "0"],
            # A person's own AWS configuration must not reach the server.
            environment={"AWS_CONFIG_FILE": "/dev/null", "AWS_SHARED_CREDENTIALS_FILE": "/dev/null"},
        )
        address = process.wait_for_line(r"Running on (http://127\.0\.0\.1:\d+)")
    except BaseException:
        process.stop()
        raise
    key_id = "AKIA" + "".join(secrets.choice(string.ascii_uppercase + "234567") for _ in range(16))
    return MotoServer(address[1], key_id, f"kanari7{secrets.token_urlsafe(30)}", region, process)
