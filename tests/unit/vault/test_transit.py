"""A key at a key server: what is asked of it, how often, and what each of its refusals becomes."""

import datetime
import ipaddress
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from mcm.errors import InvalidInput
from mcm.settings import Settings
from mcm.vault import Vault, VaultError
from mcm.vault.transit import TransitKeys
from mcm.vault.transit_client import TransitClient
from tests.harness import transit
from tests.harness.transit import TransitServer

PLACE, SECRET = "secret/acc_1/password/sealed", "passé-phrase 密码"


@pytest.fixture
def server() -> Iterator[TransitServer]:
    with transit.serving() as made:
        yield made


@pytest.fixture
def token_file(tmp_path: Path) -> Path:
    file = tmp_path / "token"
    file.write_text("token-1-of-the-test\n")
    return file


def _settings(server: TransitServer, **options: Any) -> Settings:
    return Settings(transit_url=server.url, **options)


@pytest.fixture
def vault(server: TransitServer, token_file: Path) -> Vault:
    return Vault(TransitKeys.from_settings(_settings(server, transit_token_file=token_file)))


def _keys(vault: Vault) -> TransitKeys:
    assert isinstance(vault.source, TransitKeys)
    return vault.source


def _again(vault: Vault) -> Vault:
    """As another process: nothing in memory."""
    _keys(vault).forget()
    return vault


def test_sealed_value_opens_and_the_server_never_sees_it(vault: Vault, server: TransitServer) -> None:
    sealed = vault.seal(SECRET, PLACE)
    assert _again(vault).open(sealed, PLACE) == SECRET
    assert SECRET not in str(server.bodies)
    assert SECRET.encode() not in sealed
    assert all("associated_data" in body for body in server.bodies)


def test_server_is_asked_once_for_a_value(vault: Vault, server: TransitServer) -> None:
    sealed = vault.seal(SECRET, PLACE)
    for _ in range(20):
        assert vault.open(sealed, PLACE) == SECRET
    assert server.count("decrypt") == 0
    _again(vault)
    for _ in range(20):
        assert vault.open(sealed, PLACE) == SECRET
    assert server.count("decrypt") == 1


def test_memory_of_data_keys_is_bounded(server: TransitServer, token_file: Path) -> None:
    source = TransitKeys(TransitClient(server.url, token_file=token_file), "transit", "mcm", kept=5)
    vault = Vault(source)
    sealed = [vault.seal(f"value-{number}", PLACE) for number in range(12)]
    assert len(source._data_keys) == 5
    assert [vault.open(one, PLACE) for one in sealed] == [f"value-{number}" for number in range(12)]
    assert len(source._data_keys) == 5


def test_moved_cut_or_flipped_value_is_refused(vault: Vault) -> None:
    sealed = vault.seal(SECRET, PLACE)
    with pytest.raises(VaultError, match="moved"):
        _again(vault).open(sealed, "secret/acc_2/password/sealed")
    for position in range(len(sealed)):
        altered = bytearray(sealed)
        altered[position] ^= 8
        with pytest.raises(VaultError) as refused:
            _again(vault).open(bytes(altered), PLACE)
        assert SECRET not in refused.value.message
    for length in (0, 1, 9, 11, 40, len(sealed) - 1):
        with pytest.raises(VaultError):
            _again(vault).open(sealed[:length], PLACE)


def test_new_version_has_another_id_of_the_same_family_and_the_old_one_still_opens(vault: Vault) -> None:
    sealed, before = vault.seal(SECRET, PLACE), vault.key_id
    after = _keys(vault).begin(lambda _: None)
    assert after != before
    assert after[:12] == before[:12]
    assert vault.key_of(vault.seal("x", PLACE)) == after
    assert _again(vault).open(sealed, PLACE) == SECRET


def test_version_that_policy_no_longer_allows_is_refused(vault: Vault, server: TransitServer) -> None:
    sealed = vault.seal(SECRET, PLACE)
    server.minimum = 2
    with pytest.raises(VaultError):
        _again(vault).open(sealed, PLACE)


def test_other_key_of_the_server_is_named(server: TransitServer, token_file: Path, vault: Vault) -> None:
    sealed = vault.seal(SECRET, PLACE)
    server.keys["other"] = [b"k" * 32]
    other = Vault(TransitKeys.from_settings(_settings(server, transit_token_file=token_file, transit_key="other")))
    with pytest.raises(VaultError) as refused:
        other.open(sealed, PLACE)
    assert vault.key_id in refused.value.message
    assert other.key_id in refused.value.message


def test_local_key_does_not_open_what_the_server_sealed(vault: Vault, tmp_path: Path) -> None:
    sealed = vault.seal(SECRET, PLACE)
    with pytest.raises(VaultError, match="another kind"):
        Vault(tmp_path / "master.key").open(sealed, PLACE)


