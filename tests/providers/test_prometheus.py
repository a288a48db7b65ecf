"""Measurements from Prometheus: what is asked, and what is made of answers that a real server does not give."""

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl

import pytest

from mcm.contract import (
    AuthenticationFailed,
    ConnectionField,
    ConnectionSchema,
    InvalidRequest,
    Metric,
    PermissionDenied,
    ProviderError,
    RateLimited,
    ResourceKind,
    ResourceRef,
    Sample,
    UnexpectedResponse,
    Unreachable,
)
from mcm.contract.conformance.context import PlainContext
from mcm_providers._prometheus.client import PrometheusServer
from mcm_providers._prometheus.fields import FIELDS
from mcm_providers._prometheus.promql import OF_DOMAINS, OF_MACHINES, literal, one_of, quoted
from mcm_providers._prometheus.reading import Identity, Meters, identity_of
from mcm_providers._prometheus.settings import PrometheusSettings
from tests.harness.replay.http import Ask, Reply
from tests.harness.replay.inside import answering, reply

_SCHEMA = ConnectionSchema(fields=(*FIELDS, ConnectionField(key="name", title="Name", title_zh="名称")))
UNTIL = datetime(2026, 3, 2, 1, 2, 3, tzinfo=UTC)
SINCE = datetime(2026, 3, 2, tzinfo=UTC)
START = int(SINCE.timestamp())


def settings(secrets: Mapping[str, str] | None = None, **config: object) -> PrometheusSettings:
    found = PrometheusSettings.from_form(_SCHEMA.validated(config, secrets or {}))
    assert found is not None
    return found


def ref(native_id: str, kind: ResourceKind = ResourceKind.INSTANCE) -> ResourceRef:
    return ResourceRef(kind, native_id, "", "RegionOne", "")


def matrix(*series: tuple[Mapping[str, str], list[list[Any]]]) -> dict[str, Any]:
    result = [{"metric": dict(labels), "values": values} for labels, values in series]
    return {"status": "success", "data": {"resultType": "matrix", "result": result}}


class Answers:
    """series: what /api/v1/series says; range: what is said to a question."""

    def __init__(self, series: list[dict[str, str]], range: Callable[[dict[str, str]], Any]) -> None:
        self.series, self.range = series, range
        self.asked: list[tuple[str, list[tuple[str, str]]]] = []
        self.headers: list[dict[str, str]] = []

    def answer(self, ask: Ask) -> Reply:
        form = parse_qsl(ask.body.decode())
        self.asked.append((ask.target, form))
        self.headers.append(ask.headers)
        if ask.target == "/api/v1/series":
            return reply({"status": "success", "data": self.series})
        found = self.range(dict(form))
        return found if isinstance(found, Reply) else reply(found)

    def questions(self) -> list[str]:
        return [dict(form)["query"] for target, form in self.asked if target == "/api/v1/query_range"]


@contextmanager
def meters(answers: Answers, secrets: Mapping[str, str] | None = None, **config: object) -> Iterator[Meters]:
    with answering(answers.answer) as url:
        made = settings(secrets, prometheus_url=url, **config)
        server = PrometheusServer(made, PlainContext())
        yield Meters(server, made)
        server.close()


def read(answers: Answers, *ids: str, since: datetime = SINCE, until: datetime = UNTIL) -> list[Sample]:
    with meters(answers) as made:
        return list(made.of_domains([ref(one) for one in ids], since, until))


INFO = {"__name__": "libvirt_domain_openstack_info", "job": "kvm", "instance": "h1:9177", "domain": "d-1"}
ONE = {"job": "kvm", "instance": "h1:9177", "domain": "d-1"}


def test_samples_are_told_for_the_right_instance_and_time() -> None:
    told = matrix((ONE, [[START + 300, "0.25"], [START + 900, "0.5"]]))
    answers = Answers(
        [INFO | {"instance_id": "U-1"}], lambda form: told if "virtual_cpus" in form["query"] else matrix()
    )
    found = read(answers, "u-1", "u-2")
    assert [(one.ref.native_id, one.metric, one.at, one.seconds, one.value) for one in found] == [
        ("u-1", Metric.CPU, SINCE + timedelta(seconds=300), 300, 0.25),
        ("u-1", Metric.CPU, SINCE + timedelta(seconds=900), 300, 0.5),
    ]
    # All of the metrics are asked for, on the clock's own grid.
    asked = [dict(form) for target, form in answers.asked if target == "/api/v1/query_range"]
    assert len(asked) == len(Metric)
    assert {(one["start"], one["end"], one["step"]) for one in asked} == {(str(START + 300), str(START + 3600), "300")}


def test_what_has_no_series_is_asked_no_further() -> None:
    answers = Answers([], lambda form: matrix())
    assert read(answers, "u-1") == []
    assert [target for target, _ in answers.asked] == ["/api/v1/series"]


