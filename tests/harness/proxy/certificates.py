"""Certificates for a TLS proxy: one that clients can trust, and the ways in which one can be wrong."""

from __future__ import annotations

import datetime as dt
import ipaddress
import ssl
import tempfile
import threading
from enum import Enum
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID


class Identity(Enum):
    """How the proxy presents itself."""

    TRUSTED = "trusted"
    WRONG_NAME = "wrong-name"
    """Signed by the same authority, for another host."""
    UNTRUSTED = "untrusted"
    """For this host, signed by an authority of the same name that is not the one in `ca_file`."""
    SELF_SIGNED = "self-signed"
    EXPIRED = "expired"


class Certificates:
    """A certificate authority with the server certificates it issued for loopback; made on demand, removed by close."""

    def __init__(self) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="fault-proxy-")
        self._lock = threading.Lock()
        self._contexts: dict[Identity, ssl.SSLContext] = {}
        self._key, self._certificate = _authority()
        self.ca_file = Path(self._folder.name, "ca.pem")
        self.ca_file.write_bytes(self._certificate.public_bytes(serialization.Encoding.PEM))

    def context(self, identity: Identity) -> ssl.SSLContext:
        """A server-side TLS context that presents that identity."""
        with self._lock:
            if identity not in self._contexts:
                self._contexts[identity] = self._make(identity)
            return self._contexts[identity]

    def close(self) -> None:
        self._folder.cleanup()

    def _make(self, identity: Identity) -> ssl.SSLContext:
        key = ec.generate_private_key(ec.SECP256R1())
        issuer_key, issuer = self._key, self._certificate
        if identity is Identity.UNTRUSTED:
            issuer_key, issuer = _authority()
        names = ["other.invalid"] if identity is Identity.WRONG_NAME else ["127.0.0.1", "localhost"]
        ends_in = dt.timedelta(days=-1) if identity is Identity.EXPIRED else dt.timedelta(days=30)
        if identity is Identity.SELF_SIGNED:
            certificate = _leaf(key, names, ends_in, key, None)
        else:
            certificate = _leaf(key, names, ends_in, issuer_key, issuer)
        pem = Path(self._folder.name, f"{identity.value}.pem")
        pem.touch(mode=0o600)
        pem.write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            )
            + certificate.public_bytes(serialization.Encoding.PEM)
        )
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(pem)
        return context


def _name(common_name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])


def _authority() -> tuple[ec.EllipticCurvePrivateKey, x509.Certificate]:
    key = ec.generate_private_key(ec.SECP256R1())
    now = dt.datetime.now(dt.UTC)
    usage = x509.KeyUsage(
        digital_signature=True,
        key_cert_sign=True,
        crl_sign=True,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )
    certificate = (
        x509.CertificateBuilder()
        .subject_name(_name("fault proxy CA"))
        .issuer_name(_name("fault proxy CA"))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=2))
        .not_valid_after(now + dt.timedelta(days=60))
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )
    return key, certificate


def _leaf(
    key: ec.EllipticCurvePrivateKey,
    names: list[str],
    ends_in: dt.timedelta,
    issuer_key: ec.EllipticCurvePrivateKey,
    issuer: x509.Certificate | None,
) -> x509.Certificate:
    now = dt.datetime.now(dt.UTC)
    subject = _name("fault proxy")
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer.subject if issuer else subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=2))
        .not_valid_after(now + ends_in)
        .add_extension(x509.SubjectAlternativeName([_general_name(name) for name in names]), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key()), critical=False)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(issuer_key, hashes.SHA256())
    )


def _general_name(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)
