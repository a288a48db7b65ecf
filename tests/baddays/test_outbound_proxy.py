"""With an outbound proxy every call goes through it, and only then; what the environment says of proxies is ignored."""

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from mcm.models import SyncRun
from tests import lab as labs
from tests.baddays.matrix.targets import TARGETS, Target, connect
from tests.baddays.outbound import OutboundProxy
from tests.harness import HarnessUnavailable
from tests.lab import Lab

PASSWORD = "kanari7-pr0xy"


@pytest.fixture(scope="module", params=list(TARGETS))
def target(request: pytest.FixtureRequest) -> Iterator[Target]:
    try:
        with TARGETS[request.param]() as made:
            yield made
    except HarnessUnavailable as unavailable:
        pytest.skip(str(unavailable))


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """A proxy that nobody configured for mcm, at a port where nothing listens."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        dead = f"http://127.0.0.1:{taken.getsockname()[1]}"
    for name in ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, dead)
    monkeypatch.delenv("no_proxy", raising=False)
    monkeypatch.delenv("NO_PROXY", raising=False)


def _lab(template: Path, folder: Path, **settings: str) -> Lab:
    (folder / "mcm.db").write_bytes(template.read_bytes())
    return labs.make(f"sqlite:///{folder / 'mcm.db'}", folder, **settings)


def _read(lab: Lab, target: Target) -> SyncRun:
    try:
        connect(lab, target)
        return lab.run("instance", name=target.name)
    finally:
        lab.close()


def test_everything_goes_through_the_proxy(target: Target, sqlite_template: Path, tmp_path: Path) -> None:
    with OutboundProxy() as proxy:
        run = _read(_lab(sqlite_template, tmp_path, outbound_proxy=proxy.url), target)
    assert run.outcome == "complete"
    assert run.listed == target.size
    assert proxy.seen
    assert {method for method, _ in proxy.seen} == {"CONNECT"}
    assert all(place.startswith("127.0.0.1:") for _, place in proxy.seen)


def test_proxy_with_a_password_gets_it(target: Target, sqlite_template: Path, tmp_path: Path) -> None:
    with OutboundProxy(password=PASSWORD) as proxy:
        run = _read(_lab(sqlite_template, tmp_path, outbound_proxy=proxy.url), target)
    assert run.outcome == "complete"


def test_hosts_that_are_excepted_are_reached_directly(target: Target, sqlite_template: Path, tmp_path: Path) -> None:
    with OutboundProxy(refuse=502) as proxy:
        run = _read(_lab(sqlite_template, tmp_path, outbound_proxy=proxy.url, no_proxy="elsewhere,127.0.0.1"), target)
    assert run.outcome == "complete"
    assert proxy.seen == []


def test_without_one_nothing_of_the_environment_is_used(target: Target, sqlite_template: Path, tmp_path: Path) -> None:
    assert _read(_lab(sqlite_template, tmp_path), target).outcome == "complete"


@pytest.mark.parametrize("what", ["refuses", "wants a password", "is not there"])
def test_proxy_that_does_not_serve_is_said_and_nothing_goes_around_it(
    target: Target, sqlite_template: Path, tmp_path: Path, what: str
) -> None:
    with OutboundProxy(refuse=0 if what == "wants a password" else 502, password=PASSWORD) as proxy:
        url = proxy.url.replace(PASSWORD, "wrong-but-canary") if what == "wants a password" else proxy.url
        if what == "is not there":
            with socket.create_server(("127.0.0.1", 0)) as taken:
                url = f"http://user:{PASSWORD}@127.0.0.1:{taken.getsockname()[1]}"
        lab = _lab(sqlite_template, tmp_path, outbound_proxy=url)
        try:
            with pytest.raises(AssertionError):
                connect(lab, target)
            [run] = _runs(lab)
        finally:
            lab.close()
    assert (run.outcome, run.error_code) == ("failed", "unreachable")
    assert "kanari7" not in (run.error_message or "")
    assert len(run.error_message or "") > 20


def _runs(lab: Lab) -> list[SyncRun]:
    with lab.runtime.database.reading() as session:
        return list(session.query(SyncRun))
