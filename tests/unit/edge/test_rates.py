"""Who asks too often is told so, with the time to wait; inventing names gains nothing; health is always told."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI

from mcm.app import build_app
from mcm.edge.rates import EXPORT_COST, LOGIN_COST, Buckets, Rates, _cost
from mcm.errors import InvalidInput
from mcm.kit.addresses import network_of
from mcm.settings import Settings
from tests import lab as labs
from tests.architecture.layout import client


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def test_a_bucket_empties_and_fills_again() -> None:
    clock = Clock()
    buckets = Buckets(clock)
    took = [buckets.take([("a", 20.0)], 1.0) for _ in range(41)]
    assert took[:40] == [0.0] * 40
    assert took[40] == pytest.approx(0.05)
    assert buckets.take([("b", 20.0)], 1.0) == 0.0
    clock.now += 0.0625
    assert buckets.take([("a", 20.0)], 1.0) == 0.0
    clock.now += 3600.0
    assert sum(buckets.take([("a", 20.0)], 1.0) == 0.0 for _ in range(100)) == 40, "an idle hour saves nothing up"


def test_taking_is_from_all_buckets_or_from_none() -> None:
    buckets = Buckets(Clock())
    assert buckets.take([("small", 10.0)], 20.0) == 0.0
    for _ in range(50):
        assert buckets.take([("large", 100.0), ("small", 10.0)], 1.0) > 0
    assert buckets.take([("large", 100.0)], 200.0) == 0.0


def test_a_clock_that_goes_back_takes_nothing_away() -> None:
    clock = Clock()
    buckets = Buckets(clock)
    buckets.take([("a", 20.0)], 1.0)
    clock.now -= 500.0
    assert buckets.take([("a", 20.0)], 1.0) == 0.0


def test_buckets_are_bounded() -> None:
    buckets = Buckets(Clock(), most=100)
    for number in range(1000):
        buckets.take([(str(number), 1.0)], 1.0)
    assert len(buckets._known) == 100


@pytest.mark.parametrize(
    ("method", "path", "cost"),
    [
        ("GET", "/api/v1/accounts", 1.0),
        ("GET", "/api/v1/resources/export", EXPORT_COST),
        ("GET", "/api/v1/audit/export", EXPORT_COST),
        ("POST", "/api/v1/auth/login", LOGIN_COST),
        ("POST", "/api/v1/auth/password", LOGIN_COST),
        ("POST", "/login", LOGIN_COST),
        ("POST", "/setup", LOGIN_COST),
        ("POST", "/password", LOGIN_COST),
        ("PATCH", "/api/v1/users/anna", LOGIN_COST),
        ("GET", "/login", 1.0),
        ("POST", "/api/v1/accounts", 1.0),
        ("GET", "/api/v1/auth/session", 1.0),
        ("GET", "/api/v1/auth/oidc", 1.0),
        ("GET", "/api/v1/auth/oidc/corp/start", LOGIN_COST),
        ("GET", "/api/v1/auth/oidc/corp/callback", LOGIN_COST),
    ],
)
def test_what_costs_more(method: str, path: str, cost: float) -> None:
    assert _cost(method, path) == cost


@pytest.mark.parametrize(
    ("source", "network"),
    [("203.0.113.9", "203.0.113.9"), ("::ffff:203.0.113.9", "203.0.113.9"), ("cli", "cli"),
     ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"), ("2001:db8:1:2::1", "2001:db8:1:2::/64")],
)  # fmt: skip
def test_one_network_of_ipv6_is_one_source(source: str, network: str) -> None:
    assert network_of(source) == network


def test_wrong_proxies_are_said_at_the_start() -> None:
    with pytest.raises(InvalidInput, match="MCM_TRUSTED_PROXIES"):
        Rates(Settings(trusted_proxies="no-address"))


@pytest.fixture
def app(sqlite_template: Path, tmp_path: Path) -> Iterator[FastAPI]:
    """One that asks for a login, and lets each caller ask five times a second."""
    shutil.copy(sqlite_template, tmp_path / "mcm.db")
    url = f"sqlite:///{tmp_path / 'mcm.db'}"
    lab = labs.make(url, tmp_path, requests_per_second=5.0, public_url="https://mcm.example")
    yield build_app(lab.runtime, background=False)
    lab.close()


def _until_refused(http: httpx.Client, path: str, headers: dict[str, str], most: int) -> tuple[int, httpx.Response]:
    for number in range(most):
        answer = http.get(path, headers=headers)
        if answer.status_code == 429:
            return number, answer
    return most, answer


def test_a_caller_who_asks_too_often_is_told_when_to_come_again(app: FastAPI) -> None:
    with client(app) as http:
        number, answer = _until_refused(http, "/api/v1/accounts", {"Authorization": "Bearer one"}, 400)
        assert 20 <= number < 400
        assert int(answer.headers["retry-after"]) >= 1
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.json()["code"] == "too_many_requests"
        assert "default-src 'none'" in answer.headers["content-security-policy"]
        assert answer.headers["x-request-id"] == answer.json()["request_id"]
        assert http.get("/api/v1/accounts", headers={"Authorization": "Bearer two"}).status_code == 401


def test_inventing_tokens_gains_nothing(app: FastAPI) -> None:
    with client(app) as http:
        statuses = [
            http.get("/api/v1/accounts", headers={"Authorization": f"Bearer {number}"}).status_code
            for number in range(400)
        ]
    assert 429 in statuses


def test_exports_cost_more(app: FastAPI) -> None:
    with client(app) as http:
        number, _ = _until_refused(http, "/api/v1/resources/export", {"Authorization": "Bearer one"}, 50)
    assert number < 20


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_health_is_always_told(app: FastAPI, path: str) -> None:
    with client(app) as http:
        assert {http.get(path).status_code for _ in range(200)} == {200}


def test_local_mode_and_zero_have_no_limit(sqlite_template: Path, tmp_path: Path) -> None:
    shutil.copy(sqlite_template, tmp_path / "mcm.db")
    url = f"sqlite:///{tmp_path / 'mcm.db'}"
    for settings in ({"requests_per_second": 1.0}, {"requests_per_second": 0.0, "login": "required"}):
        lab = labs.make(url, tmp_path, **settings)
        with client(build_app(lab.runtime, background=False)) as http:
            assert 429 not in {http.get("/api/v1/accounts").status_code for _ in range(60)}
        lab.close()