def test_refused_token_is_read_again_from_its_file(vault: Vault, server: TransitServer, token_file: Path) -> None:
    vault.seal(SECRET, PLACE)
    server.tokens = {"token-2-renewed"}
    with pytest.raises(VaultError, match="refuses mcm's token") as refused:
        vault.seal(SECRET, PLACE)
    assert "policy" in refused.value.next_step
    token_file.write_text("token-2-renewed")
    assert vault.open(vault.seal(SECRET, PLACE), PLACE) == SECRET


def test_approle_signs_in_and_signs_in_again(server: TransitServer, tmp_path: Path) -> None:
    secret_id = tmp_path / "secret-id"
    secret_id.write_text("secret-id-of-role-1\n")
    vault = Vault(
        TransitKeys.from_settings(_settings(server, transit_role_id="role-1", transit_secret_id_file=secret_id))
    )
    sealed = vault.seal(SECRET, PLACE)
    server.tokens.clear()
    assert _again(vault).open(sealed, PLACE) == SECRET
    assert server.count("approle") == 2
    secret_id.write_text("wrong")
    server.tokens.clear()
    with pytest.raises(VaultError, match="refused the AppRole") as refused:
        vault.seal(SECRET, PLACE)
    assert "wrong" not in refused.value.message


def test_sealed_server_is_said_and_what_was_opened_stays_open(vault: Vault, server: TransitServer) -> None:
    sealed = vault.seal(SECRET, PLACE)
    server.sealed = True
    assert vault.open(sealed, PLACE) == SECRET
    with pytest.raises(VaultError, match="is sealed") as refused:
        vault.seal(SECRET, PLACE)
    assert "unseal" in refused.value.next_step


@pytest.mark.parametrize("garbage", [b"<html>proxy</html>", b"[]", b'{"data": {}}', b'{"data": {"ciphertext": "x"}}'])
def test_answer_of_something_else_is_refused(vault: Vault, server: TransitServer, garbage: bytes) -> None:
    server.garbage = garbage
    with pytest.raises(VaultError) as refused:
        vault.seal(SECRET, PLACE)
    assert "MCM_TRANSIT" in refused.value.next_step


def test_missing_mount_and_unreachable_server_are_said(server: TransitServer, token_file: Path) -> None:
    wrong = TransitKeys(TransitClient(server.url, token_file=token_file), "nowhere", "mcm")
    with pytest.raises(VaultError, match="knows no nowhere/encrypt/mcm"):
        wrong.current()
    gone = TransitKeys(TransitClient("http://127.0.0.1:9", token_file=token_file), "transit", "mcm")
    with pytest.raises(VaultError, match="does not answer"):
        gone.current()


def test_namespace_is_sent(token_file: Path) -> None:
    with transit.serving(namespace="team-a") as server:
        with pytest.raises(VaultError):
            TransitKeys.from_settings(_settings(server, transit_token_file=token_file)).current()
        made = TransitKeys.from_settings(_settings(server, transit_token_file=token_file, transit_namespace="team-a"))
        assert made.current()


def test_tls_needs_the_server_s_own_authority(tmp_path: Path, token_file: Path) -> None:
    certificate, key = _certificate(tmp_path)
    with transit.serving(certificate, key) as server:
        with pytest.raises(VaultError, match="does not answer"):
            TransitKeys.from_settings(_settings(server, transit_token_file=token_file)).current()
        trusted = _settings(server, transit_token_file=token_file, transit_ca_file=certificate)
        assert TransitKeys.from_settings(trusted).current()


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"transit_url": "http://vault.example:8200"}, "https"),
        ({"transit_url": "https://user:word@vault.example"}, "https"),
        ({"transit_url": "nonsense"}, "https"),
        ({"transit_url": "https://vault.example:8200"}, "sign in"),
        ({"transit_url": "https://vault.example:8200", "transit_role_id": "r"}, "secret id"),
        ({"transit_url": "https://v.example", "transit_role_id": "r", "transit_token_file": "/t"}, "sign in"),
    ],
)
def test_settings_that_cannot_work_are_refused(options: dict[str, Any], said: str) -> None:
    with pytest.raises(InvalidInput, match=said) as refused:
        TransitKeys.from_settings(Settings(**options))
    assert "word" not in refused.value.message


def _certificate(folder: Path) -> tuple[Path, Path]:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "key server")])
    now = datetime.datetime.now(datetime.UTC)
    address = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
    made = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
        .serial_number(x509.random_serial_number()).not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1)).add_extension(address, critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    files = folder / "server.pem", folder / "server.key"
    files[0].write_bytes(made.public_bytes(serialization.Encoding.PEM))
    private = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    files[1].write_bytes(key.private_bytes(serialization.Encoding.PEM, *private))
    return files
