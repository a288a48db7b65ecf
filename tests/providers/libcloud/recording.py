"""Recorded CloudStack traffic: how cassettes are made, scrubbed and played.

`python -m tests.providers.libcloud.recording` records them anew from the adapter against the replay server.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import vcr
from vcr.stubs.requests_stubs import VCRRequestsHTTPConnection

from mcm.contract import Region, ResourceKind
from mcm.contract.conformance.context import PlainContext
from mcm_providers._transport import pools
from mcm_providers.libcloud.adapter import LibcloudProvider
from mcm_providers.libcloud.descriptor import DESCRIPTOR
from tests.harness.replay.cloudstack_inside import Inside, running_inside
from tests.harness.replay.cloudstack_signing import USER

CASSETTES = Path(__file__).parent / "cassettes"
HOST, PORT = "cloudstack.example", 8080
GLOBAL = Region("global", "global", frozenset(ResourceKind))
INSTANCES = 40
PAGE_CAP = 10
# They differ at every run, or are secret.
_SCRUBBED = ("apiKey", "signature", "expires")
_SECRETS = re.compile(rb'("(?:password|secretkey|apikey|Encrypted\.Password|url)": ")[^"]*"')


def cassette(name: str, *, record: bool = False) -> Any:
    """A context in which the adapter's requests are recorded, or answered from the cassette and nothing else.

    The adapter opens its sockets itself, where vcrpy does not look: its kind of connection is put in the place from
    which the guarded connections are made.
    """
    player = vcr.VCR(
        serializer="json",
        record_mode="all" if record else "none",
        match_on=("method", "path", "query"),
        filter_query_parameters=list(_SCRUBBED),
        before_record_request=_at_the_example,
        before_record_response=_without_secrets,
        custom_patches=((pools, "HTTPConnection", VCRRequestsHTTPConnection),),
        decode_compressed_response=True,
    )
    return player.use_cassette(str(CASSETTES / f"{name}.json"))


def _at_the_example(request: Any) -> Any:
    request.uri = re.sub(r"//[^/]+/", f"//{HOST}:{PORT}/", request.uri)
    request.headers.pop("Host", None)
    request.headers.pop("User-Agent", None)
    return request


def _without_secrets(response: Any) -> Any:
    # It would no longer be true.
    response["headers"].pop("Content-Length", None)
    response["body"]["string"] = _SECRETS.sub(rb'\1scrubbed"', response["body"]["string"])
    return response


@contextmanager
def connected(host: str = HOST, port: int = PORT) -> Iterator[tuple[LibcloudProvider, PlainContext]]:
    config = {"driver": "cloudstack", "host": host, "port": port, "secure": False}
    form = DESCRIPTOR.connection.validated(config, Inside.secrets(USER))
    context = PlainContext()
    provider = LibcloudProvider.connect(form, context)
    try:
        yield provider, context
    finally:
        provider.close()


def read_all(provider: LibcloudProvider) -> dict[ResourceKind, list[Any]]:
    """What the cassette `account` holds: signing in, and every kind of one account."""
    provider.check()
    (region,) = provider.regions()
    return {kind: list(provider.collect(kind, region)) for kind in sorted(region.kinds)}


def main() -> None:
    with running_inside(instances=INSTANCES, page_cap=PAGE_CAP) as server:
        (CASSETTES / "account.json").unlink(missing_ok=True)
        with cassette("account", record=True), connected("127.0.0.1", server.port) as (provider, _):
            read_all(provider)
            refs = [one.ref for one in provider.collect(ResourceKind.INSTANCE, GLOBAL)][:5]
            server.server.estate.remove("listVirtualMachines", refs[0].native_id)
            provider.observe(refs)


if __name__ == "__main__":
    main()
