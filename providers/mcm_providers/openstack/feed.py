"""Changes of instances, by nova's `changes-since`, which also lists the deleted ones.

A cursor is a time by the cloud's clock, so it outlives the connection, and a wrong clock here loses nothing.
https://docs.openstack.org/api-guide/compute/polling_changes.html
"""

from datetime import UTC, datetime, timedelta

from mcm.contract import ChangeBatch, FeedExpired, Resource, ResourceKind, ResourceRef, UnexpectedResponse
from mcm_providers.openstack import states
from mcm_providers.openstack.client import Answer
from mcm_providers.openstack.cloud import Cloud
from mcm_providers.openstack.documents import Document, identifier, text
from mcm_providers.openstack.names import Names
from mcm_providers.openstack.resources import instance

# nova writes times to the second, from many machines' clocks, before the change can be seen: what happened this long
# before the cursor is told again.
OVERLAP = timedelta(seconds=120)
# Deleted instances leave nova's database for its archive, usually by a daily or weekly job.
_KEPT = timedelta(days=2)
_ALL, _OWN = "all", "project"


def open_feed(cloud: Cloud, region: str) -> str:
    """Now, by nova's clock."""
    service = cloud.service("compute", region)
    view = _ALL if cloud.sees_all_projects(region) else _OWN
    answer = service.ask("/servers", (("limit", 1),))
    return _cursor(_clock(answer, region), view)


def changes(cloud: Cloud, region: str, names: Names, cursor: str) -> ChangeBatch:
    """Raises FeedExpired for a cursor that is too old, or that was made when more or fewer projects could be seen."""
    service = cloud.service("compute", region)
    all_projects = cloud.sees_all_projects(region)
    since = _since(cursor, _ALL if all_projects else _OWN)
    clocks: list[datetime] = []

    def note(answer: Answer) -> None:
        clocks.append(_clock(answer, region))
        if clocks[0] - since > _KEPT:
            raise FeedExpired("too long ago: nova does not keep what was deleted since; a full read is needed")

    asked: tuple[tuple[str, str | int], ...] = (("changes-since", since.strftime("%Y-%m-%dT%H:%M:%SZ")),)
    if all_projects:
        asked = (*asked, ("all_tenants", 1))
    changed: list[Resource] = []
    removed: list[ResourceRef] = []
    for page in service.pages("/servers/detail", "servers", asked, paged=False, first=note):
        removed += [_ref(row, region) for row in page if text(row.get("status")) in states.GONE]
        alive = [row for row in page if text(row.get("status")) not in states.GONE]
        changed += instance.translated(alive, region, names)
    return ChangeBatch(changed, removed, _cursor(max(clocks[0], since + OVERLAP), _ALL if all_projects else _OWN))


def _clock(answer: Answer, region: str) -> datetime:
    if answer.clock is None:
        raise UnexpectedResponse(f"neither compute in {region} nor keystone says what time it is there")
    return answer.clock


def _cursor(now: datetime, view: str) -> str:
    return f"{(now - OVERLAP).astimezone(UTC).strftime('%Y-%m-%dT%H:%M:%SZ')}|{view}"


def _since(cursor: str, view: str) -> datetime:
    at, _, made_for = cursor.partition("|")
    try:
        since = datetime.strptime(at, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
    except ValueError as error:
        raise FeedExpired("that is no cursor of this feed; a full read is needed") from error
    if made_for != view:
        raise FeedExpired("the account now sees other projects than when the feed was opened; a full read is needed")
    return since


def _ref(row: Document, region: str) -> ResourceRef:
    return ResourceRef(ResourceKind.INSTANCE, identifier(row), region=region)
