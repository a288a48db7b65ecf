"""botocore's HTTP session, with sockets from the CallContext, the governor's leave for each request, and a size cap."""

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

from botocore.awsrequest import AWSResponse
from botocore.httpsession import ProxyConfiguration, URLLib3Session
from urllib3 import Timeout
from urllib3.exceptions import HTTPError

from mcm.contract import (
    CallContext,
    ProviderError,
    ProxySettings,
    RateLimited,
    TlsSettings,
    UnexpectedResponse,
    Unreachable,
)
from mcm_providers._transport.pools import pool_classes
from mcm_providers._transport.retry_after import retry_after_seconds

CONNECT_SECONDS = 10.0
READ_SECONDS = 60.0
# The largest honest page (1,000 instances, 50 long tags each) is some 40 MiB.
MAX_BODY_BYTES = 64 * 1024 * 1024
_PIECE_BYTES = 256 * 1024
# How the refusals of EC2, of the other query services and of S3 begin.
_REFUSAL = re.compile(rb"\s*(?:<\?xml[^<>]*\?>)?\s*<(?:Response|ErrorResponse|Error)[\s/>]")


class GuardedSession(URLLib3Session):  # type: ignore[misc]
    """Replaces the session inside one botocore client, whose service and region it reports to the governor."""

    def __init__(self, context: CallContext, tls: TlsSettings, service: str, region: str) -> None:
        super().__init__(
            verify=(tls.ca_file or True) if tls.verify else False, timeout=(CONNECT_SECONDS, READ_SECONDS), proxies={}
        )
        self._proxy_config = _ConfiguredProxy(context.proxy)
        self._pool_classes_by_scheme = pool_classes(context)
        self._manager.pool_classes_by_scheme = self._pool_classes_by_scheme
        self._context, self._service, self._region = context, service, region
        # Whether what is sent changes something; `Clients.change` says so.
        self.changing = False

    def send(self, request: Any) -> AWSResponse:
        context = self._context
        context.allow_url(request.url)
        context.before_call(self._service, self._region)
        status, received, retry_after = 0, 0, None
        # botocore reads the body of an answer that is not a stream by itself, however long it is.
        request.stream_output = True
        try:
            if self.changing:
                # Only now: what the governor or the guard refuses was surely not sent.
                context.sending()
            response = super().send(request)
            status = int(response.status_code)
            retry_after = retry_after_seconds(response.headers.get("Retry-After"))
            body = self._body(response)
            received = len(body)
        finally:
            context.after_call(status=status, received=received, retry_after=retry_after)
        if status >= 300 and not _REFUSAL.match(body[:1024]):
            raise self._not_aws(status, retry_after)
        return AWSResponse(response.url, status, response.headers, _Body(body))

    def _not_aws(self, status: int, retry_after: float | None) -> ProviderError:
        """For the answer of a gateway in between; botocore would take its page for a refusal without a code."""
        where, code = f"{self._service} in {self._region}", str(status)
        if status == 429:
            return RateLimited(f"{where}: asked to slow down (HTTP 429)", retry_after=retry_after, native_code=code)
        if status >= 500:
            return Unreachable(f"{where}: a gateway answered HTTP {status}", native_code=code)
        return UnexpectedResponse(f"{where}: something that is not AWS answered HTTP {status}", native_code=code)

    def _get_request_timeout(self, _request: Any) -> Timeout:
        left = max(self._context.remaining(), 0.001)
        return Timeout(connect=min(CONNECT_SECONDS, left), read=min(READ_SECONDS, left))

    def _body(self, response: AWSResponse) -> bytes:
        """Read as it comes, so that a service that sends a byte now and then is noticed at the deadline."""
        raw = response.raw
        where = f"{self._service} in {self._region}"
        length = "" if raw.chunked else str(response.headers.get("Content-Length") or "")
        declared = int(length) if length.isdigit() and len(length) < 16 else None
        pieces, received = [], 0
        try:
            while piece := raw.read1(_PIECE_BYTES, decode_content=False):
                pieces.append(piece)
                received += len(piece)
                if max(received, declared or 0) > MAX_BODY_BYTES:
                    raise UnexpectedResponse(f"{where}: an answer of more than {MAX_BODY_BYTES} bytes")
                self._context.check()
        except (HTTPError, OSError, ValueError) as error:
            raw.close()
            raise Unreachable(f"{where}: the connection ended within an answer ({type(error).__name__})") from error
        except BaseException:
            # A connection with an unread rest must not go back into the pool.
            raw.close()
            raise
        if declared is not None and received != declared:
            raw.close()
            raise UnexpectedResponse(f"{where}: an answer was cut: {received} of {declared} bytes came")
        return b"".join(pieces)


class _Body:
    """What AWSResponse reads from."""

    def __init__(self, body: bytes) -> None:
        self._body = body

    def stream(self, **_: object) -> Iterator[bytes]:
        yield self._body


class _ConfiguredProxy(ProxyConfiguration):  # type: ignore[misc]
    """The operator's proxy and its exceptions; botocore itself knows no exceptions but the environment's."""

    def __init__(self, proxy: ProxySettings | None) -> None:
        super().__init__(proxies={"http": proxy.url, "https": proxy.url} if proxy else {})
        self._direct = tuple(host.lower().lstrip(".") for host in proxy.no_proxy) if proxy else ()

    def proxy_url_for(self, url: str) -> str | None:
        host = (urlsplit(url).hostname or "").lower()
        if any(host == name or host.endswith("." + name) for name in self._direct):
            return None
        found: str | None = super().proxy_url_for(url)
        return found
