"""The change feed against a server that does what real ones do and the simulator does not."""

import re

import pytest

from mcm.contract import FeedExpired, NotSupported, ResourceKind, UnexpectedResponse, Unreachable
from mcm.contract.conformance.context import PlainContext
from mcm_providers.vmware.adapter import VmwareProvider
from mcm_providers.vmware.feed import WATCHED
from mcm_providers.vmware.resources.instance import PROPERTIES
from tests.providers.vmware.answers import (
    Answer,
    Asked,
    Reply,
    Script,
    answer,
    fault,
    login,
    machine,
    made,
    page,
    updates,
)
from tests.providers.vmware.answers import uuid as uuid_of
from tests.providers.vmware.vcenter import DATACENTER, Vcenter

INSTANCE = ResourceKind.INSTANCE
WAIT, RETRIEVE = "WaitForUpdatesEx", "RetrievePropertiesEx"


class Estate:
    """Machines by number, as a server would list them and answer for single ones."""

    def __init__(self, *numbers: int) -> None:
        self.machines = {number: machine(number) for number in numbers}

    def __call__(self, asked: Asked) -> Reply:
        if "<type>VirtualMachine</type>" not in asked.body:
            return page([])
        named = re.findall(r'<obj type="VirtualMachine">vm-(\d+)</obj>', asked.body)
        wanted = [int(number) for number in named] if named else list(self.machines)
        if named:
            assert "<reportMissingObjectsInResults>true<" in asked.body
        return page([self.machines[number] for number in wanted if number in self.machines])


def scripted(estate: Estate, *waits: Answer) -> Script:
    return {
        RETRIEVE: estate,
        WAIT: [updates("1"), *waits],
        "CreatePropertyCollector": made("CreatePropertyCollector", "PropertyCollector", "session-pc"),
        "DestroyPropertyCollector": answer("DestroyPropertyCollector"),
        "CreateFilter": made("CreateFilter", "PropertyFilter", "filter-1"),
    }


def opened(vcenter: Vcenter, *, listed: bool = True) -> tuple[VmwareProvider, str]:
    provider = vcenter.connect()
    cursor = provider.open_feed(INSTANCE, DATACENTER)
    if listed:
        list(provider.collect(INSTANCE, DATACENTER))
    return provider, cursor


def test_changed_and_new_ones_are_read_whole_and_gone_ones_are_named() -> None:
    estate = Estate(1, 2, 3)
    happened = updates("2", [("modify", "vm-1"), ("enter", "vm-4"), ("leave", "vm-2"), ("modify", "vm-1")])
    with Vcenter(scripted(estate, happened)) as vcenter:
        provider, cursor = opened(vcenter)
        estate.machines[1] = machine(1, runtime__powerState="poweredOff")
        estate.machines[4] = machine(4)
        del estate.machines[2]
        batch = provider.changes(INSTANCE, DATACENTER, cursor)
    assert [(one.native_id, one.state) for one in batch.changed] == [(uuid_of(1), "stopped"), (uuid_of(4), "running")]
    assert [(ref.native_id, ref.locator, ref.region) for ref in batch.removed] == [
        (uuid_of(2), "VirtualMachine:vm-2", "datacenter-2")
    ]
    assert batch.cursor != cursor


def test_nothing_new_costs_one_call_and_keeps_the_cursor() -> None:
    with Vcenter(scripted(Estate(1), answer(WAIT))) as vcenter:
        provider, cursor = opened(vcenter)
        before = len(vcenter.asked)
        batch = provider.changes(INSTANCE, DATACENTER, cursor)
        assert (list(batch.changed), list(batch.removed), batch.cursor) == ([], [], cursor)
        assert len(vcenter.asked) == before + 1
        assert vcenter.bodies(WAIT)[-1].value("maxWaitSeconds") == "0"
        assert vcenter.bodies(WAIT)[-1].value("version") == "1"


def test_the_first_answer_is_drained_page_by_page() -> None:
    first = [updates(f"1.{n}", [("enter", f"vm-{n}")], truncated=n < 3) for n in range(4)]
    script = scripted(Estate(1), answer(WAIT))
    script[WAIT] = [*first, answer(WAIT)]
    with Vcenter(script) as vcenter:
        provider, cursor = opened(vcenter, listed=False)
        assert [asked.value("version") for asked in vcenter.bodies(WAIT)] == ["", "1.0", "1.1", "1.2"]
        assert not vcenter.bodies(RETRIEVE), "what the first answer lists is not looked at"
        assert list(provider.changes(INSTANCE, DATACENTER, cursor).changed) == []
        assert vcenter.bodies(WAIT)[-1].value("version") == "1.3"


