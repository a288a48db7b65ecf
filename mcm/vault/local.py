"""Master keys in mcm's own hands: from the key file, or from the environment."""

import fcntl
import os
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from mcm.errors import Conflict
from mcm.vault import keyfile
from mcm.vault.envelope import LOCAL
from mcm.vault.errors import VaultError
from mcm.vault.source import bound

_NONCE = 12
_WRITABLE = "let mcm's user write in its folder, or rotate where that is possible"
_AGAIN = "enter it again, and find out who changed the database"


class _Ring:
    """A current key and older ones that still open what they sealed."""

    version = LOCAL
    kind = ""
    where = ""
    next_step = ""

    def current(self) -> str:
        return keyfile.key_id(self.keys()[0])

    def has(self, key_id: str) -> bool:
        return key_id in self._openers()

    def wrap(self, data_key: bytes, place: str) -> tuple[str, bytes]:
        key = self.sealing_key()
        key_id, nonce = keyfile.key_id(key), os.urandom(_NONCE)
        return key_id, nonce + AESGCM(key).encrypt(nonce, data_key, bound(place, key_id))

    def unwrap(self, wrapped: bytes, place: str, key_id: str) -> bytes:
        openers = self._openers()
        if key_id not in openers:
            raise VaultError(
                f"a stored secret was sealed with master key {key_id}, but {self.where} holds key {self.current()}",
                next_step=self.next_step,
            )
        try:
            opened = AESGCM(openers[key_id]).decrypt(wrapped[:_NONCE], wrapped[_NONCE:], bound(place, key_id))
        except InvalidTag as error:
            raise altered() from error
        return opened

    def keys(self) -> tuple[bytes, ...]:
        raise NotImplementedError

    def sealing_key(self) -> bytes:
        return self.keys()[0]

    def alone(self) -> AbstractContextManager[object]:
        return nullcontext()

    def unfinished(self) -> bool:
        return False

    def begin(self, register: Callable[[str], None]) -> str:  # noqa: ARG002
        raise VaultError(
            f"mcm cannot make a new key, as the master key comes from {self.where}",
            next_step="start mcm with the new key as MCM_MASTER_KEY and the present one as MCM_MASTER_KEY_OLD, run "
            "`mcm keys rotate`, and take MCM_MASTER_KEY_OLD away again",
        )

    def finish(self, key_id: str) -> None:
        """Nothing to clear away here."""

    def abandon(self, key_id: str) -> None:
        """Nothing to clear away here."""

    def _openers(self) -> dict[str, bytes]:
        return {keyfile.key_id(key): key for key in self.keys()}


class FileKeys(_Ring):
    """Looks at the file at each use, so that a rotation by another process counts at once.

    A key that this process has read once goes on opening: a row read just before a rotation ended is still good.
    """

    kind = "file"
    next_step = "put the right key file in place (MCM_MASTER_KEY_FILE): until then nothing can be changed"

    def __init__(self, path: Path, may_create: Callable[[], bool] = lambda: True) -> None:
        """may_create: False when secrets are stored already, so that a lost file is said and not replaced."""
        self.path, self.where, self._may_create = path, str(path), may_create
        self._lock = threading.Lock()
        self._seen: dict[str, bytes] = {}
        self._keys: tuple[bytes, ...] = ()
        self._signature: tuple[int, ...] | None = None

    def keys(self) -> tuple[bytes, ...]:
        return self._read()

    def sealing_key(self) -> bytes:
        if self._signature is None and not self.path.exists() and self._may_create():
            keyfile.load_or_create(self.path)
        return self.keys()[0]

    def renew(self) -> None:
        """Makes a key where the file is gone and what it sealed was given up."""
        keyfile.load_or_create(self.path)
        self.forget()

    def forget(self) -> None:
        """Only what the file holds counts now."""
        with self._lock:
            self._signature, self._seen = None, {}

    @contextmanager
    def alone(self) -> Iterator[None]:
        try:
            handle = os.open(self.path.with_name(f".{self.path.name}.lock"), os.O_RDWR | os.O_CREAT, 0o600)
        except OSError as error:
            raise VaultError(f"nothing can be written beside {self.path}: {error}", next_step=_WRITABLE) from error
        try:
            # Ends with the process, so that a kill leaves no lock behind.
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            yield
        except BlockingIOError as error:
            raise Conflict("another rotation is under way", next_step="wait until it has ended") from error
        finally:
            os.close(handle)

    def unfinished(self) -> bool:
        return len(self.keys()) > 1

    def begin(self, register: Callable[[str], None]) -> str:
        key = os.urandom(keyfile.KEY_BYTES)
        register(keyfile.key_id(key))
        keyfile.replace(self.path, (key, *self.keys()))
        return keyfile.key_id(key)

    def finish(self, key_id: str) -> None:
        self._keep(lambda found: found == key_id)

    def abandon(self, key_id: str) -> None:
        self._keep(lambda found: found != key_id)

    def _keep(self, stays: Callable[[str], bool]) -> None:
        kept = tuple(key for key in self.keys() if stays(keyfile.key_id(key)))
        if kept and kept != self.keys():
            keyfile.replace(self.path, kept)

    def _openers(self) -> dict[str, bytes]:
        self._read()
        return self._seen

    def _read(self) -> tuple[bytes, ...]:
        with self._lock:
            signature = self._look()
            if signature != self._signature:
                self._keys = keyfile.load(self.path)
                self._seen = self._seen | {keyfile.key_id(key): key for key in self._keys}
                self._signature = signature
            return self._keys

    def _look(self) -> tuple[int, ...]:
        try:
            found = self.path.stat()
        except FileNotFoundError as error:
            if self._signature is None and self._may_create():
                raise VaultError(f"there is no master key yet: {self.path} is made with the first secret") from error
            raise VaultError(
                f"secrets are stored, but the master key file {self.path} is gone",
                next_step="put it back from its backup: without it nobody can open them",
            ) from error
        except OSError as error:
            raise VaultError(f"the master key file {self.path} cannot be read: {error}") from error
        return found.st_ino, found.st_mtime_ns, found.st_ctime_ns, found.st_size, found.st_mode


class EnvironmentKeys(_Ring):
    """From MCM_MASTER_KEY; for the run that rotates, the former ones from MCM_MASTER_KEY_OLD."""

    kind = "environment"
    next_step = "start mcm with the right MCM_MASTER_KEY; for a rotation give the former one as MCM_MASTER_KEY_OLD"

    def __init__(self, text: str, variable: str = "MCM_MASTER_KEY") -> None:
        self.where = variable
        self._all = keyfile.parse(text, variable)

    def keys(self) -> tuple[bytes, ...]:
        return self._all


def altered() -> VaultError:
    return VaultError("a stored secret was altered or moved to another place; it is refused", next_step=_AGAIN)
