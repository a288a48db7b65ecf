"""A breaker for each account: after repeated failures of the account as a whole only one probe at a time goes out."""

import threading
import time
from dataclasses import dataclass

from mcm.contract import AuthenticationFailed, ProviderError, Unreachable

_FAILURES_TO_OPEN = 3
_FIRST_PAUSE_S = 15.0
_LONGEST_PAUSE_S = 600.0


@dataclass
class _State:
    failures: int = 0
    closed_until: float = 0.0
    probing: bool = False


class Breaker:
    """Wrong credentials open it at once: repeating them may lock the user out."""

    def __init__(self) -> None:
        self._states: dict[str, _State] = {}
        self._lock = threading.Lock()

    def admits(self, *keys: str) -> bool:
        """Whether a read that belongs to all of these could start now. Takes nothing."""
        with self._lock:
            return not any(self._refuses(key) for key in keys)

    def enter(self, *keys: str) -> tuple[str, ...] | None:
        """Starts a read that belongs to all of these; None: it may not. Returns those whose one probe it now is, which
        must be given to `leave` when it has ended, however it ended."""
        with self._lock:
            if any(self._refuses(key) for key in keys):
                return None
            probes = tuple(key for key in keys if self._is_open(key))
            for key in probes:
                self._states[key].probing = True
            return probes

    def leave(self, probes: tuple[str, ...]) -> None:
        """The probe has ended; without a verdict the next one may go out at once."""
        with self._lock:
            for key in probes:
                if state := self._states.get(key):
                    state.probing = False

    def pause_left(self, account_id: str) -> float:
        with self._lock:
            state = self._states.get(account_id)
            if state is None or state.failures < _FAILURES_TO_OPEN:
                return 0.0
            return max(state.closed_until - time.monotonic(), 0.0)

    def succeeded(self, account_id: str) -> None:
        with self._lock:
            self._states.pop(account_id, None)

    def failed(self, account_id: str, error: ProviderError) -> None:
        """Only failures of the account as a whole count; a scope's own (no permission, bad page) do not."""
        with self._lock:
            state = self._states.setdefault(account_id, _State())
            if isinstance(error, AuthenticationFailed):
                state.failures = max(state.failures + 1, _FAILURES_TO_OPEN)
            elif isinstance(error, Unreachable):
                state.failures += 1
            else:
                return
            over = max(state.failures - _FAILURES_TO_OPEN, 0)
            state.closed_until = time.monotonic() + min(_FIRST_PAUSE_S * 2**over, _LONGEST_PAUSE_S)

    def reset(self, account_id: str) -> None:
        """A person asked, or the credentials changed: try at once."""
        self.succeeded(account_id)

    def reset_all(self, account_id: str) -> None:
        """The account and all of its regions."""
        with self._lock:
            for key in [key for key in self._states if key == account_id or key.startswith(f"{account_id}/")]:
                del self._states[key]

    def _is_open(self, key: str) -> bool:
        state = self._states.get(key)
        return state is not None and state.failures >= _FAILURES_TO_OPEN

    def _refuses(self, key: str) -> bool:
        state = self._states.get(key)
        return self._is_open(key) and state is not None and (state.probing or time.monotonic() < state.closed_until)