@pytest.mark.parametrize(
    ("value", "told"), [("NaN", []), ("+Inf", []), ("-Inf", []), ("0", [0.0]), ("1.5e-3", [0.0015])]
)
def test_what_is_no_number_is_unknown_and_zero_is_zero(value: str, told: list[float]) -> None:
    answers = Answers([INFO | {"instance_id": "u"}], lambda form: matrix((ONE, [[START + 300, value]])))
    assert [one.value for one in read(answers, "u") if one.metric is Metric.CPU] == told


def test_a_domain_on_two_hosts_at_once_is_not_used_twice() -> None:
    other = ONE | {"instance": "h2:9177"}
    series = [INFO | {"instance_id": "u"}, INFO | {"instance_id": "u", "instance": "h2:9177"}]
    first = [[START + 300, "0.2"], [START + 600, "0.3"]]
    second = [[START + 600, "0.4"], [START + 900, "0.1"]]
    found = read(Answers(series, lambda form: matrix((ONE, first), (other, second))), "u")
    assert [one.value for one in found if one.metric is Metric.MEMORY] == [0.2, 0.4, 0.1]


def test_series_of_others_are_left_alone() -> None:
    strange = ONE | {"domain": "d-2"}
    found = read(
        Answers([INFO | {"instance_id": "u"}], lambda form: matrix((strange, [[START + 300, "1"]]), ({}, []))), "u"
    )
    assert found == []


