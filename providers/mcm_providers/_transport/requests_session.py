"""A requests session that goes through a CallContext: guarded sockets, governor, deadline, configured proxy only."""

from typing import Any

import requests
from requests.adapters import HTTPAdapter

from mcm.contract import CallContext, TlsSettings
from mcm_providers._transport.pools import pool_classes
from mcm_providers._transport.retry_after import retry_after_seconds

_CONNECT_SECONDS = 10.0
_READ_SECONDS = 60.0


class GuardedAdapter(HTTPAdapter):
    """Errors pass as requests raises them; the adapter's `errors.py` translates. reports: false where whoever reads the
    body tells the context of each answer, as its status alone says too little."""

    def __init__(self, context: CallContext, service: str, region: str = "", *, reports: bool = True) -> None:
        self._context, self._service, self._region, self._reports = context, service, region, reports
        super().__init__(max_retries=0)

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = pool_classes(self._context)

    def proxy_manager_for(self, proxy: str, **kwargs: Any) -> Any:
        manager = super().proxy_manager_for(proxy, **kwargs)
        manager.pool_classes_by_scheme = pool_classes(self._context)
        return manager

    def send(self, request: requests.PreparedRequest, *args: Any, **kwargs: Any) -> requests.Response:
        context = self._context
        context.allow_url(str(request.url))
        context.before_call(self._service, self._region)
        left = max(context.remaining(), 0.001)
        kwargs["timeout"] = (min(_CONNECT_SECONDS, left), min(_READ_SECONDS, left))
        try:
            response = super().send(request, *args, **kwargs)
            received = 0 if kwargs.get("stream") else len(response.content)
        except BaseException:
            context.after_call()
            raise
        if self._reports:
            context.after_call(
                status=response.status_code,
                received=received,
                retry_after=retry_after_seconds(response.headers.get("Retry-After")),
            )
        return response


def guarded_session(
    context: CallContext, service: str, region: str = "", *, reports: bool = True, tls: TlsSettings | None = None
) -> requests.Session:
    """A session for one live connection; it ignores proxies, netrc and CA files of the environment. tls: instead of the
    account's own."""
    tls = tls or context.tls
    session = requests.Session()
    session.trust_env = False
    session.verify = (tls.ca_file or True) if tls.verify else False
    if context.proxy is not None:
        session.proxies = {"http": context.proxy.url, "https": context.proxy.url}
        session.proxies |= {f"{scheme}://{host}": "" for host in context.proxy.no_proxy for scheme in ("http", "https")}
    adapter = GuardedAdapter(context, service, region, reports=reports)
    session.mount("http://", adapter)
    session.mount("https://", adapter)
    return session
