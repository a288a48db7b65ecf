"""Lost rights: what a cloud no longer shows us is not gone, also when a feed or `observe` says so."""

import itertools
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import lab as labs
from tests.baddays.disappearance import cloud as module
from tests.baddays.disappearance.cloud import KIND, Cloud, Script, clouds
from tests.baddays.disappearance.watched import Watched

_numbers = itertools.count()


@pytest.fixture
def lab(database_url: str, tmp_path: Path) -> Iterator[labs.Lab]:
    made = labs.make(database_url, tmp_path)
    module.register(made.runtime.registry)
    yield made
    made.close()


@pytest.fixture
def cloud(lab: labs.Lab) -> Iterator[Cloud]:
    made = Cloud()
    for _ in range(30):
        made.add()
    name = f"rights-{next(_numbers)}"
    clouds[name] = made
    yield made
    del clouds[name]


@pytest.fixture
def watched(lab: labs.Lab, cloud: Cloud) -> Watched:
    name = next(name for name, known in clouds.items() if known is cloud)
    made = Watched(lab, name, cloud)
    made.first_read()
    return made


def _present(lab: labs.Lab) -> int:
    return len(lab.resources(KIND, presence="present"))


def test_feed_that_reports_removals_after_rights_were_lost_is_not_believed(
    lab: labs.Lab, cloud: Cloud, watched: Watched
) -> None:
    """vCenter's feed tells of an object that became invisible just as of one that was deleted."""
    cloud.grants, cloud.blind = "some", True
    run = watched.read(Script(feed=True, removed=frozenset({3, 4})))
    assert (run.mode, run.missing, run.gone) == ("changes", 0, 0)
    assert _present(lab) == 30
    run = watched.read(Script(feed=True))
    assert (run.mode, run.outcome) == ("full", "quarantined")
    assert _present(lab) == 30
    watched.settle()


def test_feed_that_reports_a_mass_removal_waits_for_a_full_read(lab: labs.Lab, cloud: Cloud, watched: Watched) -> None:
    run = watched.read(Script(feed=True, removed=frozenset(range(15)), observe_fails=True))
    assert (run.mode, run.missing) == ("changes", 0)
    run = watched.read(Script(feed=True))
    assert (run.mode, run.outcome, run.missing) == ("full", "complete", 0)
    assert _present(lab) == 30


def test_single_removal_through_the_feed_is_confirmed_at_once(lab: labs.Lab, cloud: Cloud, watched: Watched) -> None:
    cloud.remove(sorted(cloud.content)[0])
    run = watched.read(Script(feed=True))
    assert (run.mode, run.missing, run.gone) == ("changes", 1, 1)
    assert _present(lab) == 29


def test_what_waits_to_be_confirmed_is_not_confirmed_by_a_cloud_that_hides_it(
    lab: labs.Lab, cloud: Cloud, watched: Watched
) -> None:
    run = watched.read(Script(drop=frozenset({2}), observe_fails=True))
    assert run.missing == module.PAGE
    cloud.grants, cloud.blind = "some", True
    assert watched.read(Script()).outcome == "quarantined"
    assert len(lab.resources(KIND, presence="missing")) == module.PAGE
    assert lab.resources(KIND, presence="gone") == []
    cloud.grants, cloud.blind = "all", False
    watched.read(Script())
    assert _present(lab) == 30


def test_rights_that_changed_while_something_waits_are_a_matter_for_a_person(
    lab: labs.Lab, cloud: Cloud, watched: Watched
) -> None:
    """Everything else is still listed: only what waits would be lost."""
    hidden = sorted(cloud.content)[0]
    version = cloud.content.pop(hidden)
    watched.read(Script(observe_fails=True))
    cloud.grants = "some"
    run = watched.read(Script())
    assert run.outcome == "quarantined"
    [scope] = [row for row in watched.scopes() if row.kind == str(KIND)]
    assert "no longer lists 1 of 30 resources: the account's rights changed" in (scope.error_message or "")
    cloud.content[hidden] = version
    watched.settle()
    assert _present(lab) == 30


def test_quarantine_that_is_accepted_lets_go_under_the_new_rights(
    lab: labs.Lab, cloud: Cloud, watched: Watched
) -> None:
    cloud.grants = "some"
    for native_id in sorted(cloud.content)[:3]:
        cloud.remove(native_id)
    assert watched.read(Script()).outcome == "quarantined"
    watched.decide(accept=True)
    run = watched.read(Script())
    assert (run.outcome, run.gone) == ("complete", 3)
    assert _present(lab) == 27
