"""Ten thousand machines, read as they come."""

import threading

from mcm.contract import ResourceKind
from mcm.contract.conformance.context import PlainContext
from tests.providers.vmware.answers import Asked, Reply, machine, page, updates, uuid
from tests.providers.vmware.test_feed import Estate, scripted
from tests.providers.vmware.vcenter import DATACENTER, Vcenter

INSTANCE = ResourceKind.INSTANCE
RETRIEVE = "RetrievePropertiesEx"
MANY = 10_000


def test_ten_thousand_instances() -> None:
    with Vcenter(scripted(Estate(*range(MANY)))) as vcenter:
        context = PlainContext(300.0)
        found = {one.native_id for one in vcenter.connect(context).collect(INSTANCE, DATACENTER)}
    assert found == {uuid(number) for number in range(MANY)}
    assert context.received > 1_000 * MANY / 2


def test_the_first_comes_before_the_answer_has_ended() -> None:
    """What is held of an answer does not grow with it."""
    document = page([machine(number) for number in range(MANY)]).body
    rest = threading.Event()

    def halted(asked: Asked) -> Reply:
        if "<type>VirtualMachine</type>" not in asked.body:
            return page([])
        return Reply(document, pause=(len(document) // 2, rest))

    with Vcenter({RETRIEVE: halted}) as vcenter:
        listing = vcenter.connect(PlainContext(300.0)).collect(INSTANCE, DATACENTER)
        early = [next(listing) for _ in range(MANY // 4)]
        assert not rest.is_set()
        rest.set()
        assert len(early) + sum(1 for _ in listing) == MANY


def test_a_change_among_ten_thousand_costs_as_many_bytes_as_one_machine() -> None:
    with Vcenter(scripted(Estate(*range(MANY)), updates("2", [("modify", "vm-7")]))) as vcenter:
        context = PlainContext(300.0)
        provider = vcenter.connect(context)
        cursor = provider.open_feed(INSTANCE, DATACENTER)
        before = context.received
        assert sum(1 for _ in provider.collect(INSTANCE, DATACENTER)) == MANY
        whole = context.received - before
        batch = provider.changes(INSTANCE, DATACENTER, cursor)
        assert [one.native_id for one in batch.changed] == [uuid(7)]
        assert context.received - before - whole < whole / 100
