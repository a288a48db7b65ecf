"""The bytes read by orjson give the document that libcloud gives."""

import json
from pathlib import Path

import pytest
import requests
from libcloud.common.cloudstack import CloudStackResponse
from libcloud.common.types import MalformedResponseError
from libcloud.common.types import ProviderError as Refused

from mcm_providers.libcloud.drivers.cloudstack.api import Answer
from tests.harness.replay.cloudstack_estate import Estate

FIXTURES = sorted((Path(__file__).parent / "fixtures" / "cloudstack").glob("*.json"))


class _Connection:
    driver = None


def response(body: bytes, status: int = 200) -> requests.Response:
    made = requests.Response()
    made.status_code, made._content = status, body
    made.headers["Content-Type"] = "application/json; charset=UTF-8"
    return made


def both(body: bytes) -> tuple[object, object]:
    theirs = CloudStackResponse(response(body), _Connection()).object  # type: ignore[no-untyped-call]
    return Answer(response(body), _Connection()).object, theirs


@pytest.mark.parametrize("file", FIXTURES, ids=lambda file: file.stem)
def test_equals_libcloud_on_recorded_answers(file: Path) -> None:
    ours, theirs = both(file.read_bytes())
    assert ours == theirs
    assert ours


def test_equals_libcloud_on_a_large_page() -> None:
    documents = Estate(instances=500, odd=True).lists["listVirtualMachines"]
    ours, theirs = both(
        json.dumps({"listvirtualmachinesresponse": {"count": 500, "virtualmachine": documents}}).encode()
    )
    assert ours == theirs


def test_equals_libcloud_on_other_scripts() -> None:
    ours, theirs = both('{"r": {"name": "北京 é \U0001f600"}}'.encode())
    assert ours == theirs == {"r": {"name": "北京 é \U0001f600"}}


@pytest.mark.parametrize("body", [b"", b"nonsense", b"[1]", b'{"a": NaN}', b'{"a": 1'])
def test_nonsense_is_malformed(body: bytes) -> None:
    with pytest.raises(MalformedResponseError):
        Answer(response(body), _Connection())


@pytest.mark.parametrize(
    ("body", "text"),
    [
        (b'{"listzonesresponse": {"errorcode": 431, "errortext": "bad parameter"}}', "bad parameter"),
        (b'{"errorresponse": {"errortext": 5}}', ""),
        (b"[]", ""),
        (b"{}", ""),
        (b"<html>", ""),
    ],
)
def test_refusals_keep_their_text(body: bytes, text: str) -> None:
    with pytest.raises(Refused) as raised:
        Answer(response(body, 431), _Connection())
    assert (raised.value.value, raised.value.http_code) == (text, 431)
