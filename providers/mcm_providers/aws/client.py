"""The only file that builds botocore clients: explicit credentials, nothing from the environment or the home folder.

botocore keeps signing, endpoint rules and the parsing of refusals; sockets, governor and retries are mcm's, and a good
answer comes back as the bytes it is (`documents.py` reads them).
"""

import functools
import logging
from typing import Any, NamedTuple

import botocore
from botocore.config import Config
from botocore.configprovider import BOTOCORE_DEFAUT_SESSION_VARIABLES, ConfigValueStore, ConstantProvider
from botocore.loaders import Loader
from botocore.model import OperationModel, ServiceModel
from botocore.parsers import ResponseParserFactory
from botocore.session import Session

from mcm.contract import CallContext, ProviderError, TlsSettings
from mcm_providers.aws.errors import Call, translate
from mcm_providers.aws.settings import AwsSettings
from mcm_providers.aws.transport import CONNECT_SECONDS, READ_SECONDS, GuardedSession

# At debug level botocore logs canonical requests, and with them the session token.
if logging.getLogger("botocore").level == logging.NOTSET:
    logging.getLogger("botocore").setLevel(logging.INFO)


class Answer(NamedTuple):
    """request_id: AWS's name of the request, "" when it gave none."""

    body: bytes
    request_id: str


class Clients:
    """The botocore clients of one connection, one for each service and region, made when first needed."""

    def __init__(self, settings: AwsSettings, context: CallContext) -> None:
        self._settings, self._context = settings, context
        self._tls = TlsSettings(
            verify=context.tls.verify and settings.verify_tls, ca_file=settings.ca_file or context.tls.ca_file
        )
        self._clients: dict[tuple[str, str], Any] = {}
        self._session: Session | None = None

    def call(self, service: str, region: str, operation: str, params: dict[str, Any] | None = None) -> bytes:
        """The body of the answer to one request. Raises ProviderError."""
        return self._ask(Call(service, region, operation, self._temporary), params).body

    def change(self, service: str, region: str, operation: str, params: dict[str, Any]) -> Answer:
        """As `call`, for a request that changes something: once, and announced to the context before it leaves."""
        return self._ask(Call(service, region, operation, self._temporary, changes=True), params)

    @property
    def _temporary(self) -> bool:
        return bool(self._settings.credentials.session_token)

    def _ask(self, about: Call, params: dict[str, Any] | None) -> Answer:
        try:
            client = self._client(about.service, about.region)
            client._endpoint.http_session.changing = about.changes
            answer = getattr(client, botocore.xform_name(about.operation))(**(params or {}))
        except ProviderError:
            raise
        except Exception as error:
            raise translate(error, about) from error
        return Answer(answer["Body"], answer["RequestId"])

    def close(self) -> None:
        for client in self._clients.values():
            client.close()
        self._clients.clear()

    def _client(self, service: str, region: str) -> Any:
        found = self._clients.get((service, region))
        if found is not None:
            return found
        if self._session is None:
            self._session = _isolated_session(self._settings)
        client: Any = self._session.create_client(
            service,
            region_name=region,
            endpoint_url=self._settings.endpoint_url or None,
            verify=True,
            config=Config(
                connect_timeout=CONNECT_SECONDS,
                read_timeout=READ_SECONDS,
                retries={"mode": "standard", "total_max_attempts": 1},
                proxies={},
                ignore_configured_endpoint_urls=True,
                parameter_validation=True,
                s3={"addressing_style": "path"} if self._settings.endpoint_url else None,
                response_checksum_validation="when_required",
            ),
        )
        # There is no public way to give a client its HTTP session; GuardedSession is of the same class.
        client._endpoint.http_session.close()
        client._endpoint.http_session = GuardedSession(self._context, self._tls, service, region)
        self._clients[service, region] = client
        return client


class _IsolatedSession(Session):  # type: ignore[misc]
    """A session that sees no configuration file, no profile and no token of the environment."""

    @property
    def full_config(self) -> dict[str, Any]:
        return {"profiles": {}}

    def get_auth_token(self, **_: object) -> None:
        return None


def _isolated_session(settings: AwsSettings) -> Session:
    session = _IsolatedSession()
    # Every variable has its default: neither AWS_* variables nor ~/.aws/config are asked.
    defaults = {name: ConstantProvider(value[2]) for name, value in BOTOCORE_DEFAUT_SESSION_VARIABLES.items()}
    session.register_component("config_store", ConfigValueStore(mapping=defaults))
    session.register_component("data_loader", loader())
    session.register_component("response_parser_factory", _RawAnswers())
    session.user_agent_name = "mcm"
    session.user_agent_version = ""
    keys = settings.credentials
    session.set_credentials(keys.access_key_id, keys.secret_access_key, keys.session_token or None)
    return session


@functools.cache
def loader() -> Loader:
    """botocore's descriptions of the services, read once for the process: EC2's take 0.2 s and 20 MB."""
    return Loader(extra_search_paths=[Loader.BUILTIN_DATA_PATH], include_default_search_paths=False)


@functools.cache
def operation_model(service: str, operation: str) -> OperationModel:
    model = ServiceModel(loader().load_service_model(service, "service-2"), service_name=service)
    return model.operation_model(operation)


class _RawAnswers(ResponseParserFactory):  # type: ignore[misc]
    """Parsers that leave good answers as bytes; refusals are parsed by botocore."""

    def create_parser(self, protocol_name: str) -> Any:
        return _RawAnswer(super().create_parser(protocol_name))


class _RawAnswer:
    def __init__(self, parser: Any) -> None:
        self._parser = parser

    def parse(self, response: dict[str, Any], shape: Any) -> dict[str, Any]:
        if response["status_code"] >= 300:
            parsed: dict[str, Any] = self._parser.parse(response, shape)
            return parsed
        return {
            "Body": response["body"],
            "RequestId": str(response["headers"].get("x-amzn-requestid") or "")[:200],
            "ResponseMetadata": {"HTTPStatusCode": response["status_code"]},
        }
