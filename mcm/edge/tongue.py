"""In which language the server's own pages speak: as chosen on a page or in the console, else as the browser asks."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Annotated, Literal, NamedTuple

from fastapi import Depends
from starlette.requests import Request
from starlette.responses import Response

Language = Literal["en", "zh-CN"]
LANGUAGES: Mapping[Language, str] = {"en": "English", "zh-CN": "简体中文"}
# The console reads and writes it too, so scripts may.
COOKIE = "mcm_language"
_QUERY = "lang"
_YEAR_S = 366 * 24 * 3600
_WEIGHT = re.compile(r"q=([01](?:\.\d{0,3})?)")


class Text(NamedTuple):
    """What a page says, in both languages side by side. `{name}` stands for a value."""

    en: str
    zh: str


@dataclass(frozen=True, slots=True)
class Tongue:
    """here: the address that shows this page again; "" where nothing does, as what it shows is shown once.
    chosen: by following a link just now, so it is to be remembered."""

    language: Language
    here: str = ""
    chosen: bool = False

    def __call__(self, text: Text, **values: object) -> str:
        said = text.zh if self.language == "zh-CN" else text.en
        # Not str.format: a value from elsewhere may hold braces.
        for name, value in values.items():
            said = said.replace("{" + name + "}", str(value))
        return said

    def at(self, here: str) -> "Tongue":
        return replace(self, here=here)

    def link(self, language: Language) -> str:
        """Where this page is shown in that language, and which is remembered from then on."""
        return f"{self.here}{'&' if '?' in self.here else '?'}{_QUERY}={language}"


def tongue_of(request: Request) -> Tongue:
    """A form's answer has no address of its own: it says itself with `at` where its page is."""
    wanted = request.query_params.get(_QUERY)
    chosen = _known(wanted)
    language = chosen or _known(request.cookies.get(COOKIE)) or accepted(request.headers.get("accept-language", ""))
    return Tongue(language, _here(request), chosen is not None)


TongueDep = Annotated[Tongue, Depends(tongue_of)]


def remember(response: Response, say: Tongue, *, over_tls: bool) -> None:
    if say.chosen:
        response.set_cookie(
            COOKIE, say.language, max_age=_YEAR_S, path="/", secure=over_tls, httponly=False, samesite="lax"
        )


def accepted(header: str) -> Language:
    """The most wanted of an Accept-Language header that there is; English for any other."""
    wanted: list[tuple[float, Language]] = []
    for part in header[:500].lower().split(","):
        tag, _, rest = part.strip().partition(";")
        found = _WEIGHT.search(rest)
        weight = float(found[1]) if found else 1.0
        if weight > 0 and tag.partition("-")[0] in ("zh", "en"):
            wanted.append((weight, "zh-CN" if tag.startswith("zh") else "en"))
    return max(wanted, key=lambda one: one[0], default=(1.0, "en"))[1]


def _known(wanted: str | None) -> Language | None:
    return next((language for language in LANGUAGES if language == wanted), None)


def _here(request: Request) -> str:
    url = request.url.remove_query_params(_QUERY)
    return f"{url.path}?{url.query}" if url.query and request.method == "GET" else url.path
