"""An EC2 endpoint that pages like AWS and serves any number of made-up instances: `python -m tests.harness.replay.ec2`.

MaxResults counts instances, 5 to 1,000; without it one page goes up to a cap and says how to go on. Only the first
region has contents. Credentials are not checked; which region is meant is read from the signature.
"""

from __future__ import annotations

import argparse
import itertools
import re
from collections.abc import Sequence
from urllib.parse import parse_qsl, urlsplit
from xml.sax.saxutils import escape

from tests.harness.replay import control, running
from tests.harness.replay.ec2_instances import OWNER, REGION
from tests.harness.replay.ec2_listing import BadFilter, BadToken, Filters, Instances, Tokens
from tests.harness.replay.ec2_small import small_listing, to_xml
from tests.harness.replay.http import Ask, Part, Reply, listen, serve

NAMESPACE = "http://ec2.amazonaws.com/doc/2016-11-15/"
XML = "text/xml;charset=UTF-8"
UNPAGED_CAP = 1000
_SCOPE = re.compile(r"Credential=[^/]+/\d+/([a-z0-9-]+)/")


class ApiError(Exception):
    """An error as AWS words it: https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html"""

    def __init__(self, code: str, message: str, status: int = 400) -> None:
        super().__init__(message)
        self.code = code
        self.status = status


