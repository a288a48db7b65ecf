"""Fault × provider: after a good read, whatever the network and the cloud do, the last good state stays and says so."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from mcm.inventory import service as inventory
from mcm.inventory.service import Question
from mcm.kit import clock
from mcm.models import SyncRun
from tests import lab as labs
from tests.baddays.matrix.cases import FAILING, POISON
from tests.baddays.matrix.targets import SECRET, TARGETS, Target, connect, real_openstack
from tests.harness import HarnessUnavailable
from tests.harness.openstack.cloud import OpenStackCloud

DEADLINE_S = 2
REAL = "real openstack"


class Bench:
    """A laboratory with one connected cloud, in a good state."""

    def __init__(self, lab: labs.Lab, target: Target) -> None:
        self.lab, self.target = lab, target
        connect(lab, target)

    def read(self, *, full: bool = True) -> SyncRun:
        return self.lab.run("instance", name=self.target.name, full=full)

    def shown(self) -> dict[str, Any]:
        """What a user sees: the page with its freshness."""
        with self.lab.runtime.database.reading() as session:
            return inventory.page(session, Question(kind="instance"), 1000, None, None)

    def content(self) -> dict[str, tuple[str, str, str]]:
        return {row.native_id: (row.name, row.state, row.presence) for row in self.lab.resources()}

    @contextmanager
    def hurrying(self) -> Iterator[None]:
        """Reads have seconds instead of minutes."""
        tools = self.lab.runtime.executor._tools
        usual = tools.settings
        tools.settings = usual.model_copy(update={"read_deadline_s": DEADLINE_S})
        try:
            yield
        finally:
            tools.settings = usual

    def recover(self) -> None:
        """The fault is over, and nobody has to wait out what it asked for."""
        self.target.clear()
        account = self.lab.scope("instance", name=self.target.name).account_id
        self.lab.runtime.gateway.governor.forget(account)
        self.lab.runtime.gateway.breaker.reset_all(account)
        run = self.read()
        assert run.outcome == "complete", run.error_message
        assert run.listed == self.target.size


def _on_each(faults: Iterable[str]) -> pytest.MarkDecorator:
    """Every fault on one of the clouds, in turns, and each cloud with its share of them; all on all in the soak run."""
    clouds = [*TARGETS, REAL]
    cases = []
    for place, cloud in enumerate(clouds):
        for number, fault in enumerate(faults):
            turn = number % len(TARGETS) == place % len(TARGETS)
            marks = [pytest.mark.openstack] * (cloud == REAL) + [pytest.mark.soak] * (not turn)
            cases.append(pytest.param(cloud, fault, marks=marks, id=f"{cloud}-{fault}"))
    return pytest.mark.parametrize(("bench", "fault"), cases, indirect=["bench"])


@pytest.fixture(scope="module")
def benches(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., Bench]]:
    """The bench of the cloud with this name, made when it is first asked for; all end with the module."""
    made: dict[str, Bench] = {}
    with ExitStack() as stack:

        def bench(name: str, real: Callable[[], OpenStackCloud]) -> Bench:
            if name not in made:
                target = stack.enter_context(real_openstack(real()) if name == REAL else TARGETS[name]())
                folder = tmp_path_factory.mktemp("matrix")
                (folder / "mcm.db").write_bytes(sqlite_template.read_bytes())
                lab = labs.make(f"sqlite:///{folder / 'mcm.db'}", folder)
                stack.callback(lab.close)
                made[name] = Bench(lab, target)
            return made[name]

        yield bench


@pytest.fixture
def bench(request: pytest.FixtureRequest, benches: Callable[..., Bench]) -> Bench:
    try:
        return benches(request.param, lambda: request.getfixturevalue("openstack_cloud"))
    except HarnessUnavailable as unavailable:
        pytest.skip(str(unavailable))


@pytest.fixture
def good(bench: Bench) -> Iterator[Bench]:
    """In a good state before, whatever another test has left."""
    yield bench
    bench.recover()


@_on_each(FAILING)
def test_failed_read_keeps_the_last_good_state_and_says_why(good: Bench, fault: str) -> None:
    case, lab, name = FAILING[fault], good.lab, good.target.name
    before, as_of = lab.dump(), lab.scope("instance", name=name).as_of
    fresh = good.shown()
    assert {item["presence"] for item in fresh["items"]} == {"present"}
    assert fresh["freshness"]["complete"]
    with case.arm(good.target):
        if case.hurries:
            with good.hurrying():
                run = good.read()
        else:
            run = good.read()
    assert run.outcome == "failed"
    assert run.error_code in case.codes
    _is_a_sentence(run.error_message)
    assert lab.dump() == before
    scope = lab.scope("instance", name=name)
    assert (scope.status, scope.error_code, scope.as_of) == ("failing", run.error_code, as_of)
    assert scope.failing_since is not None
    if case.retry_after:
        assert scope.next_due_at is not None
        assert scope.next_due_at - clock.now() > timedelta(seconds=case.retry_after / 2)
    if run.error_code == "permission_denied":
        assert run.missing_permission
    now = good.shown()
    assert {item["presence"] for item in now["items"]} == {"unreachable"}
    assert len(now["items"]) == min(good.target.size, 1000)
    assert all(item["as_of"] == as_of and item["stale_reason"] for item in now["items"])
    assert now["freshness"]["at_least"]
    _is_a_sentence(now["freshness"]["sentence"])
    good.recover()
    assert lab.dump() == before
    assert {item["presence"] for item in good.shown()["items"]} == {"present"}
    assert good.target.mutations() == 0


@_on_each(POISON)
def test_poisoned_listing_takes_nothing_away(good: Bench, fault: str) -> None:
    before = good.content()
    with POISON[fault](good.target), good.hurrying():
        run = good.read()
    assert run.outcome in ("failed", "complete", "quarantined")
    if run.outcome != "complete":
        assert run.outcome == "quarantined" or run.error_message
    after = good.content()
    assert set(after) == set(before)
    assert {presence for _, _, presence in after.values()} == {"present"}
    assert all(len(name) <= 1024 for name, _, _ in after.values())
    assert run.gone == 0
    if run.outcome == "failed":
        assert after == before
    good.recover()
    assert good.content() == before
    assert good.lab.scope("instance", name=good.target.name).status == "ok"


@_on_each(["503", "401", "403", "cut", "HTML with 200", "noise", "empty cloud"])
def test_feed_that_fails_takes_nothing_away_either(good: Bench, fault: str) -> None:
    """What changed is read through the cloud's feed where it has one, else as a whole."""
    good.read()
    before = good.content()
    arm = POISON[fault] if fault in POISON else FAILING[fault].arm
    with arm(good.target):
        run = good.read(full=False)
    assert run.gone == 0
    assert run.outcome in ("failed", "complete", "quarantined")
    assert run.outcome != "complete" or fault == "empty cloud"
    assert good.content() == before


def _is_a_sentence(text: str | None) -> None:
    assert text
    assert len(text) > 20
    assert text.isprintable()
    assert SECRET not in text
    assert "Traceback" not in text
    assert "0x" not in text
