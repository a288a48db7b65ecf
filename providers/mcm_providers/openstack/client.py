"""The only file that speaks to the cloud: one keystoneauth session on guarded sockets, one request at a time.

keystoneauth keeps signing in, renewing tokens and microversion headers; bodies are read by `documents.py`. Nothing is
repeated here, except that keystoneauth renews an expired token once.
"""

import logging
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urljoin, urlsplit

import requests
from keystoneauth1.access import AccessInfoV3
from keystoneauth1.session import Session

from mcm.contract import CallContext, ImageSource, ProviderError, UnexpectedResponse
from mcm_providers._transport.requests_session import GuardedAdapter, guarded_session
from mcm_providers.openstack.credentials import plugin
from mcm_providers.openstack.documents import Document, parsed
from mcm_providers.openstack.errors import Call, SignIn, refusal, translate
from mcm_providers.openstack.settings import Settings

# At debug level keystoneauth logs whole answers, user data of instances included.
if logging.getLogger("keystoneauth").level == logging.NOTSET:
    logging.getLogger("keystoneauth").setLevel(logging.INFO)

_REDIRECTS = 3
Params = Iterable[tuple[str, str | int]]


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One service of one region. url: with the API's version, without a trailing slash; microversion: "" for none."""

    service: str
    region: str
    url: str
    microversion: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """clock: the service's own time when it began to work on the request; None when it did not say."""

    document: Document
    clock: datetime | None


