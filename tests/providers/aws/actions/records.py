"""Records as EC2 writes them, for a cloud whose every answer a test decides."""

from mcm.contract import ResourceKind, ResourceRef
from tests.providers.aws.cloud import REGION, Reply, xml

INSTANCE = ResourceRef(ResourceKind.INSTANCE, "i-1", region=REGION.native_id)
VOLUME = ResourceRef(ResourceKind.VOLUME, "vol-1", region=REGION.native_id)
DONE = "<requestId>req-7</requestId><return>true</return>"


def instances(state: str = "", reason: str = "", message: str = "", more: str = "") -> Reply:
    """One instance in that state; without a state none."""
    record = (
        f"<item><instancesSet><item><instanceId>i-1</instanceId><instanceType>t3.micro</instanceType>"
        f"<instanceState><code>1</code><name>{state}</name></instanceState>"
        f"<stateReason><code>{reason}</code><message>{message}</message></stateReason>{more}"
        "</item></instancesSet></item>"
    )
    return xml("DescribeInstances", f"<reservationSet>{record if state else ''}</reservationSet>")


def volumes(state: str = "", size: int = 10, attachments: str = "", more: str = "") -> Reply:
    record = (
        f"<item><volumeId>vol-1</volumeId><size>{size}</size><status>{state}</status>"
        f"<attachmentSet>{attachments}</attachmentSet>{more}</item>"
    )
    return xml("DescribeVolumes", f"<volumeSet>{record if state else ''}</volumeSet>")


def attached(instance: str, state: str) -> str:
    return (
        f"<item><volumeId>vol-1</volumeId><instanceId>{instance}</instanceId><device>/dev/sdf</device>"
        f"<status>{state}</status></item>"
    )


def modifications(*items: tuple[int, str, int, str]) -> Reply:
    """(target size, state, progress, message), the latest last."""
    records = "".join(
        f"<item><volumeId>vol-1</volumeId><modificationState>{state}</modificationState><targetSize>{size}</targetSize>"
        f"<progress>{progress}</progress><statusMessage>{message}</statusMessage>"
        f"<startTime>2026-05-0{number}T10:00:00.000Z</startTime></item>"
        for number, (size, state, progress, message) in enumerate(items, 1)
    )
    return xml("DescribeVolumesModifications", f"<volumeModificationSet>{records}</volumeModificationSet>")


def listed(action: str, members: str, *records: str) -> Reply:
    inside = "".join(f"<item>{record}</item>" for record in records)
    return xml(action, f"<{members}>{inside}</{members}>")
