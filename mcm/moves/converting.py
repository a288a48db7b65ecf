"""From one disk format to another with qemu-img, an outside program that is treated as one that strangers feed.

What a guest wrote into its disk must not make the program open anything else: the format is told and never guessed,
files that name other files are refused before it is started, and it runs without network, with limits.
https://www.qemu.org/docs/master/system/security.html
"""

import json
import os
import shutil
import struct
import subprocess
import time
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path

from mcm.moves.errors import ConversionFailed, ConverterMissing

PROGRAM = "qemu-img"
# Only formats whose header tells for sure whether another file belongs to it.
READS = ("raw", "qcow2")
# Ours → the program's.
WRITES = {"raw": "raw", "qcow2": "qcow2", "vmdk": "vmdk", "vhd": "vpc", "vhdx": "vhdx", "vdi": "vdi"}
TIMEOUT_S = 6 * 3600.0
_MEMORY_BYTES = 2 * 2**30
_POLL_S = 0.25
_MAGIC = b"QFI\xfb"
_EXTERNAL_DATA = 1 << 2
_HEADER = struct.Struct(">4sIQIIQIIQQIIQ")


def program() -> str | None:
    return shutil.which(PROGRAM)


def require(source: str, target: str) -> None:
    """Before anything is copied. Raises ConversionFailed, ConverterMissing."""
    if source not in READS or target not in WRITES:
        raise ConversionFailed(
            f"an image of format {source} is not converted to {target}",
            next_step=f"mcm converts {' and '.join(READS)}; convert it by hand and import it at the target",
        )
    if program() is None:
        raise ConverterMissing(
            f"the image is {source} and the target takes {target}: that needs {PROGRAM}, which is not installed",
            next_step="install it where mcm works (Debian: apt install qemu-utils), then `mcm move retry`",
        )


def virtual_bytes(file: Path, disk_format: str) -> int:
    """Of the disk in it. Raises ConversionFailed for what is not of the format, or leads to other files."""
    if disk_format == "raw":
        return file.stat().st_size
    with file.open("rb") as opened:
        head = opened.read(104)
    if len(head) < _HEADER.size or not head.startswith(_MAGIC):
        raise ConversionFailed("the image is said to be qcow2 and is not")
    _, version, backing, _, _, size, encrypted, *_ = _HEADER.unpack_from(head)
    if backing:
        raise ConversionFailed("the image names another file below it (a backing file): it is not opened")
    if encrypted:
        raise ConversionFailed("the image is encrypted: mcm has no key for it")
    features = struct.unpack_from(">Q", head, 72)[0] if version >= 3 and len(head) >= 80 else 0
    if features & _EXTERNAL_DATA:
        raise ConversionFailed("the image keeps its data in another file: it is not opened")
    return int(size)


def convert(source: Path, source_format: str, target: Path, target_format: str, beat: Callable[[], None]) -> None:
    """Writes `target` anew. beat: called while it works; it may raise, which ends the program."""
    require(source_format, target_format)
    size = virtual_bytes(source, source_format)
    _check(source, source_format)
    target.unlink(missing_ok=True)
    arguments = ["convert", "-f", source_format, "-O", WRITES[target_format], _named(source), str(target)]
    _run(arguments, beat, largest=size + size // 16 + 64 * 2**20, folder=source.parent)
    os.chmod(target, 0o600)


def _check(file: Path, disk_format: str) -> None:
    """The program's own word on it: it must see what we see, and no other file."""
    said = _run(["info", "--output=json", "-f", disk_format, _named(file)], lambda: None, 0, file.parent)
    try:
        told = json.loads(said)
    except ValueError as error:
        raise ConversionFailed(f"{PROGRAM} says nothing usable about the image") from error
    data = told.get("format-specific", {}).get("data", {}) if isinstance(told, dict) else {}
    if told.get("backing-filename") or told.get("full-backing-filename") or data.get("data-file"):
        raise ConversionFailed("the image leads to another file: it is not opened")
    if told.get("format") != disk_format:
        raise ConversionFailed(f"{PROGRAM} takes the image for {told.get('format')}, the cloud for {disk_format}")


def _named(file: Path) -> str:
    # A name with a colon would be a protocol.
    return f"file:{file}"


def _run(arguments: Sequence[str], beat: Callable[[], None], largest: int, folder: Path) -> str:
    found = program()
    if found is None:
        raise ConverterMissing(f"{PROGRAM} is not installed", next_step="Debian: apt install qemu-utils")
    said = folder / "qemu-img.log"
    began = time.monotonic()
    with said.open("w+b") as output:
        os.chmod(said, 0o600)
        child = subprocess.Popen(  # noqa: S603
            [*_fence(largest), found, *arguments], stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT,
            cwd=folder, env={"PATH": os.defpath, "LC_ALL": "C"},
        )  # fmt: skip
        try:
            while (code := _ended(child)) is None:
                beat()
                if time.monotonic() - began > TIMEOUT_S:
                    raise ConversionFailed(f"{PROGRAM} took longer than {TIMEOUT_S / 3600:g} hours and was ended")
        finally:
            if child.poll() is None:
                child.kill()
                child.wait()
        output.seek(0)
        told = output.read(65_536).decode(errors="replace")
    if code:
        last = (told.strip().splitlines() or ["without a word"])[-1].replace(f"{folder}/", "")
        raise ConversionFailed(f"{PROGRAM} ended with {code}: {last[:300]}")
    return told


def _ended(child: "subprocess.Popen[bytes]") -> int | None:
    try:
        return child.wait(_POLL_S)
    except subprocess.TimeoutExpired:
        return None


def _fence(largest: int) -> list[str]:
    """In front of the program: limits of util-linux, and a network of its own with nothing in it."""
    limits = [
        "prlimit",
        f"--as={_MEMORY_BYTES}",
        "--core=0",
        "--nofile=64",
        *([f"--fsize={largest}"] if largest else []),
    ]
    return [*_alone(), *(limits if shutil.which("prlimit") else [])]


@cache
def _alone() -> tuple[str, ...]:
    """Where the kernel lets this user have one; else the refusal of everything that names another file has to do."""
    command = ("unshare", "--user", "--map-current-user", "--net")
    if shutil.which("unshare") is None:
        return ()
    tried = subprocess.run([*command, "true"], capture_output=True, check=False)  # noqa: S603
    return command if tried.returncode == 0 else ()
