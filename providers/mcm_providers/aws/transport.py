"""botocore's HTTP session, with sockets from the CallContext, the governor's leave for each request, and a size cap."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

from botocore.awsrequest import AWSResponse
from botocore.httpsession import ProxyConfiguration, URLLib3Session
from urllib3 import Timeout
from urllib3.exceptions import HTTPError

from mcm.contract import CallContext, ProxySettings, RateLimited, TlsSettings, UnexpectedResponse, Unreachable
from mcm_providers._transport.pools import pool_classes
from mcm_providers._transport.retry_after import retry_after_seconds

CONNECT_SECONDS = 10.0
READ_SECONDS = 60.0
# The largest honest page (1,000 instances, 50 long tags each) is some 40 MiB.
MAX_BODY_BYTES = 64 * 1024 * 1024
_CHUNK_BYTES = 256 * 1024


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

    def send(self, request: Any) -> AWSResponse:
        context = self._context
        context.allow_url(request.url)
        context.before_call(self._service, self._region)
        status, received, retry_after = 0, 0, None
        # botocore reads the body of an answer that is not a stream by itself, however long it is.
        request.stream_output = True
        try:
            response = super().send(request)
            status = int(response.status_code)
            retry_after = retry_after_seconds(response.headers.get("Retry-After"))
            body = self._body(response)
            received = len(body)
        finally:
            context.after_call(status=status, received=received, retry_after=retry_after)
        if status in (429, 502, 503, 504) and not body.lstrip().startswith((b"<?xml", b"<Response", b"<Error")):
            # A gateway in between answered; botocore would find no error code in its page.
            where = f"{self._service} in {self._region}"
            if status == 429:
                raise RateLimited(f"{where}: asked to slow down (HTTP 429)", retry_after=retry_after, native_code="429")
            raise Unreachable(f"{where}: a gateway answered HTTP {status}", native_code=str(status))
        return AWSResponse(response.url, status, response.headers, _Body(body))

    def _get_request_timeout(self, _request: Any) -> Timeout:
        left = max(self._context.remaining(), 0.001)
        return Timeout(connect=min(CONNECT_SECONDS, left), read=min(READ_SECONDS, left))

    def _body(self, response: AWSResponse) -> bytes:
        raw = response.raw
        where = f"{self._service} in {self._region}"
        length = str(response.headers.get("Content-Length") or "")
        declared = int(length) if length.isdigit() and len(length) < 16 else None
        too_long = UnexpectedResponse(f"{where}: an answer of more than {MAX_BODY_BYTES} bytes")
        try:
            if declared is not None and declared > MAX_BODY_BYTES:
                raise too_long
            if declared is not None:
                body = bytes(raw.read(decode_content=False))
            else:
                parts, size = [], 0
                for chunk in raw.stream(_CHUNK_BYTES, decode_content=False):
                    self._context.check()
                    size += len(chunk)
                    if size > MAX_BODY_BYTES:
                        raise too_long
                    parts.append(chunk)
                body = b"".join(parts)
        except (HTTPError, OSError, ValueError) as error:
            raw.close()
            raise Unreachable(f"{where}: the connection ended within an answer ({type(error).__name__})") from error
        except BaseException:
            # A connection with an unread rest must not go back into the pool.
            raw.close()
            raise
        if declared is not None and len(body) != declared:
            raise UnexpectedResponse(f"{where}: an answer was cut: {len(body)} of {declared} bytes came")
        return body


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
