"""A listing is complete or it raises: continued pages, repeated ones, empty ones, cut ones."""

import pytest

from mcm.contract import InvalidRequest, PermissionDenied, Resource, ResourceKind, UnexpectedResponse, Unreachable
from mcm.contract.conformance.context import PlainContext
from tests.providers.vmware.answers import (
    SIGN_IN,
    Answer,
    Asked,
    Reply,
    Script,
    answer,
    fault,
    machine,
    missing,
    page,
    uuid,
)
from tests.providers.vmware.vcenter import DATACENTER, Vcenter

FIRST, NEXT = "RetrievePropertiesEx", "ContinueRetrievePropertiesEx"


def of_hosts_or(machines: Answer) -> Answer:
    """Host names and custom attributes are looked up on the way; the listing itself asks for machines."""

    def reply(asked: Asked) -> Reply:
        if "<type>VirtualMachine</type>" not in asked.body:
            return page([])
        return machines if isinstance(machines, Reply) else machines(asked)

    return reply


def pages(*numbers: list[int], last_token: str = "") -> Script:
    """A script that lists these machines, page by page."""
    tokens = [f"token-{number}" for number in range(1, len(numbers))] + [last_token]
    replies: list[Answer] = [
        page([machine(one) for one in members], token, NEXT if place else FIRST)
        for place, (members, token) in enumerate(zip(numbers, tokens, strict=True))
    ]
    return {FIRST: of_hosts_or(replies[0]), NEXT: replies[1:]}


def listed(script: Script) -> list[Resource]:
    with Vcenter(script) as vcenter:
        provider = vcenter.connect()
        try:
            return list(provider.collect(ResourceKind.INSTANCE, DATACENTER))
        finally:
            provider.close()


def test_all_pages_are_read() -> None:
    found = listed(pages([1, 2], [3, 4], [5]))
    assert [one.native_id for one in found] == [uuid(number) for number in range(1, 6)]


def test_each_token_is_given_back() -> None:
    with Vcenter(pages([1], [2], [3])) as vcenter:
        list(vcenter.connect().collect(ResourceKind.INSTANCE, DATACENTER))
        assert [asked.value("token") for asked in vcenter.bodies(NEXT)] == ["token-1", "token-2"]
        first = next(asked for asked in vcenter.bodies(FIRST) if "VirtualMachine" in asked.body)
        assert int(first.value("maxObjects")) > 0


def test_an_empty_datacenter_is_complete() -> None:
    assert listed({FIRST: answer(FIRST)}) == []


def test_pages_come_lazily() -> None:
    with Vcenter(pages([1, 2], [3])) as vcenter:
        context = PlainContext()
        listing = vcenter.connect(context).collect(ResourceKind.INSTANCE, DATACENTER)
        next(listing)
        assert vcenter.counts[NEXT] == 0
        list(listing)
        assert vcenter.counts[NEXT] == 1
        assert context.calls == context.finished


def test_a_repeated_page_is_no_listing() -> None:
    with pytest.raises(UnexpectedResponse, match="twice"):
        listed(pages([1, 2], [1, 2], [3]))


def test_one_object_of_another_page_again_is_no_listing() -> None:
    with pytest.raises(UnexpectedResponse, match="vm-2 twice"):
        listed(pages([1, 2], [3, 2]))


def test_the_same_token_again_may_still_lead_on() -> None:
    """What must not repeat is what is listed; how the server names its place in the listing is its own affair."""
    script = pages([1], [2], [3])
    script[NEXT] = [page([machine(2)], "token-1", NEXT), page([machine(3)], "", NEXT)]
    assert len(listed(script)) == 3


def test_pages_without_end_are_no_listing() -> None:
    script = pages([1], [2])
    script[NEXT] = page([machine(2)], "token-1", NEXT)
    with pytest.raises(UnexpectedResponse, match="twice"):
        listed(script)


def test_an_empty_page_that_leads_on_is_no_listing() -> None:
    script = pages([1], [2])
    script[NEXT] = page([], "token-1", NEXT)
    with pytest.raises(UnexpectedResponse, match="empty"):
        listed(script)


@pytest.mark.parametrize("share", [0.05, 0.5, 0.9, 0.999])
def test_a_cut_document_is_no_listing(share: float) -> None:
    whole = page([machine(number) for number in range(50)]).body
    with pytest.raises(UnexpectedResponse):
        listed({FIRST: of_hosts_or(Reply(whole[: int(len(whole) * share)]))})