class Ec2:
    """Answers requests; everything slow has been done when this is made."""

    def __init__(
        self, *, instances: int, seed: int = 1, regions: Sequence[str] = (REGION,), cap: int = UNPAGED_CAP
    ) -> None:
        self._instances = Instances(instances, seed)
        self._tokens = Tokens(seed)
        self._regions = list(regions)
        self._cap = cap
        self._request_numbers = itertools.count(1)
        self.control = control.Control(self._instances.mutate)

    def answer(self, ask: Ask) -> Reply:
        if ask.target.startswith(control.PREFIX):
            return self.control.answer(ask)
        form = dict(parse_qsl(urlsplit(ask.target).query, keep_blank_values=True))
        form.update(parse_qsl(ask.body.decode("latin-1"), keep_blank_values=True))
        action = form.get("Action", "")
        self.control.calls[action] += 1
        request_id = f"59dbff89-35bd-4eac-99ed-{next(self._request_numbers):012x}"
        try:
            return Reply(200, self._act(action, form, self._region(ask), request_id), XML)
        except ApiError as error:
            text = (
                '<?xml version="1.0" encoding="UTF-8"?>\n'
                f"<Response><Errors><Error><Code>{error.code}</Code><Message>{escape(str(error))}</Message></Error>"
                f"</Errors><RequestID>{request_id}</RequestID></Response>"
            )
            return Reply(error.status, [text.encode()], XML)

    def _region(self, ask: Ask) -> str:
        scope = _SCOPE.search(ask.headers.get("authorization", ""))
        return scope[1] if scope else self._regions[0]

    def _act(self, action: str, form: dict[str, str], region: str, request_id: str) -> Sequence[Part]:
        if action == "DescribeInstances":
            return self._describe_instances(form, region, request_id)
        if action == "GetCallerIdentity":
            return [_caller_identity(request_id)]
        listing = small_listing(action, region, self._regions)
        if listing is None:
            raise ApiError("InvalidAction", f"The action {action} is not valid for this web service.")
        return [*_open(action, request_id), to_xml(listing).encode(), _close(action)]

    def _describe_instances(self, form: dict[str, str], region: str, request_id: str) -> Sequence[Part]:
        ids = [value for name, value in form.items() if name.startswith("InstanceId.")]
        size = _page_size(form, ids)
        filters = _filters(form)
        numbers = self._by_id(ids) if ids else self._select(filters)
        if region != self._regions[0]:
            numbers = []
        query = f"{region} {ids} {filters}"
        start = 0
        if "NextToken" in form:
            try:
                start = self._tokens.read(form["NextToken"], query)
            except BadToken:
                raise ApiError("InvalidParameterValue", "Unable to parse pagination token") from None
        return self._page(numbers, start, size or self._cap, query, request_id)

    def _page(self, numbers: Sequence[int], start: int, size: int, query: str, request_id: str) -> Sequence[Part]:
        trouble = self.control.trouble.take(start // size + 1)
        shown = numbers[start : start + size]
        end = start + len(shown)
        if trouble == "repeat":
            # With the way on of the right page: a token that comes twice is noticed by boto3 itself.
            shown = numbers[start - size : start]
        token = self._tokens.issue(end, query) if end < len(numbers) and trouble != "end" else None
        inside = [] if trouble == "empty" else self._instances.page(shown)
        next_token = f"    <nextToken>{token}</nextToken>\n".encode() if token else b""
        parts: list[Part] = [
            *_open("DescribeInstances", request_id),
            b"    <reservationSet>\n",
            *inside,
            b"    </reservationSet>\n",
            next_token,
            _close("DescribeInstances"),
        ]
        if trouble == "cut":
            whole = b"".join(parts)
            return [whole[: len(whole) // 2]]
        return parts

    def _by_id(self, ids: list[str]) -> list[int]:
        for instance_id in ids:
            if not re.fullmatch(r"i-([0-9a-f]{8}|[0-9a-f]{17})", instance_id):
                raise ApiError("InvalidInstanceID.Malformed", f'Invalid id: "{instance_id}"')
        numbers = {instance_id: self._instances.number_of(instance_id) for instance_id in ids}
        missing = [instance_id for instance_id, number in numbers.items() if number is None]
        if missing:
            subject = f"ID '{missing[0]}' does" if len(missing) == 1 else f"IDs '{', '.join(missing)}' do"
            raise ApiError("InvalidInstanceID.NotFound", f"The instance {subject} not exist")
        return sorted(number for number in numbers.values() if number is not None)

    def _select(self, filters: Filters) -> Sequence[int]:
        try:
            return self._instances.select(filters)
        except BadFilter as error:
            raise ApiError("InvalidParameterValue", f"The filter '{error}' is invalid") from None


def _page_size(form: dict[str, str], ids: list[str]) -> int | None:
    """MaxResults; None when it is not given."""
    if "MaxResults" not in form:
        return None
    if ids:
        message = "The parameter instancesSet cannot be used with the parameter maxResults"
        raise ApiError("InvalidParameterCombination", message)
    given = form["MaxResults"]
    value = int(given) if given.lstrip("-").isdigit() else -1
    if 5 <= value <= 1000:
        return value
    limit = "smaller than or equal to 1000" if value > 1000 else "greater than 5"
    message = f"Value ( {given} ) for parameter maxResults is invalid. Expecting a value {limit}."
    raise ApiError("InvalidParameterValue", message)


def _filters(form: dict[str, str]) -> list[tuple[str, list[str]]]:
    filters: list[tuple[str, list[str]]] = []
    for number in itertools.count(1):
        name = form.get(f"Filter.{number}.Name")
        if name is None:
            return filters
        prefix = f"Filter.{number}.Value."
        filters.append((name, [value for key, value in form.items() if key.startswith(prefix)]))
    raise AssertionError("unreachable")


def _open(action: str, request_id: str) -> list[bytes]:
    head = f'<?xml version="1.0" encoding="UTF-8"?>\n<{action}Response xmlns="{NAMESPACE}">\n'
    return [head.encode(), f"    <requestId>{request_id}</requestId>\n".encode()]


def _close(action: str) -> bytes:
    return f"</{action}Response>".encode()


def _caller_identity(request_id: str) -> bytes:
    return (
        '<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult>'
        f"<Arn>arn:aws:iam::{OWNER}:user/replay</Arn><UserId>AIDAEXAMPLE0000000001</UserId><Account>{OWNER}</Account>"
        "</GetCallerIdentityResult>"
        f"<ResponseMetadata><RequestId>{request_id}</RequestId></ResponseMetadata></GetCallerIdentityResponse>"
    ).encode()


def start(
    *,
    instances: int = 5000,
    seed: int = 1,
    regions: Sequence[str] = (REGION,),
    cap: int = UNPAGED_CAP,
    chunk_bytes: int = 0,
) -> running.Replay:
    """Start the server as a process of its own. `cap`: the page without MaxResults; `chunk_bytes`: answer in chunks."""
    arguments = ["--instances", instances, "--seed", seed, "--cap", cap, "--chunk-bytes", chunk_bytes]
    named = [argument for region in regions for argument in ("--region", region)]
    return running.Replay.start("tests.harness.replay.ec2", [*map(str, arguments), *named])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--instances", type=int, default=5000)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--cap", type=int, default=UNPAGED_CAP)
    parser.add_argument("--chunk-bytes", type=int, default=0)
    parser.add_argument("--region", action="append")
    options = parser.parse_args()
    regions = options.region or [REGION]
    server = Ec2(instances=options.instances, seed=options.seed, regions=regions, cap=options.cap)
    listener = listen(options.port)
    server.control.ready()
    print(f"ready {listener.getsockname()[1]}", flush=True)
    serve(listener, server.answer, chunk_bytes=options.chunk_bytes)


if __name__ == "__main__":
    main()
