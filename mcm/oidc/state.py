"""What ties the two halves of a login together: the state, encrypted for one provider and one browser, used once.

Nothing is stored when a login begins, so that beginning many costs nothing. Nonce and PKCE verifier follow from the
browser's own secret and the state, so neither is kept anywhere.
"""

import hashlib
import hmac
import json
import re
import secrets
from dataclasses import dataclass
from urllib.parse import urlsplit

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from mcm.errors import BadRequest
from mcm.kit import clock
from mcm.kit.text import decode_token, encode_token
from mcm.oidc.errors import OidcLoginFailed

LIFETIME_S = 600
_NONCE = 12
_LONGEST_STATE = 4000
_LONGEST_NEXT = 1000
_SECRET = re.compile(r"[A-Za-z0-9_-]{43}")


@dataclass(frozen=True, slots=True)
class Begun:
    """One login under way. began_at: Unix time. next: where the browser goes afterwards, a path of this server.
    fresh: the person was to prove anew who they are."""

    state: str
    browser: str
    began_at: int
    next: str
    fresh: bool = False

    @property
    def nonce(self) -> str:
        return _derived(self.browser, "nonce", self.state)

    @property
    def verifier(self) -> str:
        """RFC 7636, 4.1: 43 to 128 unreserved characters."""
        return _derived(self.browser, "verifier", self.state)

    @property
    def mark(self) -> str:
        """What is written down so that the state is used once."""
        return hashlib.sha256(self.state.encode()).hexdigest()


def browser_secret(cookie: str | None) -> str:
    """The one the browser has already, so that two tabs may sign in at the same time, or a new one."""
    return cookie if cookie and _SECRET.fullmatch(cookie) else secrets.token_urlsafe(32)


def begin(key: bytes, provider_id: str, browser: str, following: str, *, fresh: bool = False) -> Begun:
    """`key`: 32 bytes, of the installation."""
    now, nonce = int(clock.now().timestamp()), secrets.token_bytes(_NONCE)
    told = {"b": _hashed(browser), "t": now, "n": following, "f": fresh}
    sealed = nonce + AESGCM(key).encrypt(nonce, json.dumps(told).encode(), provider_id.encode())
    return Begun(encode_token(sealed), browser, now, following, fresh)


def resume(key: bytes, provider_id: str, browser: str | None, state: str | None) -> Begun:
    """Raises OidcLoginFailed when the state is not one that this browser began with this provider lately."""
    if not state or len(state) > _LONGEST_STATE or not browser or not _SECRET.fullmatch(browser):
        raise _strange()
    try:
        sealed = decode_token(state)
        told = json.loads(AESGCM(key).decrypt(sealed[:_NONCE], sealed[_NONCE:], provider_id.encode()))
    except (InvalidTag, ValueError) as error:
        raise _strange() from error
    # Base64 with other bits at its end reads the same: one state, one spelling.
    if not hmac.compare_digest(told["b"], _hashed(browser)) or encode_token(sealed) != state:
        raise _strange()
    age = clock.now().timestamp() - told["t"]
    if not -60 <= age <= LIFETIME_S:
        raise OidcLoginFailed("this login took too long", next_step="start it again")
    return Begun(state, browser, told["t"], told["n"], told["f"])


def safe_next(wanted: str | None) -> str:
    """A path of this very server. Raises BadRequest for whatever a browser could take for another one."""
    if not wanted:
        return "/"
    fine = wanted.startswith("/") and not wanted.startswith("//") and len(wanted) <= _LONGEST_NEXT
    # Browsers read a backslash as a slash and drop tabs and line ends.
    if fine and wanted.isascii() and wanted.isprintable() and not set('\\"<> ') & set(wanted):
        parts = urlsplit(wanted)
        if not parts.scheme and not parts.netloc and "//" not in parts.path:
            return wanted
    raise BadRequest("'next' is not a path of this server", next_step="leave it out, or send a path such as /accounts")


def _strange() -> OidcLoginFailed:
    return OidcLoginFailed(
        "this answer does not belong to a login that was begun in this browser", next_step="start the login again"
    )


def _derived(browser: str, use: str, state: str) -> str:
    digest = hmac.new(browser.encode(), f"mcm oidc {use}\0{state}".encode(), hashlib.sha256).digest()
    return encode_token(digest)


def _hashed(browser: str) -> str:
    return hashlib.sha256(f"mcm oidc browser\0{browser}".encode()).hexdigest()
