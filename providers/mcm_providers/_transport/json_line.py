"""Asks an HTTP API for JSON documents through a CallContext: one request at a time, capped in size, redirects refused.

What requests raises never leaves this file: its texts quote URLs, and those may hold a key.
"""

import ssl
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import requests

from mcm.contract import CallContext, InvalidRequest, ProviderError, TlsSettings, UnexpectedResponse, Unreachable
from mcm_providers._transport.amounts import loads
from mcm_providers._transport.requests_session import guarded_session
from mcm_providers._transport.retry_after import retry_after_seconds

MAX_BYTES = 64 << 20
_PIECE = 256 * 1024
_LONGEST_LINE = 1 << 20


@dataclass(frozen=True, slots=True)
class Answer:
    """document: None where a refusal is no JSON. retry_after: seconds, as the cloud said it."""

    status: int
    document: Any
    retry_after: float | None = None


class JsonLine:
    """For one live connection; `close` may be called twice."""

    def __init__(
        self, context: CallContext, service: str, *, max_bytes: int = MAX_BYTES, tls: TlsSettings | None = None,
        told_status: Callable[[int, bytes], int] = lambda status, _: status,
    ) -> None:  # fmt: skip
        """tls: where it differs from the account's own. told_status: of status and body, what the rate governor is
        told, for clouds whose throttling has no status of its own."""
        self._context, self._service, self._max_bytes = context, service, max_bytes
        self._tls, self._told_status = tls, told_status
        self._session: requests.Session | None = None

    def get(
        self, url: str, *, params: Mapping[str, str] | None = None, headers: Mapping[str, str] | None = None, doing: str
    ) -> Answer:
        """A good answer is JSON, or this raises UnexpectedResponse; refusals (400 and above) are for the caller."""
        return self._send("GET", url, params, None, headers, doing)

    def post(
        self, url: str, *, form: Sequence[tuple[str, str]], headers: Mapping[str, str] | None = None, doing: str
    ) -> Answer:
        """As `get`; for questions that are too long for a URL. Nothing may change by it."""
        return self._send("POST", url, None, list(form), headers, doing)

    def _send(
        self, method: str, url: str, params: Mapping[str, str] | None, form: list[tuple[str, str]] | None,
        headers: Mapping[str, str] | None, doing: str,
    ) -> Answer:  # fmt: skip
        self._context.check()
        with self._only_provider_errors(doing), self._opened().request(
            method, url, params=params, data=form, headers={"Accept": "application/json", **(headers or {})},
            stream=True, allow_redirects=False,
        ) as response:  # fmt: skip
            status, raw = response.status_code, b""
            retry_after = retry_after_seconds(response.headers.get("Retry-After"))
            try:
                raw = self._read(response, doing)
            finally:
                told = self._told_status(status, raw)
                self._context.after_call(status=told, received=len(raw), retry_after=retry_after)
        if 300 <= status < 400:
            raise UnexpectedResponse(f"{doing}: the address leads elsewhere ({status}); redirects are not followed")
        try:
            document = loads(raw)
        except ValueError as error:
            if status >= 400:
                return Answer(status, None, retry_after)
            raise UnexpectedResponse(f"{doing}: the answer is cut, or no JSON") from error
        return Answer(status, document, retry_after)

    def lines(self, url: str, *, doing: str, refused: Callable[[Answer, str], ProviderError]) -> Iterator[str]:
        """A text of any length, line by line with their ends. A last one without an end is a text that was cut."""
        self._context.check()
        with self._only_provider_errors(doing), self._opened().get(url, stream=True, allow_redirects=False) as response:
            retry_after = retry_after_seconds(response.headers.get("Retry-After"))
            self._context.after_call(status=response.status_code, retry_after=retry_after)
            if response.status_code != 200:
                raise refused(Answer(response.status_code, None, retry_after), doing)
            rest = b""
            for piece in response.iter_content(_PIECE):
                self._context.check()
                *whole, rest = (rest + piece).split(b"\n")
                if len(rest) > _LONGEST_LINE:
                    raise UnexpectedResponse(f"{doing}: a line without an end")
                for line in whole:
                    yield line.decode("utf-8", "replace") + "\n"
            if rest:
                raise UnexpectedResponse(f"{doing}: the last line is cut")

    def close(self) -> None:
        if self._session is not None:
            self._session.close()
            self._session = None

    def _opened(self) -> requests.Session:
        if self._session is None:
            self._session = guarded_session(self._context, self._service, reports=False, tls=self._tls)
        return self._session

    def _read(self, response: requests.Response, doing: str) -> bytes:
        raw = bytearray()
        for piece in response.iter_content(_PIECE):
            self._context.check()
            raw += piece
            if len(raw) > self._max_bytes:
                raise UnexpectedResponse(f"{doing}: the answer is larger than {self._max_bytes >> 20} MiB")
        return bytes(raw)

    @contextmanager
    def _only_provider_errors(self, doing: str) -> Iterator[None]:
        try:
            yield
        except ProviderError:
            raise
        except requests.exceptions.SSLError as error:
            raise Unreachable(f"{doing}: TLS failed{_certificate(error)}; check ca_file, or the address") from None
        except requests.exceptions.ProxyError:
            raise Unreachable(f"{doing}: the configured proxy does not connect") from None
        except requests.exceptions.Timeout:
            raise Unreachable(f"{doing}: no answer in time") from None
        except requests.exceptions.ContentDecodingError:
            raise UnexpectedResponse(f"{doing}: the answer is garbled") from None
        except (requests.exceptions.ChunkedEncodingError, requests.exceptions.ConnectionError, OSError) as error:
            if isinstance(error, requests.exceptions.InvalidURL | requests.exceptions.InvalidSchema):
                raise InvalidRequest(f"{doing}: the address cannot be used; check endpoint") from None
            raise Unreachable(f"{doing}: the connection broke off before the whole answer was there") from None
        except requests.RequestException as error:
            raise InvalidRequest(f"{doing}: the request could not be sent ({type(error).__name__})") from None


def _certificate(error: BaseException | None) -> str:
    """What OpenSSL says of the certificate; it holds no URL."""
    for _ in range(8):
        if isinstance(error, ssl.SSLCertVerificationError):
            return f": {error.verify_message}"
        inner = next((one for one in error.args if isinstance(one, BaseException)), None) if error else None
        error = inner or getattr(error, "reason", None) or (error.__context__ if error else None)
        if not isinstance(error, BaseException):
            break
    return ""
