"""The one file in a ZIP, as a stream. Nothing is unpacked under its name, and of what the archive says only that is
believed which is read."""

import io
import struct
import tempfile
import zipfile
import zlib
from typing import IO, Any

from mcm.charges.reasons import Unreadable, too_large

_MARKS = (b"PK\x03\x04", b"PK\x05\x06")
_ENCRYPTED = 0x1 | 0x40
# The directory of one file is small; that of a million empty ones would be held in memory.
_LARGEST_READ = 2**20
_PIECE = 256 * 2**10


def is_zip(start: bytes) -> bool:
    return start in _MARKS


def member(file: IO[bytes], most_bytes: int | None) -> io.BufferedReader:
    """Raises Unreadable; while it is read OSError, EOFError and zlib.error, as gzip does."""
    try:
        archive = zipfile.ZipFile(_Careful(file))
        info = _only(archive.infolist())
        if most_bytes is not None and info.file_size > most_bytes:
            raise too_large(None, most_bytes)
        return io.BufferedReader(_Member(archive.open(info), info.file_size), _PIECE)
    except zipfile.BadZipFile as error:
        # The directory is at the end.
        cut = "not a zip file" in str(error)
        raise Unreadable("truncated_file" if cut else "broken_file", None, str(error)) from None
    except (OSError, EOFError, ValueError, NotImplementedError, RuntimeError, struct.error) as error:
        raise Unreadable("broken_file", None, str(error)) from None


def aside(packed: io.BufferedReader, most_bytes: int | None) -> IO[bytes]:
    """On disk, as Parquet is read from its end. Raises Unreadable."""
    file = tempfile.TemporaryFile(prefix="mcm-bill-")  # noqa: SIM115
    try:
        while piece := _piece(packed):
            file.write(piece)
            if most_bytes is not None and file.tell() > most_bytes:
                raise too_large(None, most_bytes)
    except BaseException:
        file.close()
        raise
    file.seek(0)
    return file


def _only(found: list[zipfile.ZipInfo]) -> zipfile.ZipInfo:
    files = [one for one in found if not one.is_dir()]
    names = [one.filename for one in files]
    if "[Content_Types].xml" in names:
        raise Unreadable("not_a_table", 1, "XLSX")
    if not files:
        raise Unreadable("empty_file")
    if len(files) > 1:
        raise Unreadable("zip_of_several", None, ", ".join(names[:3]))
    (info,) = files
    name = info.filename
    odd = "\\" in info.orig_filename or "\0" in info.orig_filename or not name.isprintable()
    if odd or name.startswith("/") or ":" in name or ".." in name.split("/"):
        raise Unreadable("zip_with_path", None, repr(name))
    if info.flag_bits & _ENCRYPTED:
        raise Unreadable("zip_encrypted", None, name)
    if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        method = zipfile.compressor_names.get(info.compress_type, str(info.compress_type))  # type: ignore[attr-defined]
        raise Unreadable("zip_method", None, method)
    return info


def _piece(packed: io.BufferedReader) -> bytes:
    try:
        return packed.read(_PIECE)
    except EOFError:
        raise Unreadable("truncated_file") from None
    except (OSError, zlib.error) as error:
        raise Unreadable("broken_file", None, str(error)) from None


class _Careful:
    """A file of which little is read at once."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self.seek, self.tell, self.seekable = file.seek, file.tell, file.seekable

    def read(self, size: int = -1) -> bytes:
        if size > _LARGEST_READ:
            raise zipfile.BadZipFile(f"a directory of more than {_LARGEST_READ} bytes")
        # The end of the file is asked for as all there is from some place on.
        return self._file.read(size if size >= 0 else _LARGEST_READ)


class _Member(io.RawIOBase):
    """left: how much of it the directory still promises."""

    def __init__(self, packed: IO[bytes], left: int) -> None:
        self._packed, self._left = packed, left

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        try:
            piece = self._packed.read(len(buffer))
        except zipfile.BadZipFile as error:
            # Such as a wrong checksum at the end.
            raise OSError(str(error)) from None
        self._left -= len(piece)
        if not piece and self._left > 0 and len(buffer):
            raise EOFError(f"{self._left} bytes less than the directory says")
        buffer[: len(piece)] = piece
        return len(piece)
