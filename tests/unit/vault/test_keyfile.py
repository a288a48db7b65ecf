"""The master key's file: created once, whoever starts first; refused when others could read it."""

import base64
import os
import stat
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from mcm.vault import VaultError, keyfile

_CHILD = """
import sys
from pathlib import Path
from mcm.vault import keyfile
print("ready", flush=True)
sys.stdin.readline()
print(keyfile.load_or_create(Path(sys.argv[1]))[0].hex(), flush=True)
"""


def test_new_key_is_32_random_bytes_that_only_the_owner_may_read(tmp_path: Path) -> None:
    file = tmp_path / "new" / "folder" / "master.key"
    (key,) = keyfile.load_or_create(file)
    assert len(key) == 32
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700
    assert base64.b64decode(file.read_text()) == key
    assert os.listdir(file.parent) == ["master.key"]
    assert keyfile.load_or_create(file) == (key,)
    assert keyfile.load_or_create(tmp_path / "another.key") != (key,)


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o644, 0o601, 0o610, 0o622])
def test_key_that_others_could_read_is_refused_with_the_remedy(tmp_path: Path, mode: int) -> None:
    file = tmp_path / "master.key"
    keyfile.load_or_create(file)
    file.chmod(mode)
    with pytest.raises(VaultError, match="open to other users") as refused:
        keyfile.load_or_create(file)
    assert "chmod 600" in refused.value.next_step


@pytest.mark.parametrize("mode", [0o600, 0o400])
def test_key_for_the_owner_alone_is_taken(tmp_path: Path, mode: int) -> None:
    file = tmp_path / "master.key"
    (key,) = keyfile.load_or_create(file)
    file.chmod(mode)
    assert keyfile.load_or_create(file) == (key,)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "0 bytes"),
        (b"not base64 at all!", "base64"),
        (base64.b64encode(b"x" * 31), "31 bytes"),
        (base64.b64encode(b"x" * 33), "33 bytes"),
        (b"\xff\xfe\x00", "cannot be read"),
        (b"A" * 100_000, "bytes instead"),
    ],
)
def test_file_that_is_no_key_is_refused_and_left_alone(tmp_path: Path, content: bytes, said: str) -> None:
    file = tmp_path / "master.key"
    file.write_bytes(content)
    file.chmod(0o600)
    with pytest.raises(VaultError, match=said):
        keyfile.load_or_create(file)
    assert file.read_bytes() == content


def test_folder_in_its_place_is_refused(tmp_path: Path) -> None:
    (tmp_path / "master.key").mkdir()
    with pytest.raises(VaultError, match="cannot be read"):
        keyfile.load_or_create(tmp_path / "master.key")


def test_place_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder")
    with pytest.raises(VaultError, match="cannot be created"):
        keyfile.load_or_create(tmp_path / "file" / "master.key")


def test_processes_that_start_together_end_with_one_key(tmp_path: Path) -> None:
    file = tmp_path / "keys" / "master.key"
    children = [
        subprocess.Popen(
            [sys.executable, "-c", _CHILD, str(file)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        for _ in range(4)
    ]
    for child in children:
        assert child.stdout is not None
        assert child.stdout.readline() == "ready\n"
    for child in children:
        assert child.stdin is not None
        child.stdin.write("\n")
        child.stdin.flush()
    answers = [child.communicate(timeout=60)[0].strip() for child in children]
    assert all(child.returncode == 0 for child in children)
    assert set(answers) == {keyfile.load_or_create(file)[0].hex()}
    assert os.listdir(file.parent) == ["master.key"]


def test_threads_that_start_together_end_with_one_key(tmp_path: Path) -> None:
    for attempt in range(20):
        file = tmp_path / str(attempt) / "master.key"
        barrier = threading.Barrier(8)

        def create(_: int, file: Path = file, barrier: threading.Barrier = barrier) -> bytes:
            barrier.wait()
            return keyfile.load_or_create(file)[0]

        with ThreadPoolExecutor(8) as pool:
            assert len(set(pool.map(create, range(8)))) == 1
        assert os.listdir(file.parent) == ["master.key"]


def test_leftover_of_a_killed_process_does_not_keep_the_next_from_starting(tmp_path: Path) -> None:
    """In a container a process that is started again often has the same id."""
    (tmp_path / f".master.key.{os.getpid()}").write_bytes(b"half a k")
    assert len(keyfile.load_or_create(tmp_path / "master.key")[0]) == 32