def test_many_resources_and_a_long_time_are_asked_in_parts() -> None:
    ids = [f"u-{number}" for number in range(51)]
    answers = Answers([INFO | {"instance_id": "u-1"}], lambda form: matrix())
    read(answers, *ids, since=SINCE - timedelta(days=7))
    ranges = {(dict(form)["start"], dict(form)["end"]) for target, form in answers.asked if target != "/api/v1/series"}
    assert sum(target == "/api/v1/series" for target, _ in answers.asked) == 2
    assert len(ranges) == 3
    steps = [(int(end) - int(start)) // 300 + 1 for start, end in ranges]
    assert max(steps) <= 1000
    assert sum(steps) == 7 * 288 + 12


def test_names_are_escaped() -> None:
    answers = Answers([INFO | {"instance_id": "u", "domain": 'x"} or up{a="\\.*\n'}], lambda form: matrix())
    with meters(answers, prometheus_labels='cluster=a"b\\') as made:
        assert list(made.of_domains([ref("u"), ref('"} or up')], SINCE, UNTIL)) == []
    selector = answers.asked[0][1][0][1]
    assert selector.startswith('libvirt_domain_openstack_info{instance_id=~"(?:u|\\"\\\\} or up)",cluster="a\\"b\\\\"}')
    assert all('domain=~"(?:x\\"\\\\} or up\\\\{a=\\"\\\\\\\\\\\\.\\\\*\\n)"' in one for one in answers.questions())


def test_strings_and_patterns_of_promql() -> None:
    assert quoted('a"b\\c\nd') == '"a\\"b\\\\c\\nd"'
    assert literal("10.0.0.1") == "10\\.0\\.0\\.1"
    assert one_of("x", ["a.b", "c"]) == 'x=~"(?:a\\\\.b|c)"'
    assert one_of("x", ["a", "[fd00::1]"], host=True) == 'x=~"(?i:a|\\\\[fd00::1\\\\])(?::[0-9]+)?"'


@pytest.mark.parametrize("question", [*OF_DOMAINS.values(), *OF_MACHINES.values()])
def test_only_whole_intervals_count(question: Callable[[str, int], str]) -> None:
    made = question('a="b"', 300)
    assert 'a="b"' in made
    assert "offset 300s) >= 240 <= 450" in made
    assert made.count("(") == made.count(")")


def _addresses(**known: list[str]) -> dict[Identity, list[str]]:
    return {identity_of(ref(name)): addresses for name, addresses in known.items()}


def test_a_node_is_told_by_an_address_that_nobody_else_has() -> None:
    known = _addresses(a=["10.0.0.1", "192.0.2.1"], b=["10.0.0.1", "FD00::2"], c=["10.0.0.3"])
    labels = [{"job": "node", "instance": name} for name in ("192.0.2.1:9100", "[fd00::2]:9100", "10.0.0.1:9100")]
    answers = Answers([], lambda form: matrix(*((one, [[START + 300, "0.5"]]) for one in labels)))
    with meters(answers) as made:
        found = list(made.of_machines([ref("a"), ref("b")], known, SINCE, UNTIL))
    assert {(one.ref.native_id, one.metric) for one in found} == {(name, metric) for name in "ab" for metric in Metric}
    assert all('instance=~"(?i:192\\\\.0\\\\.2\\\\.1|\\\\[fd00::2\\\\])(?::[0-9]+)?"' in q for q in answers.questions())


def test_who_shares_all_addresses_is_not_asked_for() -> None:
    answers = Answers([], lambda form: matrix())
    with meters(answers) as made:
        both = _addresses(a=["10.0.0.1", ""], b=["10.0.0.1"])
        assert list(made.of_machines([ref("a"), ref("b"), ref("unknown")], both, SINCE, UNTIL)) == []
    assert answers.asked == []


_SERIES = [INFO | {"instance_id": "u"}]


@pytest.mark.parametrize(
    ("told", "error"),
    [
        (reply(b"<html>login</html>"), UnexpectedResponse),
        (reply(b'{"status": "success", "data": {"resultType": "matrix", "resu'), UnexpectedResponse),
        (reply({"status": "success", "data": {"resultType": "vector", "result": []}}), UnexpectedResponse),
        (reply({"status": "error", "errorType": "internal", "error": "x"}), UnexpectedResponse),
        (reply({"status": "success", "data": {"resultType": "matrix", "result": [{}]}}), UnexpectedResponse),
        (reply(matrix((ONE, [[START + 300]]))), UnexpectedResponse),
        (reply(matrix((ONE, [[START + 301, "1"]]))), UnexpectedResponse),
        (reply(matrix((ONE, [[START, "1"]]))), UnexpectedResponse),
        (reply(matrix((ONE, [[START + 300, "many"]]))), UnexpectedResponse),
        (reply(matrix((ONE, [[START + 300, "1"]] * 99))), UnexpectedResponse),
        (reply(matrix(*[(ONE, [])] * 5001)), UnexpectedResponse),
        (reply({}, 302, Location="/login"), UnexpectedResponse),
        (reply({}, 404), UnexpectedResponse),
        (reply({}, 401), AuthenticationFailed),
        (reply({}, 403), PermissionDenied),
        (reply({}, 429), RateLimited),
        (reply({"status": "error", "errorType": "timeout", "error": "query timed out"}, 503), Unreachable),
        (reply({"status": "error", "errorType": "execution", "error": "too many samples"}, 422), InvalidRequest),
    ],
)
def test_answers_that_are_none(told: Reply, error: type[ProviderError]) -> None:
    with pytest.raises(error) as said:
        read(Answers(_SERIES, lambda form: told), "u")
    if b'"error"' in bytes(told.parts[0]) and told.status >= 400:
        assert json.loads(bytes(told.parts[0]))["error"] in said.value.message


def test_an_answer_that_never_ends_is_cut_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mcm_providers._prometheus.client._MAX_BYTES", 1 << 20)
    with pytest.raises(UnexpectedResponse, match="larger than 1 MiB"):
        read(Answers(_SERIES, lambda form: reply(b"[" + b"1," * 1_000_000 + b"1]")), "u")


def test_credentials_go_into_a_header_and_into_no_error() -> None:
    answers = Answers([], lambda form: matrix())
    for secrets, config, header in (
        ({"prometheus_token": "t0k3n"}, {}, "Bearer t0k3n"),
        ({"prometheus_password": "pa:ss"}, {"prometheus_username": "me"}, "Basic bWU6cGE6c3M="),
        ({}, {}, None),
    ):
        with meters(answers, secrets, **config) as made:
            list(made.of_domains([ref("u")], SINCE, UNTIL))
            assert "t0k3n" not in repr(vars(made)["_settings"])
        assert answers.headers[-1].get("authorization") == header


@pytest.mark.parametrize(
    ("config", "secrets", "told"),
    [
        ({"prometheus_url": "https://me:you@example.com"}, {}, "own keys"),
        ({"prometheus_url": "https://example.com/?a=b"}, {}, "address such as"),
        ({"prometheus_exporter": "windows"}, {}, "libvirt or node"),
        ({"prometheus_labels": "cluster"}, {}, "cluster=east"),
        ({"prometheus_labels": 'a"b=c'}, {}, "cluster=east"),
        ({"prometheus_step_s": 60}, {}, "300 to 3600"),
        ({"prometheus_step_s": 700}, {}, "divide a day"),
        ({"prometheus_ca_file": "/no/such/file"}, {}, "not a file"),
        ({"prometheus_username": "me"}, {}, "go together"),
        ({}, {"prometheus_password": "you"}, "go together"),
        ({}, {"prometheus_token": "a b"}, "printable"),
        ({"prometheus_username": "me"}, {"prometheus_password": "you", "prometheus_token": "t"}, "either"),
    ],
)
def test_wrong_settings_say_what_to_do(config: dict[str, object], secrets: dict[str, str], told: str) -> None:
    with pytest.raises(InvalidRequest, match=told):
        settings(secrets, **({"prometheus_url": "https://example.com"} | config))


def test_an_account_need_not_name_a_server() -> None:
    assert PrometheusSettings.from_form(_SCHEMA.validated({"name": "x"}, {})) is None
