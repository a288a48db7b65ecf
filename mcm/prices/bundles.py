"""Signed bundles for sites without a way out: price lists and exchange rates as CSV in one zip, under one signature.

A bundle is `manifest.json`, which names every other file with its sha256, `manifest.sig`, the Ed25519 signature of that
file's bytes, and the files. Nothing of it is used before the signature and the hashes are right.
"""

import base64
import hashlib
import lzma
import struct
import tempfile
import zipfile
import zlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import IO, Any

import orjson
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from mcm.errors import InvalidInput
from mcm.kit.clock import to_text
from mcm.prices.errors import UntrustedBundle

FORMAT = "mcm-prices/1"
LISTS, RATES = "price_list", "exchange_rates"
MANIFEST, SIGNATURE = "manifest.json", "manifest.sig"
_MOST_FILES, _MOST_MANIFEST, _MOST_BYTES = 1000, 1 << 20, 4 << 30
_CHUNK = 1 << 20
# All that Python's reader of zip files raises over one that is not whole.
_BROKEN = (
    zipfile.BadZipFile, zlib.error, lzma.LZMAError, struct.error, NotImplementedError, RuntimeError, EOFError, OSError,
    ValueError, OverflowError,
)  # fmt: skip
# Small enough to stay in memory.
_SPOOLED = 8 << 20


@dataclass(frozen=True, slots=True)
class Member:
    name: str
    kind: str
    sha256: str


@dataclass(frozen=True, slots=True)
class Bundle:
    """Whose signature and hashes were right. signed_by: the fingerprint of the key."""

    signed_by: str
    made_at: str
    members: tuple[Member, ...]
    archive: zipfile.ZipFile

    @contextmanager
    def opened(self, member: Member) -> Iterator[IO[bytes]]:
        """The bytes whose hash was looked at: unpacked once, so that what is read is what was checked.

        Raises UntrustedBundle."""
        digest, size = hashlib.sha256(), 0
        with tempfile.SpooledTemporaryFile(max_size=_SPOOLED) as file:
            try:
                with self.archive.open(member.name) as packed:
                    while chunk := packed.read(_CHUNK):
                        size += len(chunk)
                        if size > _MOST_BYTES:
                            raise UntrustedBundle(f"{member.name} unpacks to more than {_MOST_BYTES >> 30} GiB")
                        digest.update(chunk)
                        file.write(chunk)
            except (*_BROKEN, KeyError) as error:
                raise UntrustedBundle(f"{member.name} of the bundle cannot be unpacked", next_step=_AGAIN) from error
            if digest.hexdigest() != member.sha256:
                raise UntrustedBundle(
                    f"{member.name} is not what was signed: it was altered or damaged; nothing was imported",
                    next_step=_AGAIN,
                )
            file.seek(0)
            yield file


_AGAIN = "copy the bundle again from where it was made, and compare the two files' sha256"


def is_bundle(file: IO[bytes]) -> bool:
    file.seek(0)
    found = file.read(4)
    file.seek(0)
    return found == b"PK\x03\x04"


@contextmanager
def read(file: IO[bytes], keys: Sequence[Path]) -> Iterator[Bundle]:
    """keys: files with the public keys that are trusted. Raises UntrustedBundle; InvalidInput for a bad key file."""
    trusted = {fingerprint(key): key for key in map(public_key, keys)}
    if not trusted:
        raise UntrustedBundle(
            "this installation trusts no key, so no bundle can be imported",
            next_step="put the signer's public key (PEM) into a file and name it in MCM_PRICE_KEYS",
        )
    try:
        archive = zipfile.ZipFile(file)
    except _BROKEN as error:
        raise UntrustedBundle("the bundle is damaged: it is no whole zip file", next_step=_AGAIN) from error
    with archive:
        manifest, signature = (_small(archive, name) for name in (MANIFEST, SIGNATURE))
        signed_by = _signer(manifest, signature, trusted)
        yield _bundle(archive, manifest, signed_by)


