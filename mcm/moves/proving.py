"""The proof of a move: what is at the target is compared with what was sent there, and the source with what it was."""

from mcm.contract import ImageFile, RelationType
from mcm.models import ResourceRow
from mcm.moves import staging, transfers
from mcm.moves.errors import NotVerified
from mcm.moves.work import Work
from mcm.operations.orders import unpacked
from mcm.registry import reader


def verify(work: Work, number: int) -> bool:
    """At the target: the instance runs and is what was asked for; its image and those of its volumes are what was sent
    there, and the volumes hang on it."""
    row, disks = work.row, ["", *work.row.wanted.get("disks", {})]
    instance = unpacked(row.facts["instance"])
    assert instance is not None
    if row.wanted["stop"] and source_state(work) == "running":
        raise NotVerified(
            "the source was started again since it was stopped: what was written there since is not in the image",
            next_step="look who uses it; then `mcm move retry` makes a new image",
        )
    with transfers.lease(work, row.target_account_id) as found:
        images = {disk: transfers.image_of(found, work, disk) for disk in disks}
        volumes = {disk: unpacked(work.facts(disk)["volume"]) for disk in disks if disk}
        seen = reader(found.provider).observe([instance, *(one for one in volumes.values() if one is not None)])
        there = seen[instance]
    wrong = [] if there is not None and there.state == "running" else ["the instance does not run"]
    if there is not None:
        lost = {key for key, value in row.params.get("tags", {}).items() if (there.tags or {}).get(key) != value}
        wrong += [f"tags are missing: {', '.join(sorted(lost))}"] if lost else []
        wrong += [] if there.name == row.params["name"] else ["the instance has another name"]
    for disk, shown in images.items():
        of = f"volume '{row.wanted['disks'][disk]['name']}': " if disk else ""
        wrong += [f"{of}{one}" for one in _differs(work, number, disk, shown)]
    for disk, ref in volumes.items():
        volume = seen.get(ref) if ref is not None else None
        hangs = volume is not None and any(
            one.type is RelationType.ATTACHED_TO and one.native_id == instance.native_id for one in volume.relations
        )
        wrong += [] if hangs else [f"volume '{row.wanted['disks'][disk]['name']}' is not attached to the instance"]
    if wrong:
        raise NotVerified(f"what is at the target is not what was sent: {'; '.join(wrong)}")
    for disk, shown in images.items():
        told = {"checksum": shown.checksum, "bytes": shown.size_bytes, "format": shown.disk_format}
        work.keep(number, disk, verified=told)
    return True


def _differs(work: Work, number: int, disk: str, shown: ImageFile) -> list[str]:
    """What of an image at the target is not as it was sent."""
    facts = work.facts(disk)
    wrong = [] if shown.disk_format == facts["format"] else [f"the image's format is {shown.disk_format}"]
    wrong += [] if shown.size_bytes == facts["uploaded"]["bytes"] else [f"the image has {shown.size_bytes} bytes"]
    same = _comparable(work, number, disk, shown.checksum)
    wrong += [] if shown.checksum == same else ["the image has another checksum"]
    wrong += [f"the image's {name} is {shown.properties.get(name)}"
              for name, value in facts["properties"].items() if shown.properties.get(name) != value]  # fmt: skip
    if (shown.min_disk_gib, shown.min_memory_mib) != (facts["min_disk_gib"], facts["min_memory_mib"]):
        wrong.append("the image's smallest disk or memory is not the same")
    return wrong


def _comparable(work: Work, number: int, disk: str, shown: str) -> str:
    """The staged file's checksum by the algorithm of the target."""
    known: str = work.facts(disk)["uploaded"]["checksum"]
    algorithm = shown.partition(":")[0]
    if not shown or known.startswith(f"{algorithm}:"):
        return known if shown else ""
    return staging.checksum_of(transfers.staged(work, disk), algorithm, lambda _: work.beat(number))


def source_state(work: Work) -> str:
    with work.runtime.database.reading() as session:
        row = session.get(ResourceRow, work.row.resource_id)
        return row.state if row is not None else ""
