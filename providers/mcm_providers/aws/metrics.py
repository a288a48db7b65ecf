"""Measurements of EC2 instances, from CloudWatch.

CloudWatch knows nothing of memory without an agent inside the machine, so there is none. A data point bears the start
of its period; those of five minutes are kept for 63 days, those of an hour for 455.
https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_GetMetricData.html
https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/viewing_metrics_with_cloudwatch.html
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from botocore.parsers import ResponseParserError, create_parser

from mcm.contract import CallContext, Metric, ResourceRef, Sample, UnexpectedResponse
from mcm_providers.aws.client import Clients, operation_model

_SERVICE, _OPERATION = "cloudwatch", "GetMetricData"


class _Counter(NamedTuple):
    """total: the sum over the period, of which a second's share is wanted; else the mean, times `factor`."""

    name: str
    metric: Metric
    total: bool
    factor: float = 1.0


_COUNTERS = (
    _Counter("CPUUtilization", Metric.CPU, total=False, factor=0.01),
    _Counter("EBSReadBytes", Metric.DISK_READ, total=True),
    _Counter("EBSWriteBytes", Metric.DISK_WRITE, total=True),
    _Counter("NetworkIn", Metric.NETWORK_IN, total=True),
    _Counter("NetworkOut", Metric.NETWORK_OUT, total=True),
)
_FINE_S, _COARSE_S = 300, 3600
_KEPT_FINE = timedelta(days=63)
# 500 queries and 100,800 data points go into one answer; two days of five minutes are 576 of each query.
_LOT = 30
_MAX_PAGES = 1000


def samples(
    clients: Clients, context: CallContext, region: str, refs: Sequence[ResourceRef], since: datetime, until: datetime
) -> Iterator[Sample]:
    """Of instances of one region."""
    period = _FINE_S if datetime.now(UTC) - since < _KEPT_FINE else _COARSE_S
    for first in range(0, len(refs), _LOT):
        lot = refs[first : first + _LOT]
        asked = {f"q{number}_{place}": (ref, counter) for number, ref in enumerate(lot)
                 for place, counter in enumerate(_COUNTERS)}  # fmt: skip
        queries = [_query(ident, ref, counter, period) for ident, (ref, counter) in asked.items()]
        for document in _results(clients, context, region, queries, since, until):
            found = asked.get(str(document.get("Id")))
            if found is None:
                raise UnexpectedResponse(f"CloudWatch in {region} answers what was not asked")
            yield from _of(*found, document, period, since, until)


def _query(ident: str, ref: ResourceRef, counter: _Counter, period: int) -> dict[str, Any]:
    dimensions = [{"Name": "InstanceId", "Value": ref.native_id}]
    metric = {"Namespace": "AWS/EC2", "MetricName": counter.name, "Dimensions": dimensions}
    stat = {"Metric": metric, "Period": period, "Stat": "Sum" if counter.total else "Average"}
    return {"Id": ident, "MetricStat": stat, "ReturnData": True}


def _results(
    clients: Clients, context: CallContext, region: str, queries: list[dict[str, Any]], since: datetime, until: datetime
) -> Iterator[Mapping[str, Any]]:
    asked: dict[str, Any] = {"MetricDataQueries": queries, "StartTime": since, "EndTime": until}
    seen: set[str] = set()
    while len(seen) < _MAX_PAGES:
        answer = _parsed(clients.call(_SERVICE, region, _OPERATION, asked), region)
        yield from answer.get("MetricDataResults") or ()
        token = answer.get("NextToken")
        if not token:
            return
        if token in seen:
            raise UnexpectedResponse(f"CloudWatch in {region}: a page came twice (the same token again)")
        seen.add(token)
        asked["NextToken"] = token
        context.check()
    raise UnexpectedResponse(f"CloudWatch in {region}: more than {_MAX_PAGES} pages")


def _of(
    ref: ResourceRef, counter: _Counter, document: Mapping[str, Any], period: int, since: datetime, until: datetime
) -> Iterator[Sample]:
    times, values = document.get("Timestamps") or (), document.get("Values") or ()
    if len(times) != len(values):
        raise UnexpectedResponse(f"{len(values)} measurements of {ref.native_id} come with {len(times)} times")
    for start, value in zip(times, values, strict=True):
        end = start.astimezone(UTC) + timedelta(seconds=period)
        if since < end <= until:
            yield Sample(ref, counter.metric, end, period, value / period if counter.total else value * counter.factor)


def _parsed(body: bytes, region: str) -> Mapping[str, Any]:
    """With botocore's own parser, which `Clients` leaves out: this answer is no XML."""
    model = operation_model(_SERVICE, _OPERATION)
    protocol = model.service_model.resolved_protocol
    headers = {"smithy-protocol": "rpc-v2-cbor", "content-type": "application/cbor"} if "cbor" in protocol else {}
    try:
        answer = create_parser(protocol).parse(
            {"body": body, "headers": headers, "status_code": 200}, model.output_shape
        )
    except (ResponseParserError, ValueError, TypeError, LookupError, AttributeError, ArithmeticError) as error:
        raise UnexpectedResponse(f"CloudWatch in {region}: the answer is cut or garbled: {error}") from error
    if not isinstance(answer.get("MetricDataResults"), list):
        raise UnexpectedResponse(f"CloudWatch in {region}: an answer without MetricDataResults")
    found: Mapping[str, Any] = answer
    return found
