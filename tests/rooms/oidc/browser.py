"""A person at a browser: cookies, redirects followed one by one, and the provider's forms filled in as they come."""

import html
import re
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx

from tests.baddays.serving import NO_TLS

_FORM = re.compile(r'<form[^>]*action="([^"]+)"')
_FIELD = re.compile(r'<input type="hidden" name="([^"]+)" value="([^"]*)"')
PAGE = {"Accept": "text/html"}


class Browser:
    """One cookie jar for mcm and the provider, which share a host and so their cookies, as ports do not count."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.http = httpx.Client(trust_env=False, timeout=60, headers=PAGE, follow_redirects=False, verify=NO_TLS)

    def start(self, name: str = "real", **query: str) -> httpx.Response:
        return self.http.get(f"{self.url}/api/v1/auth/oidc/{name}/start", params=query)

    def at_the_provider(self, started: httpx.Response, login: str) -> str:
        """Signs in there and agrees; returns the address the provider sends the browser back to."""
        assert started.status_code == 303, started.text
        answer, url = started, started.headers["location"]
        while not url.startswith(self.url):
            answer = self.http.get(url)
            while not answer.is_redirect:
                answer = self._fill_in(answer, login)
            url = str(httpx.URL(url).join(answer.headers["location"]))
        return url

    def back(self, url: str) -> httpx.Response:
        return self.http.get(url)

    def sign_in(self, login: str, name: str = "real", **query: str) -> httpx.Response:
        return self.back(self.at_the_provider(self.start(name, **query), login))

    def session(self) -> str | None:
        return self.http.cookies.get("mcm_session")

    def close(self) -> None:
        self.http.close()

    def _fill_in(self, page: httpx.Response, login: str) -> httpx.Response:
        form = _FORM.search(page.text)
        assert form is not None, f"{page.status_code} {page.text[:500]}"
        filled = dict(_FIELD.findall(page.text))
        if filled.get("prompt") == "login":
            filled |= {"login": login, "password": "anything"}
        return self.http.post(html.unescape(form[1]), data=filled)


def query_of(url: str) -> dict[str, Any]:
    return {key: values[0] for key, values in parse_qs(urlsplit(url).query).items()}
