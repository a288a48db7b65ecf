"""Signed bundles: nothing of one is believed that its maker did not sign, and all of it is imported or nothing."""

import io
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key

from mcm.errors import InvalidInput, McmError
from mcm.kit import clock
from mcm.prices import bundles
from mcm.prices.errors import InvalidPriceList, UntrustedBundle
from tests.lab import Lab
from tests.rooms.prices.making import bring, contents, file, line

KEY = Ed25519PrivateKey.generate()
RATES = b"base,quote,rate,source,on\nEUR,USD,1.1,bank,2026-01-31\n"


def _public(folder: Path, key: Ed25519PrivateKey = KEY) -> Path:
    path = folder / f"{id(key)}.pub"
    path.write_bytes(
        key.public_key().public_bytes(
            serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
        )
    )  # fmt: skip
    return path


def _bundle(folder: Path, *lists: bytes, rates: bytes | None = RATES, key: Ed25519PrivateKey = KEY) -> bytes:
    named = []
    for number, content in enumerate(lists):
        (folder / f"{number}.csv").write_bytes(content)
        named.append((folder / f"{number}.csv", bundles.LISTS))
    if rates is not None:
        (folder / "rates.csv").write_bytes(rates)
        named.append((folder / "rates.csv", bundles.RATES))
    target = io.BytesIO()
    bundles.sign(named, key, clock.now(), target)
    return target.getvalue()


def test_a_bundle_of_several_lists_and_rates(lab: Lab, tmp_path: Path) -> None:
    made = _bundle(tmp_path, file(line()), file(line(provider="other", currency="CNY")))
    report = bring(lab, made, keys=[_public(tmp_path, Ed25519PrivateKey.generate()), _public(tmp_path)])
    assert [(one.provider, one.currency, one.points) for one in report.lists] == [
        ("cloud", "USD", 1),
        ("other", "CNY", 1),
    ]
    assert (report.exchange_rates, report.signed_by) == (1, bundles.fingerprint(KEY.public_key()))
    before = contents(lab)
    again = bring(lab, made, keys=[_public(tmp_path)])
    assert ([one.already for one in again.lists], again.exchange_rates) == ([True, True], 0)
    # A list is the same list whether it comes in a bundle or by itself.
    assert bring(lab, file(line())).lists[0].already
    assert contents(lab) == before


def test_one_wrong_line_in_the_last_file_and_nothing_is_imported(lab: Lab, tmp_path: Path) -> None:
    before = contents(lab)
    for made in (
        _bundle(tmp_path, file(line()), file(line(provider="other", price="0"))),
        _bundle(tmp_path, file(line()), rates=RATES + b"EUR,USD,-1,bank,2026-01-31\n"),
        _bundle(tmp_path, file(line()), rates=b"a,b\n1,2\n"),
    ):
        with pytest.raises(InvalidPriceList, match="of the bundle has"):
            bring(lab, made, keys=[_public(tmp_path)])
        assert contents(lab) == before


def _again(made: bytes, change: Callable[[dict[str, bytes]], None]) -> bytes:
    """Unpacked, changed and packed again."""
    with zipfile.ZipFile(io.BytesIO(made)) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    change(files)
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return target.getvalue()


def _cheaper(files: dict[str, bytes]) -> None:
    files["001-prices.csv"] = files["001-prices.csv"].replace(b"0.1,", b"0.0,")


def _own_hash(files: dict[str, bytes]) -> None:
    files[bundles.MANIFEST] = files[bundles.MANIFEST].replace(b'"kind"', b'"kind" ')


CHANGES: dict[str, Callable[[dict[str, bytes]], object]] = {
    "is not what was signed": _cheaper,
    "or was altered since": _own_hash,
    "not signed$": lambda files: files.pop(bundles.SIGNATURE),
    "no manifest": lambda files: files.pop(bundles.MANIFEST),
    "cannot be unpacked": lambda files: files.pop("001-prices.csv"),
    "signature cannot be read": lambda files: files.update({bundles.SIGNATURE: b"not base64!"}),
    "larger than any real one": lambda files: files.update({bundles.MANIFEST: b" " * (2 << 20)}),
}


@pytest.mark.parametrize("said", CHANGES)
def test_what_was_altered_is_refused(lab: Lab, tmp_path: Path, said: str) -> None:
    before = contents(lab)

    def change(files: dict[str, bytes]) -> None:
        CHANGES[said](files)

    with pytest.raises(UntrustedBundle, match=said):
        bring(lab, _again(_bundle(tmp_path, file(line())), change), keys=[_public(tmp_path)])
    assert contents(lab) == before


def test_any_flipped_byte_is_noticed_or_makes_no_difference(lab: Lab, tmp_path: Path) -> None:
    made = _bundle(tmp_path, file(line()))
    keys = [_public(tmp_path)]
    wanted = bring(lab, made, keys=keys, dry_run=True)
    outcomes = set()
    for place in range(0, len(made), 37):
        altered = bytearray(made)
        altered[place] ^= 0x41
        try:
            assert bring(lab, bytes(altered), keys=keys, dry_run=True) == wanted
            outcomes.add("the same")
        except McmError as error:
            outcomes.add(error.code)
    assert "untrusted_price_bundle" in outcomes
    # What is no zip any more is read as CSV, and is none.
    assert outcomes <= {"untrusted_price_bundle", "invalid_price_list", "the same"}


def test_whose_key_is_not_trusted_is_refused(lab: Lab, tmp_path: Path) -> None:
    made = _bundle(tmp_path, file(line()), key=Ed25519PrivateKey.generate())
    with pytest.raises(UntrustedBundle, match="not signed by a key that this installation trusts"):
        bring(lab, made, keys=[_public(tmp_path)])
    with pytest.raises(UntrustedBundle, match="trusts no key"):
        bring(lab, made)
    assert lab.count("price_list") == 0


def test_keys_that_are_none_are_named(lab: Lab, tmp_path: Path) -> None:
    made = _bundle(tmp_path, file(line()))
    (tmp_path / "text.pub").write_text("no key")
    rsa = generate_private_key(65537, 2048)
    pem, public = serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    (tmp_path / "rsa.pub").write_bytes(rsa.public_key().public_bytes(pem, public))
    for name in ("text.pub", "rsa.pub", "absent.pub"):
        with pytest.raises(InvalidInput, match=name):
            bring(lab, made, keys=[tmp_path / name])


def test_a_bundle_says_itself_whose_prices_it_holds(lab: Lab, tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="says itself"):
        bring(lab, _bundle(tmp_path, file(line())), keys=[_public(tmp_path)], provider="other")
