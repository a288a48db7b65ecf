"""The change feed: cursors by the cloud's clock, and nothing lost."""

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from mcm.contract import FeedExpired, NotSupported, PermissionDenied, Region, ResourceKind, ResourceRef
from mcm_providers.openstack import feed
from tests.providers.openstack.stub import Asked, Reply, Stub

# Years away from this machine's clock.
THEIR_TIME = datetime(2031, 5, 17, 8, 30, 0, tzinfo=UTC)
REGION = Region("RegionOne", "RegionOne", frozenset({ResourceKind.INSTANCE}))
KIND = ResourceKind.INSTANCE


class Nova:
    """Servers with their `updated` times; `now` is the clock of the service."""

    def __init__(self, stub: Stub) -> None:
        self.now = THEIR_TIME
        self.dated = True
        self.all_allowed = True
        self.servers: list[dict[str, str]] = []
        stub.put("compute", "/servers", self.answer)
        stub.put("compute", "/servers/detail", self.answer)

    def answer(self, asked: Asked) -> Reply:
        headers = {"Date": format_datetime(self.now, usegmt=True)} if self.dated else {}
        if "all_tenants" in asked.params and not self.all_allowed:
            return Reply(403, {"forbidden": {"code": 403, "message": "Policy doesn't allow x:y to be performed."}})
        since = asked.params.get("changes-since", "")
        rows = [one for one in self.servers if one["updated"] >= since and (since or one["status"] != "DELETED")]
        return Reply(body={"servers": rows}, headers=headers)

    def put(self, native_id: str, status: str = "ACTIVE", ago_seconds: float = 0) -> None:
        self.servers = [one for one in self.servers if one["id"] != native_id]
        updated = (self.now - timedelta(seconds=ago_seconds)).strftime("%Y-%m-%dT%H:%M:%SZ")
        self.servers.append({"id": native_id, "name": native_id, "status": status, "updated": updated})


@pytest.fixture
def nova(stub: Stub) -> Nova:
    return Nova(stub)


def test_a_cursor_is_their_time_less_the_overlap(stub: Stub, nova: Nova) -> None:
    at, _, view = stub.connect().open_feed(KIND, REGION).partition("|")
    age = THEIR_TIME - datetime.strptime(at, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
    assert feed.OVERLAP <= age <= feed.OVERLAP + timedelta(seconds=30)
    assert view == "all"


def test_without_a_date_the_tokens_time_counts_on(stub: Stub, nova: Nova) -> None:
    """uwsgi sends no Date header; the stub's keystone issues tokens at a fixed time."""
    nova.dated = False
    at = stub.connect().open_feed(KIND, REGION).partition("|")[0]
    issued = datetime(2026, 11, 20, 12, 0, 0, tzinfo=UTC)
    then = datetime.strptime(at, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
    assert timedelta(0) <= then - (issued - feed.OVERLAP) <= timedelta(seconds=60)


def test_changes_and_removals(stub: Stub, nova: Nova) -> None:
    nova.put("old", ago_seconds=3600)
    provider = stub.connect()
    cursor = provider.open_feed(KIND, REGION)
    nova.put("new")
    nova.put("gone", "DELETED")
    nova.put("binned", "SOFT_DELETED")
    batch = provider.changes(KIND, REGION, cursor)
    assert [(one.native_id, one.state) for one in batch.changed] == [("new", "running")]
    assert list(batch.removed) == [
        ResourceRef(KIND, "gone", region="RegionOne"),
        ResourceRef(KIND, "binned", region="RegionOne"),
    ]


def test_what_is_written_late_is_still_seen(stub: Stub, nova: Nova) -> None:
    """A compute node whose clock is behind, or a transaction that took its time."""
    provider = stub.connect()
    cursor = provider.open_feed(KIND, REGION)
    nova.now += timedelta(minutes=10)
    cursor = provider.changes(KIND, REGION, cursor).cursor
    nova.put("late", ago_seconds=100)
    assert [one.native_id for one in provider.changes(KIND, REGION, cursor).changed] == ["late"]


def test_cursors_go_forward_only(stub: Stub, nova: Nova) -> None:
    provider = stub.connect()
    first = provider.open_feed(KIND, REGION)
    nova.now += timedelta(minutes=5)
    second = provider.changes(KIND, REGION, first).cursor
    nova.now -= timedelta(minutes=4)
    third = provider.changes(KIND, REGION, second).cursor
    assert first < second == third


def test_a_cursor_outlives_its_connection(stub: Stub, nova: Nova) -> None:
    first = stub.connect()
    cursor = first.open_feed(KIND, REGION)
    first.close()
    nova.put("new")
    assert [one.native_id for one in stub.connect().changes(KIND, REGION, cursor).changed] == ["new"]


def test_an_old_cursor_expires(stub: Stub, nova: Nova) -> None:
    """By then nova may have put what was deleted into its archive."""
    provider = stub.connect()
    cursor = provider.open_feed(KIND, REGION)
    nova.now += timedelta(days=3)
    with pytest.raises(FeedExpired):
        provider.changes(KIND, REGION, cursor)


def test_another_view_expires_a_cursor(stub: Stub, nova: Nova) -> None:
    cursor = stub.connect().open_feed(KIND, REGION)
    nova.all_allowed = False
    with pytest.raises(FeedExpired):
        stub.connect().changes(KIND, REGION, cursor)


def test_a_right_lost_while_the_feed_is_open(stub: Stub, nova: Nova) -> None:
    provider = stub.connect()
    cursor = provider.open_feed(KIND, REGION)
    nova.all_allowed = False
    with pytest.raises(PermissionDenied):
        provider.changes(KIND, REGION, cursor)


@pytest.mark.parametrize(
    "cursor", ["", "x", "2031-05-17|all", "|all", "2031-05-17T08:30:00Z", "2031-05-17T08:30:00Z|x"]
)
def test_a_foreign_cursor_expires(stub: Stub, nova: Nova, cursor: str) -> None:
    with pytest.raises(FeedExpired):
        stub.connect().changes(KIND, REGION, cursor)


def test_other_kinds_have_no_feed(stub: Stub) -> None:
    with pytest.raises(NotSupported) as refused:
        stub.connect().open_feed(ResourceKind.VOLUME, REGION)
    assert refused.value.reason == "change_feed_missing"
