"""The bytes of an image on their way: from the source to the data directory, and from there to the target.

No transaction is open while they move. Both ways can be cut at any byte: a download goes on where its part file ends,
an upload finds what an earlier one made by its token.
"""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from mcm.contract import ImageExport, ImageFile, ImageImport, NotSupported
from mcm.contract.images import ImageKeeper
from mcm.gateway import Change, Lease
from mcm.gateway.gateway import only_provider_errors
from mcm.moves import converting, staging
from mcm.moves.errors import ImageCorrupt
from mcm.moves.work import Work
from mcm.operations.orders import packed, unpacked
from mcm.registry import reader
from mcm.sync import taking
from mcm.sync.tools import Tools

# An image is copied at this rate at least, or the cloud counts as one that does not answer.
_SLOWEST_BYTES_S = 256 * 1024
_LEAST_S = 900.0
_LOOK_S = 60.0
CHUNK = 2**20


@contextmanager
def lease(work: Work, account_id: str, seconds: float = _LOOK_S, action: str = "") -> Iterator[Lease]:
    """action: what changes something; admission hooks may refuse it."""
    access = work.access(account_id)
    change = Change(action, account_id, "", work.row.caller["principal_id"]) if action else None
    with only_provider_errors(access.name), work.runtime.gateway.lease(access, seconds, change=change) as found:
        yield found


@contextmanager
def _own_words(told: staging.Told) -> Iterator[None]:
    """What our own end raised leaves as it was raised, whatever the adapter made of it."""
    try:
        yield
    except Exception:
        if told.error is not None:
            raise told.error from None
        raise


def token(work: Work, disk: str) -> str:
    """Of what this beginning of the move uploads: the same after a restart, another one when it is begun anew."""
    name = f"{work.row.id}/{work.row.attempt}{f'/{disk}' if disk else ''}".encode()
    return f"mcm-{hashlib.blake2b(name, digest_size=16).hexdigest()}"


def tools(work: Work) -> Tools:
    runtime = work.runtime
    return Tools(runtime.settings, runtime.database, runtime.registry, runtime.gateway)


def describe(work: Work, disk: str) -> tuple[ImageFile, str]:
    """The image at the source, and the format that the target takes it in. Raises before anything is copied."""
    row, image = work.row, unpacked(work.facts(disk)["image"])
    assert image is not None
    with lease(work, row.account_id) as found:
        found_file = _exporter(found).image_file(image)
    with lease(work, row.target_account_id) as found:
        taken = list(importer(found).image_formats(row.target_region))
    wanted = found_file.disk_format if found_file.disk_format in taken else taken[0]
    if wanted != found_file.disk_format:
        converting.require(found_file.disk_format, wanted)
    return found_file, wanted


def download(work: Work, number: int, found_file: ImageFile) -> Path:
    """The whole file, compared with what the source says of it."""
    settings, row = work.runtime.settings, work.row
    whole = _staged_as(work, "source", work.disk(number))
    part = whole.with_suffix(".part")
    if whole.exists():
        return whole
    size, image = found_file.size_bytes, unpacked(work.facts(work.disk(number))["image"])
    assert image is not None
    already = part.stat().st_size if part.exists() else 0
    staging.require_room(settings, max((size or 0) - already, 0))

    def progress(done: int) -> None:
        if size is not None and done > size:
            raise ImageCorrupt(f"more than the {size} bytes arrive that the cloud has told of")
        work.beat(number, done, size)

    sink = staging.Part(part, told := staging.Told(progress))
    if size is None or already < size:
        try:
            with _own_words(told), lease(work, row.account_id, _seconds(size)) as found:
                _exporter(found).download_image(image, sink, already)
        except ImageCorrupt:
            part.unlink()
            raise
        finally:
            sink.close()
    try:
        staging.compare(part, found_file.checksum, size, lambda _: work.beat(number))
    except ImageCorrupt:
        # Nothing of it is of use: the next try begins with the first byte.
        part.unlink()
        raise
    part.rename(whole)
    with work.locked(number) as (_, _row, step):
        step.done_bytes = step.total_bytes = whole.stat().st_size
    return whole


