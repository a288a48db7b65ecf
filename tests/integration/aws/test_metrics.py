"""What instances use, from a CloudWatch that was told so by somebody else."""

from datetime import UTC, datetime, timedelta

import boto3
import pytest
from botocore.config import Config

from mcm.contract import InvalidRequest, Metric, ResourceKind, ResourceRef, UnexpectedResponse
from mcm.contract.conformance.context import PlainContext
from mcm_providers.aws import metrics
from mcm_providers.aws.adapter import AwsProvider
from mcm_providers.aws.descriptor import DESCRIPTOR
from tests.harness.moto import MotoServer

REGION = "eu-central-1"
K = ResourceKind


def _connect(endpoint_url: str) -> AwsProvider:
    form = DESCRIPTOR.connection.validated(
        {"endpoint_url": endpoint_url, "regions": [REGION]},
        {"access_key_id": "AKIATESTED", "secret_access_key": "tested-and-secret"},
    )
    return AwsProvider.connect(form, PlainContext())


def test_means_and_sums_become_shares_and_rates(moto_server: MotoServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(metrics, "_LOT", 2)
    watch = boto3.client(
        "cloudwatch", region_name=REGION, endpoint_url=moto_server.endpoint_url, aws_access_key_id="x",
        aws_secret_access_key="x", config=Config(proxies={}),
    )  # fmt: skip
    until = datetime.now(UTC).replace(minute=0, second=0, microsecond=0)
    names = [f"i-{number:017x}" for number in range(1, 6)]
    for number, name in enumerate(names[:4]):
        for back in range(1, 13):
            at = until - timedelta(minutes=5 * back)
            points = [("CPUUtilization", "Percent", 10.0 * number + back), ("NetworkIn", "Bytes", 3000.0 * back)]
            watch.put_metric_data(
                Namespace="AWS/EC2",
                MetricData=[
                    {
                        "MetricName": metric, "Unit": unit, "Value": value, "Timestamp": at,
                        "Dimensions": [{"Name": "InstanceId", "Value": name}],
                    }
                    for metric, unit, value in points
                ],
            )  # fmt: skip
    provider = _connect(moto_server.endpoint_url)
    refs = [ResourceRef(K.INSTANCE, name, "", REGION) for name in names]
    found = list(
        provider.metrics([*refs, ResourceRef(K.VOLUME, "vol-1", "", REGION)], until - timedelta(hours=1), until)
    )
    assert {one.seconds for one in found} == {300}
    for number, ref in enumerate(refs[:4]):
        cpu = {one.at: one.value for one in found if one.ref == ref and one.metric is Metric.CPU}
        # A point bears the start of its five minutes, a sample the end.
        wanted = {until - timedelta(minutes=5 * (back - 1)): (10 * number + back) / 100 for back in range(1, 13)}
        assert cpu == pytest.approx(wanted)
        rates = sorted(one.value for one in found if one.ref == ref and one.metric is Metric.NETWORK_IN)
        assert rates == pytest.approx([10.0 * back for back in range(1, 13)])
    # What CloudWatch has never heard of has nothing, and no zeros either; memory it never has.
    assert not [one for one in found if one.ref == refs[4]]
    assert {one.metric for one in found} == {Metric.CPU, Metric.NETWORK_IN}
    with pytest.raises(InvalidRequest, match="not a region"):
        list(provider.metrics([ResourceRef(K.INSTANCE, "i-1", "", "us-east-1")], until - timedelta(hours=1), until))


@pytest.mark.parametrize("body", [b"", b"<html>maintenance</html>", b"\xbf", b"\xa0", b"\xff\x00\x01"])
def test_an_answer_that_is_none_is_refused(body: bytes) -> None:
    with pytest.raises(UnexpectedResponse):
        metrics._parsed(body, REGION)
