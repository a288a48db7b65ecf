"""vCenter's answers as a test writes them."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from xml.sax.saxutils import escape

SESSION = "52c0ffee-session"
_HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?>\n<soapenv:Envelope'
    ' xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/" xmlns:xsd="http://www.w3.org/2001/XMLSchema"'
    ' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><soapenv:Body>'
)
_TAIL = "</soapenv:Body></soapenv:Envelope>"


@dataclass(frozen=True)
class Reply:
    body: bytes
    status: int = 200
    content_type: str = "text/xml; charset=utf-8"
    headers: Mapping[str, str] = field(default_factory=dict)
    declared: int | None = None
    """A Content-Length other than the body's; the connection ends after the body."""
    ends: bool = False
    """The connection ends after this answer, without saying so before."""
    pause: tuple[int, threading.Event] | None = None
    """Sends so many bytes of the body, and the rest only when the event is set."""


@dataclass(frozen=True)
class Asked:
    """operation: the SOAP operation, or "METHOD /path" of the REST API."""

    operation: str
    body: str
    headers: Mapping[str, str]

    def value(self, tag: str) -> str:
        found = re.search(rf"<{tag}(?: [^>]*)?>([^<]*)</{tag}>", self.body)
        return found[1] if found else ""


Answer = Reply | Callable[[Asked], Reply]
Script = dict[str, Answer | list[Answer]]


def document(inside: str) -> bytes:
    return (_HEAD + inside + _TAIL).encode()


def answer(operation: str, inside: str = "") -> Reply:
    return Reply(document(f'<{operation}Response xmlns="urn:vim25">{inside}</{operation}Response>'))


def fault(name: str, message: str = "", inside: str = "") -> Reply:
    detail = f'<{name}Fault xmlns="urn:vim25" xsi:type="{name}">{inside}</{name}Fault>'
    return Reply(
        document(
            "<soapenv:Fault><faultcode>ServerFaultCode</faultcode>"
            f"<faultstring>{escape(message)}</faultstring><detail>{detail}</detail></soapenv:Fault>"
        ),
        500,
    )


def reference(tag: str, native_type: str, value: str) -> str:
    return f'<{tag} type="{native_type}">{escape(value)}</{tag}>'


def value(of: object) -> str:
    """A property's value: text, or a list of (type, reference)."""
    if isinstance(of, list):
        inside = "".join(reference("ManagedObjectReference", *one) for one in of)
        return f'<val xsi:type="ArrayOfManagedObjectReference">{inside}</val>'
    if isinstance(of, tuple):
        return f'<val xsi:type="ManagedObjectReference" type="{of[0]}">{escape(of[1])}</val>'
    text = str(of)
    return text if text.startswith("<val") else f'<val xsi:type="xsd:string">{escape(text)}</val>'


def content(native_type: str, moref: str, properties: Mapping[str, object], missing: str = "") -> str:
    inside = "".join(f"<propSet><name>{name}</name>{value(of)}</propSet>" for name, of in properties.items())
    return f"<objects>{reference('obj', native_type, moref)}{inside}{missing}</objects>"


def missing(path: str, fault_type: str, inside: str = "") -> str:
    return (
        f'<missingSet><path>{path}</path><fault><fault xsi:type="{fault_type}">{inside}</fault>'
        "<localizedMessage>refused</localizedMessage></fault></missingSet>"
    )


def page(objects: Iterable[str], token: str = "", operation: str = "RetrievePropertiesEx") -> Reply:
    following = f"<token>{token}</token>" if token else ""
    return answer(operation, f"<returnval>{following}{''.join(objects)}</returnval>")


def machine(number: int, **properties: object) -> str:
    """An instance with the properties that identify it; keywords: a property's path with __ for its dots."""
    found: dict[str, object] = {
        "name": f"vm {number}",
        "config.instanceUuid": uuid(number),
        "config.template": "false",
        "runtime.powerState": "poweredOn",
        "runtime.connectionState": "connected",
    }
    found |= {path.replace("__", "."): of for path, of in properties.items()}
    return content("VirtualMachine", f"vm-{number}", {path: of for path, of in found.items() if of is not None})


def uuid(number: int) -> str:
    return f"50000000-0000-0000-0000-{number:012}"


def updates(version: str, changed: Iterable[tuple[str, str]] = (), *, truncated: bool = False) -> Reply:
    """changed: kind of update ("enter", "modify", "leave") and reference."""
    objects = "".join(
        f"<objectSet><kind>{kind}</kind>{reference('obj', 'VirtualMachine', moref)}</objectSet>"
        for kind, moref in changed
    )
    inside = f"<version>{version}</version>"
    if objects:
        inside += f"<filterSet>{reference('filter', 'PropertyFilter', 'filter-1')}{objects}</filterSet>"
    if truncated:
        inside += "<truncated>true</truncated>"
    return answer("WaitForUpdatesEx", f"<returnval>{inside}</returnval>")


def made(operation: str, native_type: str, moref: str) -> Reply:
    return answer(operation, reference("returnval", native_type, moref))


def _service_content() -> str:
    managers = {
        "rootFolder": ("Folder", "group-d1"),
        "propertyCollector": ("PropertyCollector", "propertyCollector"),
        "viewManager": ("ViewManager", "ViewManager"),
    }
    later = {
        "sessionManager": ("SessionManager", "SessionManager"),
        "authorizationManager": ("AuthorizationManager", "AuthorizationManager"),
        "searchIndex": ("SearchIndex", "SearchIndex"),
    }
    about = {
        **{"name": "VMware vCenter Server", "fullName": "VMware vCenter Server 8.0.2", "vendor": "VMware, Inc."},
        **{"version": "8.0.2", "build": "1", "osType": "linux-x64", "productLineId": "vpx"},
        **{"apiType": "VirtualCenter", "apiVersion": "8.0.2.0", "instanceUuid": "11111111-2222-3333-4444-555555555555"},
    }
    described = "".join(f"<{name}>{text}</{name}>" for name, text in about.items())
    return (
        "".join(reference(name, *of) for name, of in managers.items())
        + f"<about>{described}</about>"
        + "".join(reference(name, *of) for name, of in later.items())
    )


def login(session: str = SESSION) -> Reply:
    fields = {"key": session, "userName": "VSPHERE.LOCAL\\mcm", "fullName": "mcm"}
    times = "<loginTime>2026-01-01T00:00:00Z</loginTime><lastActiveTime>2026-01-01T00:00:00Z</lastActiveTime>"
    inside = "".join(f"<{name}>{escape(text)}</{name}>" for name, text in fields.items())
    inside += times + "<locale>en</locale><messageLocale>en</messageLocale>"
    reply = answer("Login", f"<returnval>{inside}</returnval>")
    cookie = {"Set-Cookie": f'vmware_soap_session="{session}"; Path=/; HttpOnly; Secure;'}
    return Reply(reply.body, headers=cookie)


SIGN_IN: Script = {
    "RetrieveServiceContent": answer("RetrieveServiceContent", f"<returnval>{_service_content()}</returnval>"),
    "Login": login(),
    "Logout": answer("Logout"),
    "CreateContainerView": made("CreateContainerView", "ContainerView", "view-1"),
    "DestroyView": answer("DestroyView"),
}
