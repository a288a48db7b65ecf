"""Single requests to CloudStack: libcloud's connection signs and sends them, orjson reads the answers.

https://docs.cloudstack.apache.org/en/latest/developersguide/dev.html
"""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
import requests
from libcloud.common.cloudstack import CloudStackResponse
from libcloud.common.types import MalformedResponseError
from libcloud.common.types import ProviderError as Refused

from mcm.contract import AuthenticationFailed, InvalidRequest, PermissionDenied, UnexpectedResponse
from mcm_providers.libcloud import errors
from mcm_providers.libcloud.client import Line, open_driver
from mcm_providers.libcloud.settings import Settings

Document = dict[str, Any]

# Open to every role; an answer to it, whatever it says of the role, shows that the key is known.
_SIGN_IN = "listCapabilities"


class Answer(CloudStackResponse):
    """The same document as libcloud makes of an answer, from the bytes, in a fraction of the time; and refusals with
    their own text, which libcloud drops for 401. libcloud guesses the encoding; CloudStack's is always UTF-8."""

    def __init__(self, response: requests.Response, connection: Any) -> None:
        self.connection = connection
        self.headers = {name.lower(): value for name, value in response.headers.items()}
        self.status = response.status_code
        self.error, self.request = response.reason, response.request
        self.iter_content = response.iter_content
        self.body = response.content
        if self.status not in (200, 201, 202):
            raise Refused(_errortext(self.body), http_code=self.status, driver=connection.driver)
        self.object = _parsed(self.body)
        if not isinstance(self.object, dict):
            raise MalformedResponseError("not an object", driver=connection.driver)


def _parsed(body: bytes) -> Any:
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError:
        pass
    try:
        # A name in another encoding must not hide all the others.
        return orjson.loads(body.decode("utf-8", "replace"))
    except orjson.JSONDecodeError:
        raise MalformedResponseError("not JSON") from None


def _errortext(body: bytes) -> str:
    """What CloudStack says in `{"…response": {"errorcode": 431, "errortext": "…"}}`; "" when it is something else."""
    try:
        document = orjson.loads(body)
    except orjson.JSONDecodeError:
        return ""
    inner = next(iter(document.values()), None) if isinstance(document, dict) else None
    text = inner.get("errortext") if isinstance(inner, dict) else None
    return text if isinstance(text, str) else ""


class Api:
    def __init__(self, settings: Settings, line: Line) -> None:
        if not settings.host:
            raise InvalidRequest("configuration key 'host' is required for the driver cloudstack")
        if not settings.secret:
            raise InvalidRequest("secret key 'secret' is required for the driver cloudstack")
        if settings.options:
            raise InvalidRequest("the driver cloudstack takes no 'options'")
        self.line = line
        self._key = settings.key
        driver = open_driver(
            settings,
            line,
            {
                "secret": settings.secret,
                "secure": settings.secure,
                "host": f"[{settings.host}]" if ":" in settings.host else settings.host,
                "port": settings.port or (443 if settings.secure else 80),
                "path": settings.path or "/client/api",
            },
        )
        self._connection: Any = driver.connection
        self._connection.responseCls = Answer

    def is_mine(self, key: object) -> bool:
        return key == self._key

    def ask(self, command: str, params: Mapping[str, object] | None = None) -> Document:
        """What stands inside the answer to `command`. The names of `params` are in lower case: the signature is made
        over them sorted, and the cloud sorts before it lowers."""
        self.line.context.check()
        doing = f"CloudStack {command}"
        # Version 3 alone lets a signed URL expire, and some clouds take no other.
        until = datetime.now(UTC) + timedelta(seconds=errors.EXPIRES_SECONDS)
        signed = {**(params or {}), "signatureversion": "3", "expires": until.strftime("%Y-%m-%dT%H:%M:%S%z")}
        try:
            with errors.translated(self.line.exchange, doing, command):
                found = self._connection._sync_request(command, params=signed)
        except AuthenticationFailed as error:
            raise self._credentials_or_command(command, error) from None
        if not isinstance(found, dict):
            raise UnexpectedResponse(f"{doing}: the answer is not what the API promises")
        return found

    def _credentials_or_command(self, command: str, error: AuthenticationFailed) -> Exception:
        """CloudStack answers a command it does not know as it answers wrong credentials. Without asking for one that
        it knows, the whole account would be stopped for it."""
        if command == _SIGN_IN:
            return error
        try:
            self.ask(_SIGN_IN)
        except PermissionDenied:
            pass
        except AuthenticationFailed as same:
            return same
        return PermissionDenied(
            f"CloudStack {command} was refused though the credentials are right: their role does not allow {command}, "
            "or this version does not know it",
            permission=command,
            native_code=error.native_code,
        )