def test_truncated_changes_are_all_fetched() -> None:
    pages = [updates("2", [("modify", "vm-1")], truncated=True), updates("3", [("modify", "vm-2")])]
    with Vcenter(scripted(Estate(1, 2), *pages)) as vcenter:
        provider, cursor = opened(vcenter)
        batch = provider.changes(INSTANCE, DATACENTER, cursor)
    assert {one.native_id for one in batch.changed} == {uuid_of(1), uuid_of(2)}


def test_a_feed_that_stands_still_is_an_error() -> None:
    with Vcenter(scripted(Estate(1), updates("1", [("modify", "vm-1")], truncated=True))) as vcenter:
        provider, cursor = opened(vcenter)
        with pytest.raises(UnexpectedResponse, match="same version"):
            provider.changes(INSTANCE, DATACENTER, cursor)


def test_only_changed_ones_are_asked_for() -> None:
    with Vcenter(scripted(Estate(*range(50)), updates("2", [("modify", "vm-7")]))) as vcenter:
        provider, cursor = opened(vcenter)
        provider.changes(INSTANCE, DATACENTER, cursor)
        last = [asked for asked in vcenter.bodies(RETRIEVE) if "<type>VirtualMachine</type>" in asked.body][-1]
        assert re.findall(r">vm-\d+<", last.body) == [">vm-7<"]
        assert all(f"<pathSet>{path}</pathSet>" in last.body for path in PROPERTIES)


def test_the_filter_asks_for_little() -> None:
    with Vcenter(scripted(Estate(1))) as vcenter:
        opened(vcenter, listed=False)
        (created,) = vcenter.bodies("CreateFilter")
        assert re.findall(r"<pathSet>([^<]+)</pathSet>", created.body) == list(WATCHED)
        assert created.value("_this") == "session-pc", "a filter in the shared collector would mix the feeds' versions"
        assert created.value("partialUpdates") == "false"
    assert len(WATCHED) < len(PROPERTIES) / 2


def test_a_machine_made_a_template_is_removed() -> None:
    estate = Estate(1, 2)
    with Vcenter(scripted(estate, updates("2", [("modify", "vm-2")]))) as vcenter:
        provider, cursor = opened(vcenter)
        estate.machines[2] = machine(2, config__template="true")
        batch = provider.changes(INSTANCE, DATACENTER, cursor)
    assert [ref.native_id for ref in batch.removed] == [uuid_of(2)]
    assert list(batch.changed) == []


def test_a_template_that_leaves_was_never_an_instance() -> None:
    estate = Estate(1)
    estate.machines[2] = machine(2, config__template="true")
    with Vcenter(scripted(estate, updates("2", [("leave", "vm-2"), ("modify", "vm-1")]))) as vcenter:
        provider, cursor = opened(vcenter)
        batch = provider.changes(INSTANCE, DATACENTER, cursor)
    assert ([one.native_id for one in batch.changed], list(batch.removed)) == ([uuid_of(1)], [])


def test_one_that_left_before_anything_was_listed_cannot_be_named() -> None:
    with Vcenter(scripted(Estate(1), updates("2", [("leave", "vm-9")]))) as vcenter:
        provider, cursor = opened(vcenter, listed=False)
        with pytest.raises(FeedExpired):
            provider.changes(INSTANCE, DATACENTER, cursor)


def test_a_cursor_that_could_not_be_stored_gives_the_same_again() -> None:
    waits = [updates("2", [("modify", "vm-1"), ("leave", "vm-2")]), updates("3", [("modify", "vm-3")]), answer(WAIT)]
    estate = Estate(1, 3)
    with Vcenter(scripted(Estate(1, 2, 3), *waits)) as vcenter:
        provider, cursor = opened(vcenter)
        vcenter.script[RETRIEVE] = estate
        first = provider.changes(INSTANCE, DATACENTER, cursor)
        again = provider.changes(INSTANCE, DATACENTER, cursor)
        assert [one.native_id for one in first.changed] == [uuid_of(1)]
        assert [one.native_id for one in again.changed] == [uuid_of(1), uuid_of(3)]
        assert list(first.removed) == list(again.removed) != []
        rest = provider.changes(INSTANCE, DATACENTER, again.cursor)
        assert (list(rest.changed), list(rest.removed)) == ([], [])
        with pytest.raises(FeedExpired):
            provider.changes(INSTANCE, DATACENTER, cursor)