class Client:
    def __init__(self, settings: Settings, context: CallContext) -> None:
        self.context = context
        self._auth_url = settings.auth_url
        self._plugin = plugin(settings)
        self._http = guarded_session(context, "identity")
        if not settings.verify:
            self._http.verify = False
        elif settings.ca_file and self._http.verify:
            self._http.verify = settings.ca_file
        self._http.hooks["response"].append(_stay_on_host)
        self._session = Session(
            auth=self._plugin, session=self._http, verify=self._http.verify, redirect=_REDIRECTS, user_agent="mcm"
        )
        self._signed_in: tuple[AccessInfoV3, float] | None = None

    @property
    def identity(self) -> Endpoint:
        return Endpoint("identity", "", self._auth_url)

    def sign_in(self, *, again: bool = False) -> AccessInfoV3:
        """The token, its roles and the catalogue; from the cloud the first time, and when `again` is asked."""
        if again:
            self._plugin.invalidate()
        try:
            access: AccessInfoV3 = self._plugin.get_access(self._session)
            if self._signed_in is None or self._signed_in[0] is not access:
                self._signed_in = (access, time.monotonic())
            return access
        except Exception as error:
            raise self._translated(error, SignIn(self._auth_url)) from error

    def govern(self, endpoint: Endpoint) -> None:
        """Requests below the endpoint's URL count for its service and region."""
        prefix = endpoint.url.rstrip("/")
        if prefix not in self._http.adapters:
            self._http.mount(prefix, GuardedAdapter(self.context, endpoint.service, endpoint.region))

    def get(self, endpoint: Endpoint, path: str, params: Params = (), microversion: str | None = None) -> Answer:
        """The JSON object at `path`. Raises ProviderError for everything else."""
        call = Call(endpoint.service, endpoint.region, path)
        version = endpoint.microversion if microversion is None else microversion
        self.sign_in()
        started = time.monotonic()
        try:
            response: requests.Response = self._session.get(
                endpoint.url + path,
                params=list(params),
                headers={"Accept": "application/json"},
                microversion=version or None,
                microversion_service_type=endpoint.service if version else None,
                raise_exc=False,
                log=False,
            )
        except Exception as error:
            raise self._translated(error, call) from error
        if response.status_code >= 400:
            raise refusal(response, call)
        if response.status_code >= 300 and response.status_code != 300:
            raise UnexpectedResponse(f"{call}: redirected too often")
        if "json" not in response.headers.get("Content-Type", ""):
            raise UnexpectedResponse(f"{call}: the answer is not JSON; something else than the service answers there")
        return Answer(
            parsed(response.content, str(call)),
            _clock(response.headers.get("Date"), seconds=time.monotonic() - started) or self._keystones_clock(started),
        )

    def change(
        self, method: str, endpoint: Endpoint, path: str, body: Document | None, microversion: str | None = None
    ) -> requests.Response:
        """One request that changes something, sent once. (keystoneauth sends it again after a 401, which had no
        effect.) Raises ProviderError for every refusal."""
        call = Call(endpoint.service, endpoint.region, path)
        version = endpoint.microversion if microversion is None else microversion
        self.sign_in()
        self.context.sending()
        try:
            response: requests.Response = self._session.request(
                endpoint.url + path,
                method,
                json=body,
                headers={"Accept": "application/json"},
                microversion=version or None,
                microversion_service_type=endpoint.service if version else None,
                raise_exc=False,
                log=False,
                redirect=False,
                connect_retries=0,
                status_code_retries=0,
            )
        except Exception as error:
            raise self._translated(error, call) from error
        if response.status_code >= 400:
            raise refusal(response, call)
        if response.status_code >= 300:
            raise UnexpectedResponse(f"{call}: a request that changes something was redirected")
        return response

    @contextmanager
    def stream(self, endpoint: Endpoint, path: str, headers: Mapping[str, str]) -> Iterator[requests.Response]:
        """The answer to a GET whose body is not read yet; what breaks while it is being read is translated too."""
        call = Call(endpoint.service, endpoint.region, path)
        self.sign_in()
        response: requests.Response | None = None
        try:
            response = self._session.get(
                endpoint.url + path, headers={"Accept": "application/octet-stream", **headers}, stream=True,
                raise_exc=False, log=False,
            )  # fmt: skip
            if response.status_code >= 400:
                raise refusal(response, call)
            if response.status_code not in (200, 204, 206):
                raise UnexpectedResponse(f"{call}: an answer of status {response.status_code} instead of bytes")
            yield response
        except Exception as error:
            raise self._translated(error, call) from error
        finally:
            if response is not None:
                response.close()

    def send(self, endpoint: Endpoint, path: str, body: ImageSource) -> None:
        """PUTs bytes, once. Raises ProviderError for every refusal."""
        call = Call(endpoint.service, endpoint.region, path)
        self.sign_in()
        self.context.sending()
        try:
            response: requests.Response = self._session.request(
                endpoint.url + path, "PUT", data=body, headers={"Content-Type": "application/octet-stream"},
                raise_exc=False, log=False, redirect=False, connect_retries=0, status_code_retries=0,
            )  # fmt: skip
        except Exception as error:
            raise self._translated(error, call) from error
        if response.status_code >= 400:
            raise refusal(response, call)

    def close(self) -> None:
        self._http.close()

    def _keystones_clock(self, at: float) -> datetime | None:
        """Some servers (uwsgi) send no Date. A token says when it was issued; the time since is ours to count."""
        if self._signed_in is None:
            return None
        access, since = self._signed_in
        issued = access.issued
        if not isinstance(issued, datetime):
            return None
        return (issued if issued.tzinfo else issued.replace(tzinfo=UTC)) + timedelta(seconds=at - since)

    def _translated(self, error: Exception, call: Call | SignIn) -> ProviderError:
        if not isinstance(error, ProviderError):
            # A socket that was closed because the deadline passed is not the cloud's fault.
            self.context.check()
        return translate(error, call)


def _clock(date: str | None, seconds: float) -> datetime | None:
    """A Date header is written when the answer is sent; what the service looked at may be as old as the request."""
    try:
        found = parsedate_to_datetime(date or "")
    except (TypeError, ValueError):
        return None
    return (found if found.tzinfo else found.replace(tzinfo=UTC)) - timedelta(seconds=seconds)


def _stay_on_host(response: requests.Response, **_: Any) -> None:
    """keystoneauth sends the token, or the password, along to where a redirect leads: only to the same host."""
    location = response.headers.get("Location", "")
    if response.status_code not in (301, 302, 303, 305, 307, 308) or not location:
        return
    here, there = urlsplit(str(response.url)), urlsplit(urljoin(str(response.url), location))
    if here.hostname != there.hostname or (here.scheme == "https" and there.scheme != "https"):
        raise UnexpectedResponse(
            f"{here.scheme}://{here.netloc} redirects to another place: {there.scheme}://{there.netloc}"
        )
