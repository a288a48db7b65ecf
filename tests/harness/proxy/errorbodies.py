"""Renders an error the way each API would word it, so that an SDK's own error path is what gets tested."""

from __future__ import annotations

import json
from http import HTTPStatus
from xml.sax.saxutils import escape

from tests.harness.proxy.dialects import Dialect
from tests.harness.proxy.messages import Answer, Headers, Request

_REQUEST_ID = "5f6ac1d0-0000-4000-8000-0fa017f0e1a5"
# https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html
_EC2_CODES = {
    400: "InvalidRequest",
    401: "AuthFailure",
    403: "UnauthorizedOperation",
    429: "RequestLimitExceeded",
    500: "InternalError",
    503: "Unavailable",
}
_AWS_CODES = {
    400: "ValidationError",
    401: "InvalidClientTokenId",
    403: "AccessDenied",
    429: "Throttling",
    500: "InternalFailure",
    503: "ServiceUnavailable",
}


def phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "Unknown"


def error_answer(
    request: Request,
    status: int,
    *,
    code: str = "",
    message: str = "",
    headers: Headers = (),
    body: bytes | None = None,
) -> Answer:
    """An error of that status in the words of the API the request speaks; `body` overrides the words."""
    if body is not None:
        kind = () if any(name.lower() == "content-type" for name, _ in headers) else (("Content-Type", "text/plain"),)
        return Answer(status, (*kind, *headers), body)
    message = message or phrase(status)
    # A 502 or 504 is a gateway's and never in the words of the API behind it.
    if status in (502, 504):
        content_type, text = "text/html", f"<html><body><h1>{status} {phrase(status)}</h1></body></html>"
    elif request.dialect is Dialect.EC2:
        content_type, text = "text/xml;charset=UTF-8", _ec2(code or _EC2_CODES.get(status, phrase(status)), message)
    elif request.dialect is Dialect.AWS_QUERY:
        content_type, text = "text/xml", _aws_query(code or _AWS_CODES.get(status, phrase(status)), message)
    elif request.dialect is Dialect.AWS_JSON:
        content_type = "application/x-amz-json-1.1"
        text = json.dumps({"__type": code or _AWS_CODES.get(status, phrase(status)), "message": message})
    elif request.dialect is Dialect.SOAP:
        return soap_fault("SystemError", message, headers) if status == 500 else _plain(status, message, headers)
    else:
        content_type = "application/json"
        text = json.dumps({"error": {"code": status, "title": phrase(status), "message": message}})
    return Answer(status, (("Content-Type", content_type), *headers), text.encode())


def _plain(status: int, message: str, headers: Headers) -> Answer:
    return Answer(status, (("Content-Type", "text/plain"), *headers), message.encode())


def _ec2(code: str, message: str) -> str:
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f"<Response><Errors><Error><Code>{escape(code)}</Code><Message>{escape(message)}</Message></Error></Errors>"
        f"<RequestID>{_REQUEST_ID}</RequestID></Response>"
    )


def _aws_query(code: str, message: str) -> str:
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f"<ErrorResponse><Error><Type>Sender</Type><Code>{escape(code)}</Code><Message>{escape(message)}</Message>"
        f"</Error><RequestId>{_REQUEST_ID}</RequestId></ErrorResponse>"
    )


def soap_fault(kind: str, message: str, headers: Headers = ()) -> Answer:
    """A vSphere fault of that type (`NotAuthenticated`, `NoPermission`, `SystemError`); vCenter sends all with 500."""
    detail = {
        "NotAuthenticated": '<object type="Folder">group-d1</object><privilegeId>System.View</privilegeId>',
        "NoPermission": '<object type="Folder">group-d1</object><privilegeId>System.Read</privilegeId>',
        "SystemError": f"<reason>{escape(message)}</reason>",
    }.get(kind, "")
    text = (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/"'
        ' xmlns:xsd="http://www.w3.org/2001/XMLSchema" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">'
        "<soapenv:Body><soapenv:Fault><faultcode>ServerFaultCode</faultcode>"
        f"<faultstring>{escape(message)}</faultstring>"
        f'<detail><{kind}Fault xmlns="urn:vim25" xsi:type="{kind}">{detail}</{kind}Fault></detail>'
        "</soapenv:Fault></soapenv:Body></soapenv:Envelope>"
    )
    return Answer(500, (("Content-Type", "text/xml; charset=utf-8"), *headers), text.encode())