def convert(work: Work, number: int) -> None:
    settings, disk = work.runtime.settings, work.disk(number)
    facts = work.facts(disk)
    source, target = _staged_as(work, "source", disk), _staged_as(work, "target", disk)
    if not target.exists():
        part = target.with_suffix(".part")
        virtual = converting.virtual_bytes(source, facts["source_format"])
        staging.require_room(settings, virtual if facts["format"] == "raw" else min(virtual, 2 * source.stat().st_size))
        converting.convert(source, facts["source_format"], part, facts["format"], lambda: work.beat(number))
        part.rename(target)
    work.keep(number, staged=target.name)


def _staged_as(work: Work, which: str, disk: str) -> Path:
    """which: source or target, as downloaded and as converted."""
    name = f"{which}-{work.row.attempt}{f'-{disk}' if disk else ''}"
    return staging.folder(work.runtime.settings, work.row.id) / name


def staged(work: Work, disk: str) -> Path:
    return staging.folder(work.runtime.settings, work.row.id) / str(work.facts(disk)["staged"])


def upload(work: Work, number: int) -> None:
    """Facts afterwards: target_image, and the checksum that was compared there."""
    row, disk = work.row, work.disk(number)
    file, facts = staged(work, disk), work.facts(disk)
    size = file.stat().st_size
    checksum = facts.get("checksum") if facts["staged"].startswith("source") else None
    # Its own checksum, where the source's is of something else or of a kind that others do not know.
    if not checksum or not checksum.startswith("sha"):
        checksum = facts.get("staged_checksum") or staging.checksum_of(file, "sha512", lambda _: work.beat(number))
        work.keep(number, staged_checksum=checksum)
    wanted = ImageFile(
        name=facts["image_name"], disk_format=facts["format"], size_bytes=size, checksum=checksum,
        min_disk_gib=facts["min_disk_gib"], min_memory_mib=facts["min_memory_mib"], properties=facts["properties"],
    )  # fmt: skip
    work.record(number, "move.upload", "intent", account=row.target_account_name, bytes=size)
    told = staging.Told(lambda done: work.beat(number, done, size))
    with (
        _own_words(told),
        lease(work, row.target_account_id, _seconds(size), "image.upload") as found,
        file.open("rb") as opened,
    ):
        source = staging.Reading(opened, size, told)
        image = importer(found).upload_image(row.target_region, wanted, source, token(work, disk))
        # What acts with it looks it up in the inventory.
        seen = reader(found.provider).observe([image])
    ids = taking.take(tools(work), row.target_account_id, seen)
    work.keep(
        number, target_image=packed(image), target_image_id=ids.get(image),
        uploaded={"bytes": size, "checksum": checksum},
    )  # fmt: skip
    work.record(number, "move.upload", account=row.target_account_name, image=image.native_id)


def image_of(found: Lease, work: Work, disk: str) -> ImageFile:
    """What was uploaded, as the target shows it now."""
    image = unpacked(work.facts(disk)["target_image"])
    assert image is not None
    return importer(found).image_file(image)


def remove(work: Work, number: int, disk: str, *, at_source: bool) -> None:
    """The image that the move made there. It carries the token of an operation, or of the upload; nothing else is
    touched."""
    row, facts = work.row, work.facts(disk)
    account, region = (row.account_id, row.region) if at_source else (row.target_account_id, row.target_region)
    mark = facts.get("image_token") if at_source else token(work, disk)
    if mark is None:
        return
    image = unpacked(facts.get("image" if at_source else "target_image"))
    where = row.account_name if at_source else row.target_account_name
    said: dict[str, Any] = {"account": where, "image": image.native_id if image is not None else None}
    work.record(number, "move.remove_image", "intent", **said)
    with lease(work, account, _LOOK_S * 2, "image.remove") as found:
        keeper = found.provider
        if not isinstance(keeper, ImageKeeper):
            raise NotSupported("this provider cannot remove the image")
        keeper.remove_image(region, mark)
        seen = reader(found.provider).observe([image]) if image is not None else {}
    if seen:
        taking.take(tools(work), account, seen)
    work.record(number, "move.remove_image", **said)


def _seconds(size: int | None) -> float:
    return max(_LEAST_S, (size or 0) / _SLOWEST_BYTES_S)


def _exporter(found: Lease) -> ImageExport:
    if not isinstance(found.provider, ImageExport):
        raise NotSupported("this provider does not give out images")
    return found.provider


def importer(found: Lease) -> ImageImport:
    if not isinstance(found.provider, ImageImport):
        raise NotSupported("this provider takes no images in")
    return found.provider
