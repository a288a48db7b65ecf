"""Sealed secrets open at their place with their key, and in no other way."""

import base64
import os
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mcm.vault import Vault, VaultError
from mcm.vault.local import FileKeys

PLACE = "secret/acc_1/password/sealed"
SECRET = "pass\u00e9-phrase \u5bc6\u7801 \U0001f512"
# (what, first byte, last byte): see the layout in mcm/vault/vault.py
PARTS = [
    ("version", 0, 0),
    ("key id", 1, 8),
    ("outer nonce", 9, 20),
    ("wrapped data key", 21, 52),
    ("its tag", 53, 68),
    ("inner nonce", 69, 80),
    ("ciphertext", 81, 90),
    ("its tag", -16, -1),
]
POSITIONS = sorted({(name, at) for name, first, last in PARTS for at in (first, (first + last) // 2, last)})


@pytest.fixture
def vault(tmp_path: Path) -> Vault:
    return Vault(tmp_path / "keys" / "master.key")


def _file(vault: Vault) -> Path:
    assert isinstance(vault.source, FileKeys)
    return vault.source.path


def _flipped(sealed: bytes, position: int, bit: int) -> bytes:
    altered = bytearray(sealed)
    altered[position] ^= 1 << bit
    return bytes(altered)


@pytest.mark.parametrize("text", ["", "x", SECRET, "line\nline", "\0", "a" * 100_000])
def test_what_was_sealed_opens_at_its_place(vault: Vault, text: str) -> None:
    assert vault.open(vault.seal(text, PLACE), PLACE) == text


def test_same_secret_never_looks_the_same_twice_and_shows_nothing(vault: Vault) -> None:
    sealed = [vault.seal(SECRET, PLACE) for _ in range(50)]
    assert len(set(sealed)) == 50
    assert len({one[9:21] for one in sealed} | {one[69:81] for one in sealed}) == 100
    assert not any(SECRET.encode() in one or b"phrase" in one for one in sealed)


@pytest.mark.parametrize("bit", [0, 7])
@pytest.mark.parametrize(("part", "position"), POSITIONS)
def test_flipped_bit_is_refused_wherever_it_is(vault: Vault, part: str, position: int, bit: int) -> None:
    sealed = vault.seal(SECRET, PLACE)
    with pytest.raises(VaultError) as refused:
        vault.open(_flipped(sealed, position, bit), PLACE)
    assert refused.value.next_step
    assert SECRET not in f"{refused.value.message}{refused.value.next_step}"


def test_every_single_byte_counts(vault: Vault) -> None:
    sealed = vault.seal("short", PLACE)
    for position in range(len(sealed)):
        with pytest.raises(VaultError):
            vault.open(_flipped(sealed, position, 3), PLACE)


@pytest.mark.parametrize("length", [0, 1, 8, 81, 96, -1])
def test_cut_ciphertext_is_damaged_and_no_crash(vault: Vault, length: int) -> None:
    with pytest.raises(VaultError):
        vault.open(vault.seal(SECRET, PLACE)[:length], PLACE)


@settings(max_examples=200, deadline=None, derandomize=True)
@given(noise=st.binary(max_size=300))
def test_noise_is_refused(tmp_path_factory: pytest.TempPathFactory, noise: bytes) -> None:
    vault = Vault(tmp_path_factory.getbasetemp() / "noise" / "master.key")
    known = vault.seal("x", PLACE)
    for sealed in (noise, known[:9] + noise, known + noise if noise else b""):
        with pytest.raises(VaultError):
            vault.open(sealed, PLACE)


@pytest.mark.parametrize(
    "place",
    ["secret/acc_2/password/sealed", "secret/acc_1/token/sealed", "other/acc_1/password/sealed",
     "secret/acc_1/password/sealed2", "", "secret/acc_1/passwor", "secret\0acc_1/password/sealed"],
)  # fmt: skip
def test_ciphertext_moved_to_another_place_does_not_open(vault: Vault, place: str) -> None:
    sealed = vault.seal(SECRET, PLACE)
    with pytest.raises(VaultError, match="moved to another place"):
        vault.open(sealed, place)


def test_wrapped_key_of_one_value_does_not_open_another(vault: Vault) -> None:
    first, second = vault.seal("first", PLACE), vault.seal("second", PLACE)
    with pytest.raises(VaultError):
        vault.open(first[:69] + second[69:], PLACE)


def test_another_key_is_named_and_nothing_opens(vault: Vault, tmp_path: Path) -> None:
    sealed = vault.seal(SECRET, PLACE)
    other = Vault(tmp_path / "other" / "master.key")
    other.seal("x", PLACE)
    with pytest.raises(VaultError) as refused:
        other.open(sealed, PLACE)
    assert vault.key_id in refused.value.message
    assert other.key_id in refused.value.message
    assert "MCM_MASTER_KEY_FILE" in refused.value.next_step


def test_forged_key_id_does_not_help(vault: Vault, tmp_path: Path) -> None:
    sealed = vault.seal(SECRET, PLACE)
    other = Vault(tmp_path / "other" / "master.key")
    other.seal("x", PLACE)
    forged = sealed[:1] + bytes.fromhex(other.key_id) + sealed[9:]
    with pytest.raises(VaultError, match="altered"):
        other.open(forged, PLACE)


def test_key_id_tells_nothing_about_the_key(vault: Vault) -> None:
    vault.seal("x", PLACE)
    key = base64.b64decode(_file(vault).read_text())
    assert bytes.fromhex(vault.key_id) not in key
    assert len(bytes.fromhex(vault.key_id)) == 8


def test_same_key_file_opens_in_another_process_s_vault(vault: Vault) -> None:
    sealed = vault.seal(SECRET, PLACE)
    assert Vault(_file(vault)).open(sealed, PLACE) == SECRET


def test_key_is_not_created_by_reading_inventory(tmp_path: Path) -> None:
    """Opened at first use only: a server that merely lists needs no key."""
    file = tmp_path / "master.key"
    Vault(file)
    assert not file.exists()
    assert os.listdir(tmp_path) == []
