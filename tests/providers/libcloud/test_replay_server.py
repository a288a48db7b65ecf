"""The replay server signs, pages and refuses as CloudStack does; else what it proves would be worth nothing."""

import json
from urllib.parse import urlencode

import pytest

from tests.harness.replay.cloudstack import PATH, CloudStack
from tests.harness.replay.cloudstack_estate import Estate
from tests.harness.replay.cloudstack_signing import ADMIN, USER, Caller, signature
from tests.harness.replay.http import Ask


def ask(server: CloudStack, caller: Caller = ADMIN, /, **parameters: str) -> tuple[int, dict[str, object]]:
    form = {"response": "json", "apikey": caller.api_key, **parameters}
    form["signature"] = signature(form, caller.secret)
    reply = server.answer(Ask("GET", f"{PATH}?{urlencode(form)}", {}, b""))
    ((_, inside),) = json.loads(b"".join(bytes(part) for part in reply.parts)).items()
    return reply.status, inside


@pytest.fixture
def server() -> CloudStack:
    return CloudStack(Estate(instances=30), page_cap=10)


def test_the_signature_is_that_of_the_documentation() -> None:
    """The example of CloudStack's programmer guide, "How to sign an API call with Python"."""
    parameters = {
        "apikey": "plgWJfZK4gyS3mOMTVmjUVg-X-jlWlnfaUJ9GAbBbf9EdM-kAYMmAiLqzzq1ElZLYq_u38zCm0bewzGUdP66mg",
        "command": "listUsers",
        "response": "json",
    }
    secret = "VDaACYb0LV9eNjTetIOElcVQkvJck_J_QljX_FcHRj87ZKiy0z0ty0ZsYBkoXkY9b7eq1EhwJaw7FF3akA3KBQ"
    assert signature(parameters, secret) == "TTpdDq/7j/J58XCRHomKoQXEQds="


def test_a_wrong_signature_is_refused(server: CloudStack) -> None:
    status, inside = ask(server, Caller(ADMIN.api_key, "other", "admin", ""), command="listZones")
    assert (status, inside["errorcode"]) == (401, 401)
    assert inside["errortext"] == "unable to verify user credentials and/or request signature"


def test_an_expired_request_is_refused(server: CloudStack) -> None:
    late = {"signatureversion": "3", "expires": "2020-01-01T00:00:00+0000"}
    assert ask(server, command="listZones", **late)[0] == 401
    assert ask(server, command="listZones", **(late | {"expires": "2999-01-01T00:00:00+0000"}))[0] == 200


def test_without_a_page_the_first_come_with_the_whole_count(server: CloudStack) -> None:
    _, inside = ask(server, command="listVirtualMachines", listall="true")
    assert inside["count"] == 24
    assert len(inside["virtualmachine"]) == 10  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("page", "size", "expected"), [("1", "10", 10), ("3", "10", 4), ("4", "10", 0), ("2", "5", 5), ("0", "10", 10)]
)
def test_pages(server: CloudStack, page: str, size: str, expected: int) -> None:
    _, inside = ask(server, command="listVirtualMachines", listall="true", page=page, pagesize=size)
    assert inside["count"] == 24
    assert len(inside.get("virtualmachine", ())) == expected  # type: ignore[arg-type]
    assert expected or "virtualmachine" not in inside


@pytest.mark.parametrize(
    ("parameters", "text"),
    [
        ({"pagesize": "10"}, '"page" parameter is required'),
        ({"page": "1"}, '"pagesize" parameter is required'),
        ({"page": "1", "pagesize": "11"}, "max allowed page size value: 10"),
        ({"ids": "0e0e0e0e-0000-0000-0000-000000000000"}, "entity does not exist"),
    ],
)
def test_parameters_it_refuses(server: CloudStack, parameters: dict[str, str], text: str) -> None:
    status, inside = ask(server, command="listVirtualMachines", **parameters)
    assert status == 431
    assert text in str(inside["errortext"])


def test_an_empty_listing_has_no_count(server: CloudStack) -> None:
    assert ask(server, command="listIpForwardingRules") == (200, {})


def test_projects_are_apart(server: CloudStack) -> None:
    _, own = ask(server, USER, command="listVirtualMachines")
    _, theirs = ask(server, USER, command="listVirtualMachines", projectid="-1")
    assert (own["count"], theirs["count"]) == (18, 6)


def test_what_was_removed_is_no_error(server: CloudStack) -> None:
    native_id = server.estate.lists["listVirtualMachines"][0]["id"]
    server.estate.remove("listVirtualMachines", native_id)
    assert ask(server, command="listVirtualMachines", ids=native_id, listall="true") == (200, {})
