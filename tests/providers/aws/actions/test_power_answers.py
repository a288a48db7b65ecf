"""What EC2's states say about starting, stopping and hibernating, where no emulator shows them."""

import pytest

from mcm.contract import InvalidRequest, UnexpectedResponse, Unreachable
from mcm.contract.actions import Seen
from mcm.contract.conformance.context import PlainContext
from tests.harness.acting import look, ordered, send
from tests.providers.aws.actions.records import DONE, INSTANCE, instances
from tests.providers.aws.cloud import Cloud, Reply, connected, xml

HIBERNATED = ("stopped", "Client.UserInitiatedHibernate", "Client.UserInitiatedHibernate: Hibernation initiated")
STOPPED = ("stopped", "Client.UserInitiatedShutdown", "Client.UserInitiatedShutdown: User initiated shutdown")
CONFIGURED = "<hibernationOptions><configured>true</configured></hibernationOptions>"
STOPPING = xml("StopInstances", "<instancesSet/>")


@pytest.mark.parametrize(
    ("action", "state", "seen"),
    [
        ("instance.start", "stopped", Seen.ABSENT),
        ("instance.start", "stopping", Seen.ABSENT),
        ("instance.start", "pending", Seen.UNDERWAY),
        ("instance.start", "running", Seen.DONE),
        ("instance.resume", "pending", Seen.UNDERWAY),
        ("instance.resume", "running", Seen.DONE),
        ("instance.stop", "running", Seen.ABSENT),
        ("instance.stop", "stopping", Seen.UNDERWAY),
        ("instance.stop", "stopped", Seen.DONE),
        ("instance.stop", "shutting-down", Seen.FAILED),
        ("instance.start", "terminated", Seen.FAILED),
        ("instance.start", "", Seen.FAILED),
        ("instance.delete", "running", Seen.ABSENT),
        ("instance.delete", "shutting-down", Seen.UNDERWAY),
        ("instance.delete", "terminated", Seen.DONE),
        ("instance.delete", "", Seen.DONE),
    ],
)
def test_states(action: str, state: str, seen: Seen) -> None:
    with Cloud({"DescribeInstances": instances(state)}) as cloud:
        outlook = look(connected(cloud), ordered(action, INSTANCE))
    assert outlook.seen is seen
    assert (outlook.resource is not None) == (seen is Seen.DONE and state != "")
    assert bool(outlook.message) == (seen is Seen.FAILED)


def test_a_start_that_falls_back_has_failed_with_the_reason() -> None:
    answers: dict[str, Reply] = {"DescribeInstances": instances("pending")}
    with Cloud(answers) as cloud:
        provider, order = connected(cloud), ordered("instance.start", INSTANCE)
        under_way = look(provider, order)
        cloud.answers["DescribeInstances"] = instances("stopped", "Server.InternalError", "EBS is out of order")
        assert look(provider, order).seen is Seen.ABSENT
        fallen = look(provider, order, facts=under_way.facts)
    assert (fallen.seen, fallen.message) == (Seen.FAILED, "EBS is out of order")


def test_hibernation() -> None:
    with Cloud({"DescribeInstances": instances("running", more=CONFIGURED), "StopInstances": STOPPING}) as cloud:
        provider, order = connected(cloud), ordered("instance.suspend", INSTANCE)
        receipt = send(provider, order)
        assert next(asked.form for asked in cloud.asked if asked.action == "StopInstances")["Hibernate"] == "true"
        assert look(provider, order, facts=receipt.facts).seen is Seen.ABSENT
        cloud.answers["DescribeInstances"] = instances("stopping", more=CONFIGURED)
        assert look(provider, order, facts=receipt.facts).seen is Seen.UNDERWAY
        cloud.answers["DescribeInstances"] = instances(*HIBERNATED, more=CONFIGURED)
        asleep = look(provider, order)
        assert asleep.seen is Seen.DONE
        assert asleep.resource is not None
        assert (asleep.resource.state, asleep.resource.native_state) == ("suspended", "stopped")
        # Shut down, and not by hibernation: its memory is lost.
        cloud.answers["DescribeInstances"] = instances(*STOPPED, more=CONFIGURED)
        lost = look(provider, order, facts=receipt.facts)
        assert lost.seen is Seen.FAILED
        assert "without keeping its memory" in lost.message
        assert look(provider, order).seen is Seen.ABSENT


def test_hibernation_has_to_be_chosen_at_launch() -> None:
    context = PlainContext()
    with Cloud({"DescribeInstances": instances("running")}) as cloud:
        with pytest.raises(InvalidRequest, match="launched with hibernation"):
            send(connected(cloud, context), ordered("instance.suspend", INSTANCE))
        assert cloud.count("StopInstances") == context.changes == 0


@pytest.mark.parametrize(("mode", "force"), [("soft", None), ("hard", "true")])
def test_a_hard_stop_is_forced(mode: str, force: str | None) -> None:
    with Cloud({"StopInstances": STOPPING}) as cloud:
        send(connected(cloud), ordered("instance.stop", INSTANCE, mode=mode))
        (asked,) = cloud.asked
    assert asked.form.get("Force") == force


def test_the_request_is_announced_when_it_leaves_and_not_before() -> None:
    class Governed(PlainContext):
        order: tuple[str, ...] = ()

        def before_call(self, service: str, region: str = "") -> None:
            super().before_call(service, region)
            self.order += ("leave",)

        def sending(self) -> None:
            super().sending()
            self.order += ("sending",)

    context = Governed()
    with Cloud({"DescribeInstances": instances("running", more=CONFIGURED), "StopInstances": STOPPING}) as cloud:
        provider = connected(cloud, context)
        receipt = send(provider, ordered("instance.suspend", INSTANCE))
        # A read, then the change.
        assert context.order == ("leave", "leave", "sending")
        look(provider, ordered("instance.suspend", INSTANCE))
        assert context.changes == 1
    assert receipt.request_id == ""


@pytest.mark.parametrize(
    "answer",
    [
        Reply(b"<html>no</html>", 200),
        Reply(b"", 200),
        Reply(STOPPING.body[:60], 200),
        Reply(b"<html>bad gateway</html>", 502),
    ],
)
def test_an_answer_that_says_nothing_is_no_refusal(answer: Reply) -> None:
    """The request may have had its effect: mcm has to look."""
    with Cloud({"StopInstances": answer}) as cloud, pytest.raises((UnexpectedResponse, Unreachable)):
        send(connected(cloud), ordered("instance.stop", INSTANCE))


def test_the_requests_name_is_told() -> None:
    headed = Reply(STOPPING.body, headers={"x-amzn-RequestId": "59dbff89-35bd"})
    with Cloud({"StopInstances": headed, "RebootInstances": xml("RebootInstances", DONE)}) as cloud:
        assert send(connected(cloud), ordered("instance.stop", INSTANCE)).request_id == "59dbff89-35bd"
        send(connected(cloud), ordered("instance.reboot", INSTANCE))
        cloud.answers["RebootInstances"] = xml("RebootInstances", DONE.replace("true", "false"))
        with pytest.raises(UnexpectedResponse, match="neither"):
            send(connected(cloud), ordered("instance.reboot", INSTANCE))


def test_nothing_is_sent_after_the_deadline() -> None:
    context = PlainContext(seconds=0.0)
    with Cloud({"StopInstances": STOPPING}) as cloud, pytest.raises(Unreachable):
        send(connected(cloud, context), ordered("instance.stop", INSTANCE))
    assert context.changes == 0
