"""The only file that asks a Prometheus server, or another that speaks its API.

https://prometheus.io/docs/prometheus/latest/querying/api/
"""

import math
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, NamedTuple

from mcm.contract import (
    AuthenticationFailed,
    CallContext,
    InvalidRequest,
    PermissionDenied,
    ProviderError,
    RateLimited,
    TlsSettings,
    UnexpectedResponse,
    Unreachable,
)
from mcm_providers._prometheus.settings import PrometheusSettings
from mcm_providers._transport.json_line import Answer, JsonLine
from mcm_providers._transport.refusals import patiently

_MAX_BYTES = 32 << 20
_MOST_SERIES = 5000
Labels = Mapping[str, str]


class Series(NamedTuple):
    """points: by the end of their interval, in seconds since 1970; finite values only."""

    labels: Labels
    points: list[tuple[int, float]]


class PrometheusServer:
    """For one live connection; `close` may be called twice."""

    def __init__(self, settings: PrometheusSettings, context: CallContext) -> None:
        self._settings, self._context = settings, context
        self._headers = {"Authorization": settings.authorization} if settings.authorization else {}
        tls = TlsSettings(context.tls.verify, settings.ca_file) if settings.ca_file else None
        self._line = JsonLine(context, "prometheus", max_bytes=_MAX_BYTES, tls=tls)

    def label_sets(self, selectors: Sequence[str], start: datetime, end: datetime) -> list[Labels]:
        """Of all series that fit one of the selectors and had a sample between the two times."""
        form = [("match[]", one) for one in selectors] + [("start", _instant(start)), ("end", _instant(end))]
        data = self._ask("/api/v1/series", form, "looking for series")
        if not isinstance(data, list) or len(data) > _MOST_SERIES:
            raise UnexpectedResponse(f"Prometheus: no list of series, or more than {_MOST_SERIES}")
        return [_labels(one) for one in data]

    def range(self, expression: str, first: int, last: int, step_s: int) -> list[Series]:
        """Evaluated at `first` and every `step_s` seconds until `last`. What has no value at a time is left out."""
        form = [("query", expression), ("start", str(first)), ("end", str(last)), ("step", str(step_s))]
        data = self._ask("/api/v1/query_range", form, "asking for measurements")
        result = data.get("result") if isinstance(data, dict) else None
        if not isinstance(result, list) or data.get("resultType") != "matrix" or len(result) > _MOST_SERIES:
            raise UnexpectedResponse(f"Prometheus: no matrix, or more than {_MOST_SERIES} series")
        asked = range(first, last + 1, step_s)
        return [_series(one, asked) for one in result]

    def close(self) -> None:
        self._line.close()

    def _ask(self, path: str, form: Sequence[tuple[str, str]], doing: str) -> Any:
        self._context.check()
        answer = patiently(lambda: self._good(path, form, f"Prometheus: {doing}"))
        document = answer.document
        if not isinstance(document, dict) or document.get("status") != "success" or "data" not in document:
            raise UnexpectedResponse(f"Prometheus: {doing}: the answer is none of its API; check prometheus_url")
        return document["data"]

    def _good(self, path: str, form: Sequence[tuple[str, str]], doing: str) -> Answer:
        answer = self._line.post(self._settings.url + path, form=form, headers=self._headers, doing=doing)
        if answer.status >= 400:
            raise _refusal(answer, doing)
        return answer


def _refusal(answer: Answer, doing: str) -> ProviderError:
    """From `{"status": "error", "errorType": …, "error": …}`, or whatever a gateway before it says."""
    told = answer.document if isinstance(answer.document, dict) else {}
    kind, said = (str(told.get(name) or "") for name in ("errorType", "error"))
    tail, code, status = f": {said}" if said else "", kind or str(answer.status), answer.status
    if status == 401:
        return AuthenticationFailed(f"{doing}: prometheus_username, password or token is wrong", native_code=code)
    if status == 403:
        return PermissionDenied(f"{doing} was refused{tail}", permission="query", native_code=code)
    if status == 429:
        return RateLimited(f"{doing}: asked to slow down", retry_after=answer.retry_after, native_code=code)
    if status in (404, 405):
        return UnexpectedResponse(f"{doing}: there is no such API; check prometheus_url", native_code=code)
    if status >= 500:
        return Unreachable(f"{doing}: the server has a fault ({status}){tail}", native_code=code)
    # A question it cannot evaluate, or one that would take more than it is allowed to.
    return InvalidRequest(f"{doing} was refused ({kind or status}){tail}", native_code=code)


def _labels(told: Any) -> Labels:
    if not isinstance(told, dict) or not all(isinstance(value, str) for value in told.values()):
        raise UnexpectedResponse("Prometheus: a series without labels")
    return told


def _series(told: Any, asked: range) -> Series:
    labels = _labels(told.get("metric") if isinstance(told, dict) else None)
    values = told.get("values")
    if not isinstance(values, list) or len(values) > len(asked):
        raise UnexpectedResponse("Prometheus: a series without values, or with more than were asked for")
    points = []
    for one in values:
        if not isinstance(one, list) or len(one) != 2:
            raise UnexpectedResponse("Prometheus: a value without a time")
        at, value = _time(one[0]), _number(one[1])
        if at not in asked:
            raise UnexpectedResponse("Prometheus: a value of a time that was not asked for")
        if math.isfinite(value):
            points.append((at, value))
    return Series(labels, points)


def _time(told: Any) -> int:
    if isinstance(told, bool) or not isinstance(told, int | Decimal) or told != int(told):
        raise UnexpectedResponse("Prometheus: a time that was not asked for")
    return int(told)


def _number(told: Any) -> float:
    """A text, as NaN and Inf are no numbers of JSON."""
    try:
        return float(told) if isinstance(told, str) and len(told) < 64 else float("nan")
    except ValueError as error:
        raise UnexpectedResponse("Prometheus: a value that is no number") from error


def _instant(at: datetime) -> str:
    return str(at.astimezone(UTC).timestamp())
