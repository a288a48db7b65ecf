"""What a provider needs to connect: the questions (schema) and one account's answers (form)."""

import difflib
from collections.abc import Mapping
from typing import Literal

from pydantic import BaseModel, ConfigDict

from mcm.contract.errors import InvalidRequest


class ConnectionField(BaseModel):
    """One question. `secret` answers are encrypted at rest and never shown again."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    key: str
    type: Literal["text", "integer", "boolean", "list", "url", "host"] = "text"
    title: str
    title_zh: str
    help: str = ""
    required: bool = False
    secret: bool = False
    default: str | int | bool | None = None


class ConnectionForm:
    """One account's answers. Secrets are apart, so that printing or logging a form cannot show them."""

    __slots__ = ("_secrets", "config")

    def __init__(self, config: Mapping[str, object], secrets: Mapping[str, str]) -> None:
        self.config = dict(config)
        self._secrets = dict(secrets)

    def text(self, key: str, default: str = "") -> str:
        value = self.config.get(key)
        return default if value is None else str(value)

    def integer(self, key: str, default: int) -> int:
        value = self.config.get(key)
        return default if value is None else int(str(value))

    def boolean(self, key: str, default: bool) -> bool:
        value = self.config.get(key)
        return default if value is None else value in (True, 1, "1", "true", "True", "yes", "on")

    def items(self, key: str) -> list[str]:
        """A list answer; a string is split at commas."""
        value = self.config.get(key)
        if value is None:
            return []
        parts = value.split(",") if isinstance(value, str) else value
        return [str(part).strip() for part in parts if str(part).strip()]  # type: ignore[attr-defined]

    def secret(self, key: str) -> str:
        return self._secrets.get(key, "")

    def secret_values(self) -> list[str]:
        """For redaction only."""
        return [value for value in self._secrets.values() if value]

    def __repr__(self) -> str:
        return f"ConnectionForm(config={sorted(self.config)}, secrets={sorted(self._secrets)})"


class ConnectionSchema(BaseModel):
    """All questions of a provider. `dotted` keys (auth.username) are accepted as written where `nested` is true."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    fields: tuple[ConnectionField, ...]

    def field(self, key: str) -> ConnectionField | None:
        return next((f for f in self.fields if f.key == key), None)

    def validated(self, config: Mapping[str, object], secrets: Mapping[str, str]) -> ConnectionForm:
        """The form with converted values and defaults. Raises InvalidRequest naming the key, the cause and the cure."""
        known_config = [f.key for f in self.fields if not f.secret]
        known_secrets = [f.key for f in self.fields if f.secret]
        for given, known, other, what in (
            (config, known_config, known_secrets, "configuration"),
            (secrets, known_secrets, known_config, "secret"),
        ):
            for key in given:
                if key in other:
                    right = "--secret" if what == "configuration" else "--config"
                    raise InvalidRequest(f"'{key}' is not a {what} key; give it as {right}")
                if key not in known:
                    close = difflib.get_close_matches(key, known, 1)
                    hint = f"did you mean '{close[0]}'? " if close else ""
                    raise InvalidRequest(f"unknown {what} key '{key}': {hint}known keys: {', '.join(known) or 'none'}")
        values: dict[str, object] = {}
        for item in self.fields:
            given_value = secrets.get(item.key) if item.secret else config.get(item.key, item.default)
            if given_value in (None, ""):
                if item.required:
                    raise InvalidRequest(f"{'secret' if item.secret else 'configuration'} key '{item.key}' is required")
                continue
            if not item.secret:
                values[item.key] = _converted(item, given_value)
        return ConnectionForm(values, secrets)


def _converted(item: ConnectionField, value: object) -> object:
    text = str(value).strip()
    if item.type == "integer":
        if not text.lstrip("-").isdigit():
            raise InvalidRequest(f"'{item.key}' must be a whole number, not '{text}'")
        return int(text)
    if item.type == "boolean":
        if text.lower() not in ("true", "false", "1", "0", "yes", "no", "on", "off"):
            raise InvalidRequest(f"'{item.key}' must be true or false, not '{text}'")
        return text.lower() in ("true", "1", "yes", "on")
    if item.type == "list":
        parts = value if isinstance(value, (list, tuple)) else text.split(",")
        return [str(part).strip() for part in parts if str(part).strip()]
    if item.type == "url" and not text.startswith(("http://", "https://")):
        raise InvalidRequest(f"'{item.key}' must be a URL that begins with https:// or http://, not '{text}'")
    if item.type == "host" and ("/" in text or "@" in text or not text):
        raise InvalidRequest(f"'{item.key}' must be a host name or address without scheme or path, not '{text}'")
    return text
