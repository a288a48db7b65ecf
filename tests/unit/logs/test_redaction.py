"""No log line shows a secret: known shapes, and what the vault has had in its hands, at DEBUG, by any library."""

import io
import json
import logging
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from mcm.cli import logs
from mcm.kit import hushed
from mcm.kit.hushed import MASK
from mcm.kit.redaction import redacted
from mcm.vault import Vault

LIBRARIES = ["urllib3.connectionpool", "botocore.endpoint", "keystoneauth.session", "httpx", "httpcore.http11", "mcm.x"]
Written = Callable[[], str]


@pytest.fixture(params=["text", "json"])
def written(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Written]:
    """Everything that is logged, as `mcm serve` would write it with MCM_LOG_LEVEL=DEBUG and libraries let loose."""
    stream = io.StringIO()
    root, before = logging.getLogger(), logging.getLogger().handlers
    level, levels = root.level, {name: logging.getLogger(name).level for name in (*logs.QUIET, *LIBRARIES)}
    monkeypatch.setattr("sys.stderr", stream)
    logs.configure("DEBUG", request.param)
    for name in levels:
        logging.getLogger(name).setLevel(logging.DEBUG)
    yield stream.getvalue
    root.handlers = before
    root.setLevel(level)
    for name, former in levels.items():
        logging.getLogger(name).setLevel(former)


SHAPES = [
    ("authorization: Bearer abc.def-GHI_jkl", "abc.def"),
    ("{'Authorization': 'AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/2026/x, Signature=fe5f80c3'}", "fe5f80c3"),
    ("{'Authorization': b'AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/x, Signature=fe5f80c3'}", "fe5f80c3"),
    ("header (b'Authorization', b'Basic dXNlcjpwYXNz')", "dXNlcjpwYXNz"),
    ('curl -H "X-Auth-Token: gAAAAABmQ29udGVudA-token-of-keystone" http://k', "gAAAAABmQ29udGVudA"),
    ("X-Subject-Token: 8f14e45fceea167a", "8f14e45fceea167a"),
    ("X-Vault-Token: hvs.CAESIJ-of-the-vault", "CAESIJ"),
    ("'Cookie': 'vmware_soap_session=\"52a0cc3e-1f\"; Path=/'", "52a0cc3e"),
    ("Set-Cookie: vmware_soap_session=52a0cc3e-1f; HttpOnly", "52a0cc3e"),
    ("vmware_soap_session=\"52a0cc3e-1f\"", "52a0cc3e"),
    ("token mcmt_0a1b2c3d4e5f6a7b8c9d given", "0a1b2c3d4e5f"),
    ("owner mcmo_0a1b2c3d4e5f6a7b8c9d given", "0a1b2c3d4e5f"),
    ("connecting with password=Hunter.2 to db", "Hunter.2"),
    ('{"auth": {"password": "a \\"quoted\\" pass phrase", "user": "u"}}', "phrase"),
    ("{'password': \"it's long and has blanks\"}", "blanks"),
    ("<vim:password>p&lt;ss word</vim:password>", "ss word"),
    ("using AKIAIOSFODNN7EXAMPLE now", "AKIAIOSFODNN7EXAMPLE"),
    ("aws_secret_access_key = wJalrXUtnFEMI/K7MDENG+bPx", "wJalrXUtnFEMI"),
    ("secret_access_key: 'wJalrXUtnFEMI/K7MDENG+bPx'", "wJalrXUtnFEMI"),
    ("GET /?X-Amz-Signature=fe5f80c3&X-Amz-Security-Token=IQoJb3JpZ2lu", "fe5f80c3"),
    ("GET /?X-Amz-Signature=fe5f80c3&X-Amz-Security-Token=IQoJb3JpZ2lu", "IQoJb3JpZ2lu"),
    ("postgresql+psycopg://mcm:s3cr3t%40x@db/mcm refused", "s3cr3t"),
    ("proxy http://user:p@ss@proxy:3128 refused", "p@ss"),
    ("GET https://tok3n-alone@host/path", "tok3n-alone"),
    ("id_token=eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiIxMjM0In0.c2ln", "eyJzdWIiOiIxMjM0In0"),
    ("-----BEGIN RSA PRIVATE KEY-----\nMIIEpAIBAAKCAQEA\nabc\n-----END RSA PRIVATE KEY-----", "MIIEpAIBAAKCAQEA"),
    ("key '-----BEGIN PRIVATE KEY-----\\nMIIEvQIBADANBg\\n-----END PRIVATE KEY-----\\n'", "MIIEvQIBADANBg"),
]  # fmt: skip


