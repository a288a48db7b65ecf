"""Disk images and qemu-img: what is never opened, and that what comes out is the same disk."""

import hashlib
import json
import shutil
import struct
import subprocess
from pathlib import Path

import pytest

from mcm.moves import converting
from mcm.moves.errors import ConversionFailed, ConverterMissing
from mcm_providers.simulated.images import qcow2
from tests.harness.packages import ensure_debian_packages

_MIB = 2**20


@pytest.fixture(scope="module")
def qemu_img() -> str:
    reason = None if shutil.which("qemu-img") else ensure_debian_packages(["qemu-utils"])
    assert reason is None, reason
    found = shutil.which("qemu-img")
    assert found is not None
    return found


def _run(*arguments: str) -> str:
    return subprocess.run(arguments, capture_output=True, text=True, check=True).stdout


def _digest(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()


def test_a_disk_is_the_same_there_and_back(tmp_path: Path, qemu_img: str) -> None:
    data = hashlib.shake_256(b"a disk").digest(3 * _MIB + 512)
    (tmp_path / "raw").write_bytes(data)
    converting.convert(tmp_path / "raw", "raw", tmp_path / "qcow2", "qcow2", lambda: None)
    told = json.loads(_run(qemu_img, "info", "--output=json", str(tmp_path / "qcow2")))
    assert (told["format"], told["virtual-size"]) == ("qcow2", len(data))
    assert converting.virtual_bytes(tmp_path / "qcow2", "qcow2") == len(data)
    converting.convert(tmp_path / "qcow2", "qcow2", tmp_path / "back", "raw", lambda: None)
    assert _digest(tmp_path / "back") == _digest(tmp_path / "raw")
    assert (tmp_path / "back").stat().st_mode & 0o777 == 0o600


def test_what_a_simulated_cloud_calls_qcow2_is_one(tmp_path: Path, qemu_img: str) -> None:
    data = hashlib.shake_256(b"simulated").digest(_MIB)
    (tmp_path / "made").write_bytes(qcow2(data, 64 * _MIB))
    assert "No errors were found" in _run(qemu_img, "check", "-f", "qcow2", str(tmp_path / "made"))
    converting.convert(tmp_path / "made", "qcow2", tmp_path / "raw", "raw", lambda: None)
    assert (tmp_path / "raw").read_bytes() == data.ljust(64 * _MIB, b"\0")


def test_a_file_that_names_another_is_not_opened(tmp_path: Path, qemu_img: str) -> None:
    secret = tmp_path / "secret"
    secret.write_bytes(b"root:x:0:0" + bytes(_MIB))
    made = tmp_path / "made"
    _run(qemu_img, "create", "-q", "-f", "qcow2", "-F", "raw", "-b", str(secret), str(made))
    with pytest.raises(ConversionFailed, match="backing file"):
        converting.convert(made, "qcow2", tmp_path / "out", "raw", lambda: None)
    _run(qemu_img, "create", "-q", "-f", "qcow2", "-o", f"data_file={tmp_path / 'data'}", str(made), "1M")
    with pytest.raises(ConversionFailed, match="another file"):
        converting.convert(made, "qcow2", tmp_path / "out", "raw", lambda: None)
    assert not (tmp_path / "out").exists()


def test_the_format_is_told_and_never_guessed(tmp_path: Path, qemu_img: str) -> None:
    """A raw disk that begins like a qcow2 with a backing file, written by whoever was inside the guest, is data."""
    header = qcow2(b"", _MIB)[:72]
    trap = header[:8] + struct.pack(">QI", 104, 11) + header[20:] + bytes(32) + b"/etc/passwd"
    (tmp_path / "trap").write_bytes(trap.ljust(_MIB, b"\0"))
    converting.convert(tmp_path / "trap", "raw", tmp_path / "out", "qcow2", lambda: None)
    converting.convert(tmp_path / "out", "qcow2", tmp_path / "back", "raw", lambda: None)
    assert _digest(tmp_path / "back") == _digest(tmp_path / "trap")


def test_what_is_no_image_is_said(tmp_path: Path) -> None:
    (tmp_path / "text").write_bytes(b"<html>" * 100)
    with pytest.raises(ConversionFailed, match="is not"):
        converting.virtual_bytes(tmp_path / "text", "qcow2")
    with pytest.raises(ConversionFailed, match="vmdk"):
        converting.require("vmdk", "qcow2")


def test_it_ends_when_nobody_wants_it_any_more(tmp_path: Path, qemu_img: str) -> None:
    """The program is killed, not left behind: here one that would never end by itself."""
    slow = tmp_path / "bin" / "qemu-img"
    slow.parent.mkdir()
    slow.write_text("#!/bin/sh\nsleep 600\n")
    slow.chmod(0o755)

    class Enough(Exception):
        pass

    def beat() -> None:
        raise Enough

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(converting, "program", lambda: str(slow))
        with pytest.raises(Enough):
            converting._run(["convert"], beat, 0, tmp_path)


def test_without_the_program_it_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(converting, "program", lambda: None)
    with pytest.raises(ConverterMissing) as missing:
        converting.require("raw", "qcow2")
    assert "qemu-utils" in missing.value.next_step
