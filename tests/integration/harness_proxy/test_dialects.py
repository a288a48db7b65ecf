"""The ledger's names: which call it is, and whether it changes anything, for each API."""

import pytest

from tests.harness.proxy import Request

FORM = (("Content-Type", "application/x-www-form-urlencoded; charset=utf-8"),)
XML = (("Content-Type", "text/xml; charset=UTF-8"), ("SOAPAction", '"urn:vim25/8.0.2.0"'))
NONE: tuple[tuple[str, str], ...] = ()


def soap(method: str) -> bytes:
    return (
        '<?xml version="1.0"?><soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/">'
        f'<soapenv:Body>\n<{method} xmlns="urn:vim25"><_this type="VirtualMachine">vm-1</_this></{method}>'
        "</soapenv:Body></soapenv:Envelope>"
    ).encode()


def target(name: str) -> tuple[tuple[str, str], ...]:
    return (("X-Amz-Target", name),)


@pytest.mark.parametrize(
    ("request_", "action", "mutating"),
    [
        (Request("POST", "/", FORM, b"Action=DescribeInstances&Version=2016-11-15"), "DescribeInstances", False),
        (Request("POST", "/", FORM, b"Version=2016-11-15&Action=TerminateInstances"), "TerminateInstances", True),
        (Request("GET", "/?Action=RunInstances&Version=2016-11-15", NONE), "RunInstances", True),
        (Request("POST", "/", FORM, b"Action=AssumeRole&Version=2011-06-15"), "AssumeRole", False),
        (Request("POST", "/", target("DynamoDB_20120810.ListTables"), b"{}"), "ListTables", False),
        (Request("POST", "/", target("DynamoDB_20120810.DeleteTable"), b"{}"), "DeleteTable", True),
        (Request("POST", "/sdk", XML, soap("RetrievePropertiesEx")), "RetrievePropertiesEx", False),
        (Request("POST", "/sdk", XML, soap("WaitForUpdatesEx")), "WaitForUpdatesEx", False),
        (Request("POST", "/sdk", XML, soap("CreateContainerView")), "CreateContainerView", False),
        (Request("POST", "/sdk", XML, soap("CreateFilter")), "CreateFilter", False),
        (Request("POST", "/sdk", XML, soap("DestroyPropertyFilter")), "DestroyPropertyFilter", False),
        (Request("POST", "/sdk", XML, soap("Login")), "Login", False),
        (Request("POST", "/sdk", XML, soap("PowerOffVM_Task")), "PowerOffVM_Task", True),
        (Request("POST", "/sdk", XML, soap("Destroy_Task")), "Destroy_Task", True),
        (Request("POST", "/sdk", XML, soap("CreateVM_Task")), "CreateVM_Task", True),
        (Request("POST", "/sdk", XML, soap("CreateFolder")), "CreateFolder", True),
        (Request("POST", "/v2.1/servers/1/action", NONE, b'{"os-stop": null}'), "os-stop", True),
        (Request("POST", "/v2.1/servers/1/action", NONE, b"not json"), None, True),
        (Request("GET", "/v2.1/servers/detail", NONE), None, False),
        (Request("DELETE", "/v2.1/servers/1", NONE), None, True),
        (Request("PUT", "/v2/images/1/file", NONE, b"\x00\xff"), None, True),
        (Request("POST", "/v3/auth/tokens", NONE, b"{}"), None, False),
        (Request("POST", "/identity/v3/auth/tokens", NONE, b"{}"), None, False),
        (Request("POST", "/rest/com/vmware/cis/session", NONE), None, False),
        (Request("POST", "/rest/com/vmware/cis/tagging/tag-association?~action=list-attached-tags", NONE), None, False),
        (Request("POST", "/rest/com/vmware/cis/tagging/tag-association?~action=attach", NONE), None, True),
        (Request("PUT", "/bucket/key", NONE, b"Action=DescribeInstances"), None, True),
    ],
)
def test_calls_are_named_and_judged(request_: Request, action: str | None, mutating: bool) -> None:
    assert (request_.action, request_.mutating) == (action, mutating)


def test_a_client_token_is_found() -> None:
    form = b"Action=RunInstances&Version=2016-11-15&ClientToken=abc-1"
    assert Request("POST", "/", FORM, form).token == "abc-1"
    assert Request("POST", "/", NONE, b"{}").token is None
