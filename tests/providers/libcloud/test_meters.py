"""Utilisation of what CloudStack runs, from a Prometheus server that the account names."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qsl

import pytest

from mcm.contract import Metric, NotSupported, ResourceKind, ResourceRef, Sample
from mcm_providers.libcloud.adapter import LibcloudProvider
from mcm_providers.libcloud.descriptor import DESCRIPTOR
from tests.harness.replay.http import Ask, Reply
from tests.harness.replay.inside import answering, reply
from tests.providers.libcloud.conftest import GLOBAL, Connect, Serve

START = datetime(2026, 3, 2, tzinfo=UTC)
AT = int(START.timestamp()) + 300


def _prometheus(labels: dict[str, str], series: list[dict[str, str]]) -> Callable[[Ask], Reply]:
    """Says one value of what has these labels."""

    def answer(ask: Ask) -> Reply:
        if ask.target == "/api/v1/series":
            return reply({"status": "success", "data": series})
        assert dict(parse_qsl(ask.body.decode()))["step"] == "300"
        result = [{"metric": labels, "values": [[AT, "0.5"]]}]
        return reply({"status": "success", "data": {"resultType": "matrix", "result": result}})

    return answer


def _read(provider: LibcloudProvider, *refs: ResourceRef) -> list[Sample]:
    return list(provider.metrics(refs, START, START + timedelta(hours=1)))


def test_a_domain_has_the_id_of_its_instance(serve: Serve, connect: Connect) -> None:
    server = serve()
    one = next(connect(server).collect(ResourceKind.INSTANCE, GLOBAL))
    labels = {"job": "kvm", "instance": "h1:9177", "domain": "i-2-3-VM"}
    told = _prometheus(labels, [labels | {"uuid": one.native_id}])
    with answering(told) as url:
        found = _read(connect(server, prometheus_url=url), one.ref)
    assert {sample.ref for sample in found} == {one.ref}
    assert {sample.metric for sample in found} == set(Metric)


@pytest.mark.parametrize("kind", [ResourceKind.INSTANCE, ResourceKind.HOST])
def test_by_the_address_or_the_name_of_a_node_exporter(kind: ResourceKind, serve: Serve, connect: Connect) -> None:
    server = serve()
    one, another, *_ = connect(server).collect(kind, GLOBAL)
    name = one.name if kind is ResourceKind.HOST else one.attributes.private_ips[0]  # type: ignore[attr-defined]
    with answering(_prometheus({"job": "node", "instance": f"{name}:9100"}, [])) as url:
        found = _read(connect(server, prometheus_url=url, prometheus_exporter="node"), one.ref, another.ref)
    assert {sample.ref for sample in found} == {one.ref}


def test_an_account_without_a_server_says_so(serve: Serve, connect: Connect) -> None:
    with pytest.raises(NotSupported, match="prometheus_url") as said:
        _read(connect(serve()))
    assert said.value.reason in DESCRIPTOR.messages
