"""What can go wrong at a cloud; one type for each way in which a caller reacts differently.

An adapter raises nothing else. Messages are sentences for people: what happened, where, what to do. They never
hold a secret, and text from a cloud inside them is limited to 500 characters with control characters escaped.
"""

_MAX_TEXT = 500


def clean_text(text: str) -> str:
    """`text` from a cloud made safe to show: control and bidirectional characters escaped, 500 characters at most."""
    shown = text[: _MAX_TEXT + 1]
    safe = "".join(c if c.isprintable() and not "\u202a" <= c <= "\u2069" else repr(c)[1:-1] for c in shown)
    return safe if len(text) <= _MAX_TEXT else safe[:_MAX_TEXT] + "…"


class ProviderError(Exception):
    """Base of all. `code` is stable and appears in the ledger, the API and `mcm explain`."""

    code = "provider_error"

    def __init__(self, message: str, *, native_code: str = "", request_id: str = "") -> None:
        super().__init__(clean_text(message))
        self.native_code = clean_text(native_code)
        self.request_id = clean_text(request_id)

    @property
    def message(self) -> str:
        return str(self.args[0])


class Unreachable(ProviderError):
    """No usable answer: refused, TLS, name, timeout, deadline, 5xx. Retry later; the account counts as unreachable."""

    code = "unreachable"


class RateLimited(ProviderError):
    """The cloud asks to slow down. `retry_after`: seconds, None when it did not say."""

    code = "rate_limited"

    def __init__(
        self, message: str, *, retry_after: float | None = None, native_code: str = "", request_id: str = ""
    ) -> None:
        super().__init__(message, native_code=native_code, request_id=request_id)
        self.retry_after = retry_after


class AuthenticationFailed(ProviderError):
    """The credentials are wrong, expired or disabled. Stop and ask for new ones: repeating may lock the user out."""

    code = "authentication_failed"


class PermissionDenied(ProviderError):
    """Known user, missing right. `permission` names it in the cloud's own words, where the cloud said it."""

    code = "permission_denied"

    def __init__(self, message: str, *, permission: str = "", native_code: str = "", request_id: str = "") -> None:
        super().__init__(message, native_code=native_code, request_id=request_id)
        self.permission = clean_text(permission)


class ResourceNotFound(ProviderError):
    code = "not_found"


class ResourceBusy(ProviderError):
    """The resource is in a state or a task in which the cloud refuses the request (409)."""

    code = "busy"


class CapacityExceeded(ProviderError):
    """A quota or the physical capacity is used up."""

    code = "capacity_exceeded"


class InvalidRequest(ProviderError):
    """The cloud, or the adapter before it, refuses what was asked as malformed; repeating will not help."""

    code = "invalid_request"


class NotSupported(ProviderError):
    """This cloud cannot do it. `reason` is a code from the provider's message catalogue."""

    code = "not_supported"

    def __init__(self, message: str, *, reason: str = "") -> None:
        super().__init__(message)
        self.reason = reason


class FeedExpired(ProviderError):
    """The change feed's cursor is no longer valid; a full read is needed."""

    code = "feed_expired"


class UnexpectedResponse(ProviderError):
    """An answer that is not what the API promises: cut, garbled, HTML, contradictory. Nothing in it was used."""

    code = "unexpected_response"