def sign(files: Sequence[tuple[Path, str]], key: Ed25519PrivateKey, made_at: datetime, target: IO[bytes]) -> str:
    """Writes a bundle of files, each with what it is (LISTS or RATES); returns the key's fingerprint."""
    members = []
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for number, (path, kind) in enumerate(files, 1):
            name = f"{number:03d}-{'rates' if kind == RATES else 'prices'}.csv"
            digest = hashlib.sha256()
            with path.open("rb") as source, archive.open(name, "w", force_zip64=True) as packed:
                while chunk := source.read(_CHUNK):
                    digest.update(chunk)
                    packed.write(chunk)
            members.append({"name": name, "kind": kind, "sha256": digest.hexdigest(), "from": path.name})
        told = {"format": FORMAT, "made_at": to_text(made_at), "files": members}
        manifest = orjson.dumps(told, option=orjson.OPT_INDENT_2)
        archive.writestr(MANIFEST, manifest)
        archive.writestr(SIGNATURE, base64.b64encode(key.sign(manifest)) + b"\n")
    return fingerprint(key.public_key())


def public_key(path: Path) -> Ed25519PublicKey:
    """Raises InvalidInput naming the file."""
    try:
        found = serialization.load_pem_public_key(path.expanduser().read_bytes())
    except (OSError, ValueError, TypeError) as error:
        raise InvalidInput(
            f"{path.name}, which MCM_PRICE_KEYS names, holds no public key that can be read",
            next_step="openssl pkey -in KEY.pem -pubout writes one",
        ) from error
    if not isinstance(found, Ed25519PublicKey):
        raise InvalidInput(f"{path.name}, which MCM_PRICE_KEYS names, is no Ed25519 key", next_step=_MAKE)
    return found


def private_key(path: Path) -> Ed25519PrivateKey:
    """Raises InvalidInput; an encrypted key is one that cannot be read."""
    try:
        found = serialization.load_pem_private_key(path.expanduser().read_bytes(), None)
    except (OSError, ValueError, TypeError) as error:
        raise InvalidInput(f"{path.name} holds no private key that can be read", next_step=_MAKE) from error
    if not isinstance(found, Ed25519PrivateKey):
        raise InvalidInput(f"{path.name} is no Ed25519 key", next_step=_MAKE)
    return found


_MAKE = "openssl genpkey -algorithm ed25519 -out KEY.pem makes one"


def fingerprint(key: Ed25519PublicKey) -> str:
    raw = key.public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
    return "sha256:" + hashlib.sha256(raw).hexdigest()[:32]


def _small(archive: zipfile.ZipFile, name: str) -> bytes:
    try:
        with archive.open(name) as packed:
            found = packed.read(_MOST_MANIFEST + 1)
    except KeyError as error:
        said = "the bundle is not signed" if name == SIGNATURE else "this zip file is no bundle of prices: no manifest"
        raise UntrustedBundle(said, next_step="`mcm price sign` makes bundles") from error
    except _BROKEN as error:
        raise UntrustedBundle(f"{name} of the bundle cannot be unpacked", next_step=_AGAIN) from error
    if len(found) > _MOST_MANIFEST:
        raise UntrustedBundle(f"{name} of the bundle is larger than any real one", next_step=_AGAIN)
    return found


def _signer(manifest: bytes, signature: bytes, trusted: Mapping[str, Ed25519PublicKey]) -> str:
    try:
        raw = base64.b64decode(signature.strip(), validate=True)
    except ValueError as error:
        raise UntrustedBundle("the bundle's signature cannot be read", next_step=_AGAIN) from error
    for name, key in trusted.items():
        try:
            key.verify(raw, manifest)
        except InvalidSignature:
            continue
        return name
    raise UntrustedBundle(
        f"the bundle is not signed by a key that this installation trusts ({', '.join(trusted)}), or was altered "
        "since; nothing was imported",
        next_step="ask its maker for their public key and name its file in MCM_PRICE_KEYS, or copy the bundle again",
    )


def _bundle(archive: zipfile.ZipFile, manifest: bytes, signed_by: str) -> Bundle:
    try:
        told: dict[str, Any] = orjson.loads(manifest)
        if told["format"] != FORMAT:
            raise ValueError
        members = tuple(Member(str(one["name"]), str(one["kind"]), str(one["sha256"])) for one in told["files"])
        made_at = str(told["made_at"])
    except (ValueError, KeyError, TypeError) as error:
        raise UntrustedBundle(
            f"the bundle's manifest is not of the format {FORMAT}", next_step="use an mcm of the same age to import it"
        ) from error
    if not 0 < len(members) <= _MOST_FILES or {one.kind for one in members} - {LISTS, RATES}:
        raise UntrustedBundle(f"a bundle holds 1 to {_MOST_FILES} price lists and files of exchange rates")
    return Bundle(signed_by, made_at, members, archive)