def test_what_was_fetched_survives_a_failure_to_read_it() -> None:
    estate = Estate(1)
    failing = [Reply(b"", 503)]

    def once(asked: Asked) -> Reply:
        return failing.pop() if failing and ">vm-1</obj>" in asked.body else estate(asked)

    with Vcenter(scripted(estate, updates("2", [("modify", "vm-1")]), answer(WAIT))) as vcenter:
        provider, cursor = opened(vcenter)
        vcenter.script[RETRIEVE] = once
        with pytest.raises(Unreachable):
            provider.changes(INSTANCE, DATACENTER, cursor)
        batch = provider.changes(INSTANCE, DATACENTER, cursor)
    assert [one.native_id for one in batch.changed] == [uuid_of(1)]


@pytest.mark.parametrize(
    "reply",
    [
        fault("NotAuthenticated"),
        fault("ManagedObjectNotFound", "", '<obj type="PropertyCollector">session-pc</obj>'),
        fault("InvalidCollectorVersion"),
    ],
    ids=["session", "collector", "version"],
)
def test_an_ended_feed_expires(reply: Reply) -> None:
    with Vcenter(scripted(Estate(1), reply, updates("9"))) as vcenter:
        provider, cursor = opened(vcenter)
        for _ in range(2):
            with pytest.raises(FeedExpired):
                provider.changes(INSTANCE, DATACENTER, cursor)


def test_a_cursor_of_another_session_expires() -> None:
    script = scripted(Estate(1), updates("2"), updates("1"))
    script["Login"] = [login("one"), login("two")]
    with Vcenter(script) as vcenter:
        first, cursor = opened(vcenter)
        second, other = opened(vcenter)
        assert cursor.split(":")[0] != other.split(":")[0]
        with pytest.raises(FeedExpired):
            second.changes(INSTANCE, DATACENTER, cursor)
        with pytest.raises(FeedExpired):
            vcenter.connect().changes(INSTANCE, DATACENTER, cursor)
        assert first.durable is False


@pytest.mark.parametrize("reply", [Reply(updates("2", [("modify", "vm-1")]).body[:-30]), Reply(b"", 503)])
def test_a_lost_answer_is_not_taken_for_no_change(reply: Reply) -> None:
    """The server may count it as delivered: after the error itself, only a full read will do."""
    with Vcenter(scripted(Estate(1), reply, updates("3"))) as vcenter:
        provider, cursor = opened(vcenter)
        with pytest.raises((UnexpectedResponse, Unreachable)):
            provider.changes(INSTANCE, DATACENTER, cursor)
        with pytest.raises(FeedExpired):
            provider.changes(INSTANCE, DATACENTER, cursor)


def test_opening_again_ends_the_feed_before() -> None:
    with Vcenter(scripted(Estate(1), updates("1"))) as vcenter:
        provider, _ = opened(vcenter)
        provider.open_feed(INSTANCE, DATACENTER)
        assert vcenter.counts["DestroyPropertyCollector"] == 1
        provider.close()
        assert vcenter.counts["Logout"] == 1


def test_other_kinds_have_no_feed() -> None:
    with Vcenter() as vcenter, pytest.raises(NotSupported):
        vcenter.connect().open_feed(ResourceKind.HOST, DATACENTER)


def test_calls_are_reported_and_the_deadline_is_looked_at() -> None:
    with Vcenter(scripted(Estate(1), updates("2", [("modify", "vm-1")]))) as vcenter:
        context = PlainContext()
        provider = vcenter.connect(context)
        cursor = provider.open_feed(INSTANCE, DATACENTER)
        provider.changes(INSTANCE, DATACENTER, cursor)
        assert context.calls == context.finished
        context.cancel()
        with pytest.raises(Unreachable):
            provider.changes(INSTANCE, DATACENTER, cursor)
