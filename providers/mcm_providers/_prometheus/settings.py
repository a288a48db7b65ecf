"""An account's answers about its Prometheus server, checked and typed. Nothing here needs the network."""

import base64
import re
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from mcm.contract import ConnectionForm, InvalidRequest

LIBVIRT, NODE = "libvirt", "node"
_LABEL = re.compile(r"[a-zA-Z_][a-zA-Z0-9_]*")
_STEPS = (300, 3600)


@dataclass(frozen=True)
class PrometheusSettings:
    """url: without a slash at its end. labels: of every series that is asked for. authorization: a header, or ""."""

    url: str
    exporter: str
    labels: tuple[tuple[str, str], ...]
    step_s: int
    ca_file: str | None
    authorization: str = field(repr=False)

    @classmethod
    def from_form(cls, form: ConnectionForm) -> "PrometheusSettings | None":
        """None: the account names no server. Raises InvalidRequest naming the key, the cause and the cure."""
        url = form.text("prometheus_url").strip().rstrip("/")
        if not url:
            return None
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment:
            raise InvalidRequest("'prometheus_url' must be an address such as https://prometheus.example.com:9090")
        if parts.username or parts.password:
            raise InvalidRequest("'prometheus_url' must not hold a user or password; give them by their own keys")
        exporter = form.text("prometheus_exporter", LIBVIRT).strip().lower()
        if exporter not in (LIBVIRT, NODE):
            raise InvalidRequest(f"'prometheus_exporter' must be {LIBVIRT} or {NODE}, not '{exporter[:40]}'")
        step = form.integer("prometheus_step_s", _STEPS[0])
        if not _STEPS[0] <= step <= _STEPS[1] or 86_400 % step:
            raise InvalidRequest(
                f"'prometheus_step_s' must be {_STEPS[0]} to {_STEPS[1]} and divide a day, such as 300, 600 or 900"
            )
        return cls(url, exporter, _labels(form), step, _ca_file(form), _authorization(form))


def _labels(form: ConnectionForm) -> tuple[tuple[str, str], ...]:
    found = []
    for one in form.items("prometheus_labels"):
        name, equals, value = one.partition("=")
        if not equals or not _LABEL.fullmatch(name.strip()):
            raise InvalidRequest(f"'{one[:40]}' is no label of 'prometheus_labels', such as cluster=east")
        found.append((name.strip(), value.strip()))
    return tuple(found)


def _ca_file(form: ConnectionForm) -> str | None:
    given = form.text("prometheus_ca_file")
    if given and not Path(given).is_file():
        raise InvalidRequest(f"'prometheus_ca_file' names '{given}', which is not a file here")
    return given or None


def _authorization(form: ConnectionForm) -> str:
    name, password = form.text("prometheus_username"), form.secret("prometheus_password")
    token = form.secret("prometheus_token").strip()
    if token and (name or password):
        raise InvalidRequest("give either 'prometheus_token' or 'prometheus_username' with its password")
    if bool(name) != bool(password) or ":" in name:
        raise InvalidRequest("'prometheus_username' and secret 'prometheus_password' go together")
    if token and (not token.isascii() or not token.isprintable() or " " in token):
        raise InvalidRequest("secret 'prometheus_token' must be printable ASCII without blanks")
    if token:
        return f"Bearer {token}"
    return "Basic " + base64.b64encode(f"{name}:{password}".encode()).decode() if name else ""
