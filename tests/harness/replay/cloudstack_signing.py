"""Who may ask CloudStack for what: keys, the signature over a request, and the commands of a role.

https://docs.cloudstack.apache.org/en/latest/developersguide/dev.html#signing-api-requests
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from urllib.parse import quote

# What the built-in role "User" lacks of the commands that are answered here.
ADMIN_ONLY = frozenset({"listHosts", "listClusters", "listStoragePools"})
_LONGEST = timedelta(minutes=15)


@dataclass(frozen=True)
class Caller:
    """account_type: 0 user, 1 root administrator. denied: commands that the role does not allow."""

    api_key: str
    secret: str
    account: str
    username: str
    account_type: int = 0
    denied: frozenset[str] = ADMIN_ONLY

    @property
    def is_admin(self) -> bool:
        return self.account_type == 1


ADMIN = Caller("replay-admin-api-key-0001", "replay-admin-secret-key-0001", "admin", "root", 1, frozenset())
USER = Caller("replay-user-api-key-0002", "replay-user-secret-key-0002", "acme", "alice")
# A role of their own that may not list volumes.
LIMITED = Caller(
    "replay-limited-api-key-03", "replay-limited-secret-key-03", "acme", "bob", 0, ADMIN_ONLY | {"listVolumes"}
)
CALLERS = (ADMIN, USER, LIMITED)


def signature(parameters: Mapping[str, str], secret: str) -> str:
    """Over all parameters but itself, sorted by name as given, encoded, in lower case."""
    pairs = (f"{name}={quote(parameters[name], safe='')}" for name in sorted(parameters) if name != "signature")
    digest = hmac.new(secret.encode(), "&".join(pairs).lower().encode(), hashlib.sha1).digest()
    return base64.b64encode(digest).decode()


def verified(parameters: Mapping[str, str], *, only_version_3: bool = False) -> Caller | None:
    """The caller whose valid signature this is; None where CloudStack says "unable to verify user credentials"."""
    given = {name.lower(): value for name, value in parameters.items()}
    caller = next((one for one in CALLERS if one.api_key == given.get("apikey")), None)
    if caller is None or not hmac.compare_digest(signature(parameters, caller.secret), given.get("signature", "")):
        return None
    if given.get("signatureversion") != "3":
        return None if only_version_3 else caller
    try:
        expires = datetime.strptime(given.get("expires", ""), "%Y-%m-%dT%H:%M:%S%z")
    except ValueError:
        return None
    now = datetime.now(UTC)
    fresh = now <= expires and (not only_version_3 or expires <= now + _LONGEST)
    return caller if fresh else None
