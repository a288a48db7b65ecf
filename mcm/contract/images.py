"""The bytes of images: the optional abilities to give them out and to take them in."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol, runtime_checkable

from mcm.contract.resources import ResourceRef

# What a guest needs of the machine it runs on, in the words that most clouds' image properties have for it.
PROPERTIES = (
    "architecture", "os_type", "os_distro", "os_version", "hw_firmware_type", "hw_machine_type", "hw_disk_bus",
    "hw_scsi_model", "hw_vif_model", "hw_video_model", "hw_rng_model", "os_secure_boot",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class ImageFile:
    """An image as a file.

    disk_format  raw, qcow2, vmdk, vhd, vhdx, vdi or another word of the cloud's
    size_bytes   of the file, not of the disk in it; None: the cloud does not tell
    checksum     "algorithm:hexadecimal" with an algorithm of Python's hashlib; "": the cloud tells none
    properties   of PROPERTIES those that are said
    ref          None of what is to be uploaded
    """

    name: str
    disk_format: str
    size_bytes: int | None
    checksum: str = ""
    min_disk_gib: int = 0
    min_memory_mib: int = 0
    properties: Mapping[str, str] = field(default_factory=dict)
    ref: ResourceRef | None = None


class ImageSink(Protocol):
    """Where a download goes."""

    def begin(self, offset: int) -> None:
        """Called once, before the first byte: at which byte of the file what follows begins."""
        ...

    def write(self, data: bytes) -> object: ...


class ImageSource(Protocol):
    """What an upload is made of; `len()` is its size in bytes."""

    def __len__(self) -> int: ...

    def read(self, size: int = -1, /) -> bytes: ...


@runtime_checkable
class ImageKeeper(Protocol):
    """What both abilities need. Every method raises only ProviderError."""

    def image_file(self, image: ResourceRef) -> ImageFile:
        """As the cloud has it now. Raises ResourceNotFound; ResourceBusy while its bytes are still on their way;
        NotSupported where it has none (it stands for snapshots of volumes)."""
        ...

    def remove_image(self, region: str, token: str) -> None:
        """Removes the image that carries this token, and no other: one that `upload_image` or an order of
        `instance.create_image` made, with what was made on the way to it. That there is none is no error. ResourceBusy
        while something of it cannot be removed yet."""
        ...


@runtime_checkable
class ImageExport(ImageKeeper, Protocol):
    """Gives out the bytes of images."""

    def download_image(self, image: ResourceRef, sink: ImageSink, start: int = 0) -> None:
        """Writes the file to the sink, from byte `start` where the cloud can begin there and else from the first.
        Returning means that all was written; anything else raises. Never holds the whole."""
        ...


@runtime_checkable
class ImageImport(ImageKeeper, Protocol):
    """Takes images in."""

    def image_formats(self, region: str) -> Sequence[str]:
        """Disk formats that its machines start from, the best first. No network."""
        ...

    def find_image(self, region: str, token: str) -> ResourceRef | None:
        """What `upload_image` made with this token and has its bytes; None: there is nothing, or not yet all of it."""
        ...

    def upload_image(self, region: str, wanted: ImageFile, source: ImageSource, token: str) -> ResourceRef:
        """One image, private, that carries the token; returns when it is whole and its size and checksum are those of
        `wanted`. What an earlier call with the same token left without bytes is filled, never made twice; while the
        cloud is still busy with it: ResourceBusy. What does not match is removed and raises UnexpectedResponse."""
        ...