def test_a_connection_cut_in_the_body_is_no_listing() -> None:
    whole = page([machine(number) for number in range(50)]).body
    with pytest.raises(UnexpectedResponse):
        listed({FIRST: of_hosts_or(Reply(whole[:3000], declared=len(whole)))})


def test_a_cut_second_page_is_no_listing() -> None:
    script = pages([1], [2])
    script[NEXT] = Reply(page([machine(2)], "", NEXT).body[:-20])
    with pytest.raises(UnexpectedResponse):
        listed(script)


def test_a_session_that_ends_between_pages_is_no_listing() -> None:
    script = pages([1], [2])
    script[NEXT] = fault("NotAuthenticated", "The session is not authenticated.")
    with pytest.raises(Unreachable, match="session"):
        listed(script)


def test_after_a_lost_session_the_next_listing_signs_in_again() -> None:
    script = pages([1], [2])
    script[NEXT] = [fault("NotAuthenticated"), page([machine(2)], "", NEXT)]
    with Vcenter(script) as vcenter:
        provider = vcenter.connect()
        with pytest.raises(Unreachable):
            list(provider.collect(ResourceKind.INSTANCE, DATACENTER))
        assert len(list(provider.collect(ResourceKind.INSTANCE, DATACENTER))) == 2
        assert vcenter.counts["Login"] == 2


def test_a_property_that_may_not_be_read_fails_the_scope_by_name() -> None:
    refused = missing(
        "config.instanceUuid",
        "NoPermission",
        '<object type="VirtualMachine">vm-2</object><privilegeId>System.Read</privilegeId>',
    )
    objects = [machine(1), machine(2, config__instanceUuid=None).replace("</objects>", refused + "</objects>")]
    with pytest.raises(PermissionDenied, match=r"System\.Read on vm-2") as caught:
        listed({FIRST: of_hosts_or(page(objects))})
    assert caught.value.permission == "System.Read"


def test_a_machine_deleted_while_it_was_listed_is_left_out() -> None:
    vanished = missing("name", "ManagedObjectNotFound", '<obj type="VirtualMachine">vm-2</obj>')
    objects = [machine(1), machine(2, name=None).replace("</objects>", vanished + "</objects>")]
    assert [one.name for one in listed({FIRST: of_hosts_or(page(objects))})] == ["vm 1"]


def test_an_abandoned_listing_gives_back_what_it_holds() -> None:
    script = pages([1, 2], [3]) | {"CancelRetrievePropertiesEx": answer("CancelRetrievePropertiesEx")}
    with Vcenter(script) as vcenter:
        context = PlainContext()
        provider = vcenter.connect(context)
        listing = provider.collect(ResourceKind.INSTANCE, DATACENTER)
        next(listing)
        listing.close()  # type: ignore[attr-defined]
        assert [asked.value("token") for asked in vcenter.bodies("CancelRetrievePropertiesEx")] == ["token-1"]
        assert vcenter.counts["DestroyView"] == 1
        assert context.calls == context.finished
        provider.close()


@pytest.mark.parametrize(
    ("kind", "operation"),
    [
        (ResourceKind.INSTANCE, "CreateContainerView"),
        (ResourceKind.IMAGE, "CreateContainerView"),
        (ResourceKind.HOST, FIRST),
    ],
)
def test_a_datacenter_that_is_not_there_is_refused_and_not_empty(kind: ResourceKind, operation: str) -> None:
    gone = fault("ManagedObjectNotFound", "gone", '<obj type="Datacenter">datacenter-2</obj>')
    with Vcenter({FIRST: page([]), operation: gone}) as vcenter, pytest.raises(InvalidRequest, match="datacenter-2"):
        list(vcenter.connect().collect(kind, DATACENTER))


def test_listing_asks_only_for_what_an_old_server_knows() -> None:
    def old(asked: Asked) -> Reply:
        content = SIGN_IN["RetrieveServiceContent"]
        assert isinstance(content, Reply)
        return Reply(content.body.replace(b"8.0.2.0", b"6.5"))

    with Vcenter({"RetrieveServiceContent": old, FIRST: page([])}) as vcenter:
        list(vcenter.connect().collect(ResourceKind.INSTANCE, DATACENTER))
        assert not any("config.createDate" in asked.body for asked in vcenter.bodies(FIRST))
    with Vcenter({FIRST: page([])}) as vcenter:
        list(vcenter.connect().collect(ResourceKind.INSTANCE, DATACENTER))
        assert any("config.createDate" in asked.body for asked in vcenter.bodies(FIRST))
