"""Master key at a key server: the transit engine of HashiCorp Vault or OpenBao.

The key never leaves the server; mcm sends it data keys to wrap and unwrap. Each is bound to its value's place by
`associated_data`, which `rewrap` does not take: a rotation unwraps and wraps instead.
"""

import base64
import binascii
import hashlib
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext

from mcm.settings import Settings
from mcm.vault.envelope import REMOTE
from mcm.vault.errors import VaultError
from mcm.vault.local import altered
from mcm.vault.transit_client import Refused, TransitClient

_KEPT = 4096
_CURRENT_S = 60.0
_LAST_VERSION = 0xFFFF


class TransitKeys:
    """A key id is six bytes of mount and name, and two of the key's version at the server.

    Unwrapped data keys stay in memory, so that the server is asked once for a value and not at each read.
    """

    version = REMOTE
    kind = "transit"

    def __init__(self, client: TransitClient, mount: str, name: str, *, kept: int = _KEPT) -> None:
        self._client, self._mount, self._name, self._kept = client, mount, name, kept
        self.where = f"{client.url} (key {name} of {mount})"
        self._family = hashlib.blake2b(f"{mount}\0{name}".encode(), digest_size=6, person=b"mcm-transit").hexdigest()
        self._lock = threading.Lock()
        self._data_keys: OrderedDict[tuple[bytes, str], bytes] = OrderedDict()
        self._current: tuple[float, str] | None = None

    @classmethod
    def from_settings(cls, settings: Settings) -> "TransitKeys":
        return cls(TransitClient.from_settings(settings), settings.transit_mount.strip("/"), settings.transit_key)

    def current(self) -> str:
        """Wraps something to see with which version: that needs no right beyond what sealing needs."""
        known = self._current
        if known is not None and time.monotonic() - known[0] < _CURRENT_S:
            return known[1]
        return self.wrap(bytes(32), "probe")[0]

    def has(self, key_id: str) -> bool:
        return key_id.startswith(self._family)

    def wrap(self, data_key: bytes, place: str) -> tuple[str, bytes]:
        answer = self._ask("encrypt", {"plaintext": _text(data_key), "associated_data": _text(_bound(place))})
        wrapped = str(answer.get("ciphertext", "")).encode()
        key_id = self._id(wrapped)
        self._current = (time.monotonic(), key_id)
        self._keep((wrapped, place), data_key)
        return key_id, wrapped

    def unwrap(self, wrapped: bytes, place: str, key_id: str) -> bytes:
        if not self.has(key_id):
            raise VaultError(
                f"a stored secret was sealed with master key {key_id}, but {self.where} is key {self.current()}",
                next_step="start mcm with the mount and key the secret was stored with (MCM_TRANSIT_MOUNT, _KEY)",
            )
        if self._id(wrapped) != key_id:
            raise altered()
        with self._lock:
            known = self._data_keys.get((wrapped, place))
            if known is not None:
                self._data_keys.move_to_end((wrapped, place))
                return known
        try:
            asked = {"ciphertext": wrapped.decode("ascii"), "associated_data": _text(_bound(place))}
            answer = self._ask("decrypt", asked)
            data_key = base64.b64decode(str(answer.get("plaintext", "")), validate=True)
        except Refused as error:
            # 400 is all the server says of a wrong ciphertext, of wrong associated data, and of a version it has lost.
            raise altered() from error
        except (UnicodeDecodeError, binascii.Error) as error:
            raise altered() from error
        self._keep((wrapped, place), data_key)
        return data_key

    def alone(self) -> AbstractContextManager[object]:
        return nullcontext()

    def unfinished(self) -> bool:
        return False

    def begin(self, register: Callable[[str], None]) -> str:  # noqa: ARG002
        """A new version of the key at the server, which needs the right to update keys/NAME/rotate there.

        Other processes wrap with it at once, before it is registered: the database takes it by its first six bytes.
        """
        self._client.post(f"{self._mount}/keys/{self._name}/rotate", {})
        self._current = None
        return self.current()

    def finish(self, key_id: str) -> None:
        """The former versions stay at the server, for backups; min_decryption_version there ends their use."""

    def abandon(self, key_id: str) -> None:
        """A version at the server stays; the next rotation takes it up."""

    def forget(self) -> None:
        """The next reads ask the server again."""
        with self._lock:
            self._data_keys.clear()
        self._current = None

    def _ask(self, operation: str, body: dict[str, str]) -> dict[str, object]:
        return self._client.post(f"{self._mount}/{operation}/{self._name}", body)

    def _keep(self, place: tuple[bytes, str], data_key: bytes) -> None:
        with self._lock:
            self._data_keys[place] = data_key
            while len(self._data_keys) > self._kept:
                self._data_keys.popitem(last=False)

    def _id(self, wrapped: bytes) -> str:
        """The version stands in the ciphertext: vault:v3:…"""
        head, _, rest = wrapped.partition(b":v")
        number, colon, _ = rest.partition(b":")
        if not (head and colon and number.isdigit() and 0 < int(number) <= _LAST_VERSION):
            raise VaultError(
                f"{self.where} gave no ciphertext of a transit key", next_step="see MCM_TRANSIT_URL and MCM_TRANSIT_KEY"
            )
        return f"{self._family}{int(number):04x}"


def _bound(place: str) -> bytes:
    return f"mcm\0{place}".encode()


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")
