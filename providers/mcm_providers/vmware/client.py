"""Signing in with pyVmomi. Its cookie then carries everything else, which `soap.py` reads without the SDK's parser."""

import io
from dataclasses import dataclass
from http.cookies import CookieError, SimpleCookie
from typing import Any

from pyVmomi import vim, vmodl
from pyVmomi.SoapAdapter import SoapStubAdapter

from mcm.contract import ProviderError, UnexpectedResponse
from mcm_providers.vmware.faults import SoapFault
from mcm_providers.vmware.soap import check_status
from mcm_providers.vmware.transport import Exchange, Transport

_COOKIE = "vmware_soap_session"
_ANSWER = 4 << 20
_vim: Any = vim

Reference = tuple[str, str]  # managed object type, value


@dataclass(frozen=True, slots=True)
class Service:
    """What the server says of itself, and where its managers are. A manager is None where there is none (ESXi)."""

    root_folder: Reference
    property_collector: Reference
    session_manager: Reference
    view_manager: Reference
    search_index: Reference | None
    custom_fields: Reference | None
    authorization: Reference | None
    instance_uuid: str
    api_type: str
    api_version: str
    full_name: str
    session_key: str
    username: str
    performance: Reference | None = None


def sign_in(transport: Transport, username: str, password: str) -> tuple[Service, str]:
    """The server's description of itself and the session's cookie. Raises SoapFault, OSError or a ProviderError."""
    stub = _Stub(transport)
    try:
        content = _vim.ServiceInstance("ServiceInstance", stub).RetrieveContent()
        user = content.sessionManager.Login(username, password, None)
        service = _service(content, user)
    except vmodl.MethodFault as fault:
        raise _as_soap_fault(fault) from fault
    except (ProviderError, OSError):
        raise
    except Exception as error:
        # The SDK's deserialiser raises whatever the answer makes it stumble over.
        raise UnexpectedResponse(f"the answer to signing in is not what the API promises: {error}") from error
    try:
        cookie = SimpleCookie(stub.cookie)[_COOKIE].coded_value
    except (KeyError, CookieError) as error:
        raise UnexpectedResponse("signing in brought no session cookie that can be read") from error
    return service, f"{_COOKIE}={cookie}"


class _Stub(SoapStubAdapter):
    """pyVmomi's own serialisation and faults, over our transport."""

    def __init__(self, transport: Transport) -> None:
        super().__init__(  # type: ignore[no-untyped-call]
            host=transport.host, port=transport.port, acceptCompressedResponses=False
        )
        self._transport = transport

    def GetConnection(self) -> "_Connection":  # noqa: N802
        return _Connection(self._transport)

    def ReturnConnection(self, conn: "_Connection") -> None:  # noqa: N802
        pass  # the transport keeps it itself


class _Connection:
    """As much of http.client's connection and response as pyVmomi uses."""

    reason = ""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport
        self._exchange: Exchange | None = None

    def request(self, method: str, path: str, body: bytes, headers: dict[str, str]) -> None:
        self._exchange = exchange = self._transport.send(method, path, body, headers, service="sdk", repeatable=False)
        check_status(exchange)
        self.status = exchange.status
        self._body = io.BytesIO(exchange.read(_ANSWER))

    def getresponse(self) -> "_Connection":
        return self

    def getheader(self, name: str, default: str | None = None) -> str | None:
        if self._exchange is None or name.lower() == "content-encoding":  # already decoded
            return default
        return self._exchange.header(name) or default

    def read(self, size: int = -1) -> bytes:
        return self._body.read(size)

    def close(self) -> None:
        if self._exchange is not None:
            self._exchange.drop()


def _service(content: Any, user: Any) -> Service:
    about = content.about
    return Service(
        root_folder=_reference(content.rootFolder),
        property_collector=_reference(content.propertyCollector),
        session_manager=_reference(content.sessionManager),
        view_manager=_reference(content.viewManager),
        search_index=_reference_or_none(content.searchIndex),
        custom_fields=_reference_or_none(content.customFieldsManager),
        authorization=_reference_or_none(content.authorizationManager),
        instance_uuid=about.instanceUuid or "",
        api_type=about.apiType or "",
        api_version=about.apiVersion or "6.5",
        full_name=about.fullName or "",
        session_key=user.key,
        username=user.userName,
        performance=_reference_or_none(content.perfManager),
    )


def _reference(managed: Any) -> Reference:
    return type(managed)._wsdlName, str(managed._moId)


def _reference_or_none(managed: Any) -> Reference | None:
    return None if managed is None else _reference(managed)


def _as_soap_fault(fault: Any) -> SoapFault:
    fields = {"privilegeId": getattr(fault, "privilegeId", None), "object": getattr(fault, "object", None)}
    details = {name: str(getattr(value, "_moId", value)) for name, value in fields.items() if value is not None}
    return SoapFault(type(fault)._wsdlName, str(fault.msg or ""), details)
