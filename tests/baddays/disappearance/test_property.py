"""Whatever a listing cuts, repeats, loses or raises: nothing leaves the inventory that `observe` has not denied."""

import itertools
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from mcm.contract import (
    AuthenticationFailed,
    FeedExpired,
    NotSupported,
    PermissionDenied,
    RateLimited,
    UnexpectedResponse,
    Unreachable,
)
from tests import lab as labs
from tests.baddays.disappearance import cloud as module
from tests.baddays.disappearance.cloud import Cloud, Script, clouds
from tests.baddays.disappearance.watched import Watched

_ERRORS = [
    Unreachable("cut off"),
    UnexpectedResponse("half a page"),
    PermissionDenied("no longer", permission="list"),
    RateLimited("slow down", retry_after=7.0),
    AuthenticationFailed("expired in the middle"),
    NotSupported("gone", reason="gone"),
    FeedExpired("too old"),
    # What an adapter must not raise, and one day will.
    RuntimeError("a defect"),
    KeyError("name"),
    UnicodeDecodeError("utf-8", b"\xff", 0, 1, "invalid start byte"),
    RecursionError("deep"),
]
_PAGES = st.frozensets(st.integers(0, 9), max_size=3)
_SCRIPTS = st.builds(
    Script,
    drop=_PAGES,
    repeat=_PAGES,
    end=st.none() | st.integers(0, 9),
    fail=st.none() | st.integers(0, 9),
    error=st.sampled_from(_ERRORS),
    observe_fails=st.booleans(),
    feed=st.booleans(),
    removed=st.frozensets(st.integers(0, 30), max_size=4),
)
_STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("add"), st.integers(1, 12)),
        st.tuples(st.just("remove"), st.integers(1, 12)),
        st.tuples(st.just("change"), st.integers(1, 5)),
        st.tuples(st.just("rights"), st.sampled_from(["all", "some"])),
        st.tuples(st.just("decide"), st.booleans()),
        st.tuples(st.just("read"), _SCRIPTS),
        st.tuples(st.just("read"), _SCRIPTS),
    ),
    min_size=2,
    max_size=10,
)
_numbers = itertools.count()


@pytest.fixture(scope="module")
def lab(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[labs.Lab]:
    """One for all examples: each has an account and a cloud of its own."""
    folder = tmp_path_factory.mktemp("property")
    file = folder / "mcm.db"
    file.write_bytes(sqlite_template.read_bytes())
    made = labs.make(f"sqlite:///{file}", folder)
    yield made
    made.close()


@pytest.fixture(scope="module")
def postgres_lab(
    postgres_server: object, postgres_template: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[labs.Lab]:
    server: object = postgres_server
    name = server.create_database(template=postgres_template)  # type: ignore[attr-defined]
    made = labs.make(server.url_for(name), tmp_path_factory.mktemp("property"))  # type: ignore[attr-defined]
    yield made
    made.close()


def _examples(number: int, *, derandomize: bool = True) -> settings:
    return settings(
        phases=(Phase.explicit, Phase.reuse, Phase.generate, Phase.shrink) if not derandomize else (Phase.generate,),
        max_examples=number,
        deadline=None,
        derandomize=derandomize,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
    )


def _lived_through(lab: labs.Lab, size: int, steps: list[tuple[str, object]]) -> None:
    module.register(lab.runtime.registry)
    name = f"lying-{next(_numbers)}"
    cloud = clouds[name] = Cloud()
    for _ in range(size):
        cloud.add()
    watched = Watched(lab, name, cloud)
    watched.first_read()
    for what, how in steps:
        ids = sorted(cloud.content)
        if what == "add":
            for _ in range(int(str(how))):
                cloud.add()
        elif what == "remove":
            for native_id in ids[:: max(len(ids) // int(str(how)), 1)][: int(str(how))]:
                cloud.remove(native_id)
        elif what == "change":
            for native_id in ids[: int(str(how))]:
                cloud.change(native_id)
        elif what == "rights":
            cloud.grants, cloud.blind = str(how), how == "some"
        elif what == "decide":
            watched.decide(accept=bool(how) and not cloud.blind)
        elif isinstance(how, Script):
            watched.read(how)
    watched.settle()
    del clouds[name]


@_examples(40)
@given(size=st.integers(0, 40), steps=_STEPS)
def test_no_false_disappearance(lab: labs.Lab, size: int, steps: list[tuple[str, object]]) -> None:
    _lived_through(lab, size, steps)


@_examples(12)
@given(size=st.integers(0, 40), steps=_STEPS)
def test_no_false_disappearance_on_postgresql(
    postgres_lab: labs.Lab, size: int, steps: list[tuple[str, object]]
) -> None:
    _lived_through(postgres_lab, size, steps)


@pytest.mark.soak
@pytest.mark.timeout(3600)
@_examples(5000, derandomize=False)
@given(size=st.integers(0, 60), steps=_STEPS)
def test_no_false_disappearance_however_long_one_looks(
    lab: labs.Lab, size: int, steps: list[tuple[str, object]]
) -> None:
    _lived_through(lab, size, steps)


def test_the_watch_would_notice(lab: labs.Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    """An engine that believes every listing and asks nobody is found out."""
    from mcm.sync import merge

    def believing(connection: object, target: object, at: object) -> int:
        missing = real(connection, target, at)  # type: ignore[arg-type]
        scope_id = target.scope_id  # type: ignore[attr-defined]
        idents = [row.id for row in lab.resources() if row.scope_id == scope_id and row.presence == "present"]
        merge.confirm_gone(connection, scope_id, idents[:1], at)  # type: ignore[arg-type]
        return missing

    real = merge.start_disappearance
    monkeypatch.setattr(merge, "start_disappearance", believing)
    with pytest.raises(AssertionError, match="nobody denied"):
        _lived_through(lab, 30, [("read", Script(drop=frozenset({2})))])