@pytest.mark.parametrize(("line", "secret"), SHAPES)
def test_known_shapes_are_masked(written: Written, line: str, secret: str) -> None:
    for name in LIBRARIES:
        logging.getLogger(name).debug("%s", line)
    assert secret not in written()
    assert MASK in written()
    assert len(written().splitlines()) >= len(LIBRARIES)


@pytest.mark.parametrize(
    "line",
    [
        "read 300 instances of account lab in 2.1 s",
        "GET https://cloud.example:5000/v3/servers?limit=50 200",
        "the key server https://vault.example is sealed",
        "2 reads of a process that has died are taken up again",
        'File "providers/mcm_providers/simulated/adapter.py", line 3, in a basic understanding',
    ],
)
def test_ordinary_lines_stay_as_they_are(line: str) -> None:
    assert redacted(line) == line


_SECRETS = {
    "plain": "tr0ub4dor-and-3",
    "quotes": 'say "it\'s" <here> & there',
    "other letters": "pässwört-密码-🔒",
    "several lines": "-----BEGIN THING-----\nQUJDREVGR0hJSktMTU5PUFFSU1RVVg\n-----END THING-----",
    "for a URL": "a/b c+d=e&f?g",
}


@pytest.mark.parametrize("secret", _SECRETS.values(), ids=_SECRETS)
@pytest.mark.parametrize("way", ["sealed", "opened"])
def test_what_the_vault_has_handled_is_masked_however_it_is_written(
    written: Written, tmp_path: Path, secret: str, way: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from urllib.parse import quote, quote_plus, urlencode
    from xml.sax.saxutils import escape

    vault = Vault(tmp_path / "master.key")
    sealed = vault.seal(secret, "p")
    if way == "opened":
        monkeypatch.setattr(hushed, "_known", type(hushed._known)())
        monkeypatch.setattr(hushed, "_forms", ())
        assert vault.open(sealed, "p") == secret
    forms = [secret, repr(secret), json.dumps(secret), json.dumps(secret, ensure_ascii=False), quote(secret),
             quote(secret, safe=""), quote_plus(secret), urlencode({"x": secret}), escape(secret)]  # fmt: skip
    for name in LIBRARIES:
        for form in forms:
            logging.getLogger(name).debug("sending %s now", form)
        try:
            raise ValueError(f"refused {secret}")
        except ValueError:
            logging.getLogger(name).exception("failed")
    for part in (secret, *[line for line in secret.splitlines() if len(line) > 20], quote(secret, safe="")):
        assert part not in written()
        assert json.dumps(part)[1:-1] not in written()


def test_short_values_are_let_through_and_the_memory_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hushed, "_known", type(hushed._known)())
    monkeypatch.setattr(hushed, "_forms", ())
    monkeypatch.setattr(hushed, "_MOST", 10)
    hushed.remember("x")
    assert hushed.masked("x marks") == "x marks"
    for number in range(30):
        hushed.remember(f"secret-number-{number}")
    assert len(hushed._known) == 10
    assert hushed.masked("secret-number-29") == MASK
    assert hushed.masked("secret-number-0 ") == "secret-number-0 "


def test_secret_that_holds_another_is_masked_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hushed, "_known", type(hushed._known)())
    hushed.remember("abcdef")
    hushed.remember("abcdef-and-more")
    assert hushed.masked("abcdef-and-more") == MASK


def test_long_lines_are_masked_in_time_that_grows_with_them() -> None:
    """A pattern that looks back over all it has seen would take minutes for this."""
    for line in ("x" * 300_000, "token" * 60_000, "password=" * 40_000, "://" * 100_000, '"\\' * 100_000):
        assert redacted(line)
