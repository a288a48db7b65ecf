"""Volumes on their way: growing, being attached, being let go."""

import pytest

from mcm.contract import InvalidRequest, ResourceBusy
from mcm.contract.actions import Seen
from tests.harness.acting import look, ordered, send
from tests.providers.aws.actions.records import VOLUME, attached, instances, modifications, volumes
from tests.providers.aws.cloud import Answer, Cloud, Reply, connected, refusal, xml


@pytest.mark.parametrize(
    ("size", "modified", "seen", "percent"),
    [
        (10, modifications(), Seen.ABSENT, None),
        (10, modifications((20, "modifying", 40, "")), Seen.UNDERWAY, 40),
        (10, modifications((20, "optimizing", 1, "")), Seen.UNDERWAY, 1),
        (10, modifications((20, "failed", 0, "not enough")), Seen.FAILED, None),
        # An earlier one, to another size.
        (10, modifications((15, "failed", 0, "not enough")), Seen.ABSENT, None),
        (10, modifications((20, "failed", 0, "not enough"), (20, "modifying", 3, "")), Seen.UNDERWAY, 3),
        (20, modifications((20, "optimizing", 60, "")), Seen.DONE, None),
        (30, modifications(), Seen.DONE, None),
    ],
)
def test_growing(size: int, modified: Reply, seen: Seen, percent: int | None) -> None:
    with Cloud({"DescribeVolumes": volumes("in-use", size), "DescribeVolumesModifications": modified}) as cloud:
        outlook = look(connected(cloud), ordered("volume.extend", VOLUME, size_gib=20))
    assert (outlook.seen, outlook.percent) == (seen, percent)
    assert outlook.message == ("not enough" if seen is Seen.FAILED else "")


def test_what_grows_already_is_not_asked_to_again() -> None:
    answers = {
        "DescribeVolumes": volumes("in-use", 10),
        "DescribeVolumesModifications": modifications((20, "modifying", 40, "")),
    }
    with Cloud(answers) as cloud:
        send(connected(cloud), ordered("volume.extend", VOLUME, size_gib=20))
        assert not cloud.count("ModifyVolume")


@pytest.mark.parametrize(
    ("state", "attachments", "attach", "detach"),
    [
        ("available", "", Seen.ABSENT, Seen.DONE),
        ("in-use", attached("i-1", "attaching"), Seen.UNDERWAY, Seen.ABSENT),
        ("in-use", attached("i-1", "attached"), Seen.DONE, Seen.ABSENT),
        ("in-use", attached("i-1", "detaching"), Seen.UNDERWAY, Seen.UNDERWAY),
        ("in-use", attached("i-1", "busy"), Seen.UNDERWAY, Seen.UNDERWAY),
        ("available", attached("i-1", "detached"), Seen.ABSENT, Seen.DONE),
        ("in-use", attached("i-2", "attached"), Seen.FAILED, Seen.ABSENT),
        ("", "", Seen.FAILED, Seen.FAILED),
    ],
)
def test_attaching_and_detaching(state: str, attachments: str, attach: Seen, detach: Seen) -> None:
    with Cloud({"DescribeVolumes": volumes(state, attachments=attachments)}) as cloud:
        assert look(connected(cloud), ordered("volume.attach", VOLUME, instance="i-1")).seen is attach
        assert look(connected(cloud), ordered("volume.detach", VOLUME)).seen is detach


def test_a_shared_volume_may_hang_elsewhere_too() -> None:
    shared = volumes(
        "in-use", attachments=attached("i-2", "attached"), more="<multiAttachEnabled>true</multiAttachEnabled>"
    )
    with Cloud({"DescribeVolumes": shared}) as cloud:
        assert look(connected(cloud), ordered("volume.attach", VOLUME, instance="i-1")).seen is Seen.ABSENT


def test_a_volume_at_two_instances_is_not_detached_from_one_of_them() -> None:
    both = attached("i-1", "attached") + attached("i-2", "attached")
    with Cloud({"DescribeVolumes": volumes("in-use", attachments=both)}) as cloud:
        with pytest.raises(InvalidRequest, match="2 instances"):
            send(connected(cloud), ordered("volume.detach", VOLUME))
        assert not cloud.count("DetachVolume")


@pytest.mark.parametrize(("holder", "fits"), [("i-1", True), ("i-2", False)])
def test_in_use_may_mean_by_whom_it_is_wanted(holder: str, fits: bool) -> None:
    """An earlier request took effect after it was asked whether it had."""
    after = [volumes("available"), volumes("in-use", attachments=attached(holder, "attached"))]
    answers: dict[str, Reply | Answer] = {
        "DescribeVolumes": lambda _: after.pop(0) if len(after) > 1 else after[0],
        "DescribeInstances": instances("running"),
        "AttachVolume": refusal("VolumeInUse", "vol-1 is already attached to an instance"),
    }
    with Cloud(answers) as cloud:
        order = ordered("volume.attach", VOLUME, instance="i-1")
        if fits:
            send(connected(cloud), order)
        else:
            with pytest.raises(ResourceBusy):
                send(connected(cloud), order)


def test_deleting() -> None:
    order = ordered("volume.delete", VOLUME)
    for state, seen in (("available", Seen.ABSENT), ("deleting", Seen.UNDERWAY), ("", Seen.DONE)):
        with Cloud({"DescribeVolumes": volumes(state), "DeleteVolume": xml("DeleteVolume", "")}) as cloud:
            assert look(connected(cloud), order).seen is seen
