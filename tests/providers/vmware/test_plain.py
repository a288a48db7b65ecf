"""What is taken out of an answer before it is parsed is what the parser would have made of it, and nothing else."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some

from mcm.contract import UnexpectedResponse
from mcm_providers.vmware.content import Content, flat
from mcm_providers.vmware.plain import PlainObjects
from mcm_providers.vmware.soap import Soap
from tests.providers.vmware import answers

PLAIN = {
    "name": "web 1 é",
    "config.template": "false",
    "guest.hostName": "",
    "parent": ("Folder", "group-v3"),
    "network": [("Network", "network-1"), ("DistributedVirtualPortgroup", "dvportgroup-2"), ("Network", "")],
    "datastore": [],
}
ODD = (
    "a &amp; b", "x&#10;y", "two\nlines", "tab\there", "<![CDATA[cut]]>", "a > b", "<!-- said -->", "<b/>", "\u00a0",
    "<![CDATA[</val></propSet></objects><objects><obj type=\"VirtualMachine\">vm-66</obj></objects>]]>",
    "<?x </objects><objects><obj type=\"VirtualMachine\">vm-66</obj></objects> ?>",
    "<objects><obj type=\"VirtualMachine\">vm-66</obj><propSet><name>name</name><val>x</val></propSet></objects>",
)  # fmt: skip


class _Exchange:
    status, content_type = 200, "text/xml"

    def __init__(self, parts: list[bytes]) -> None:
        self._parts = parts

    def chunks(self) -> Iterator[bytes]:
        yield from self._parts

    def drop(self) -> None:
        pass


class _Transport:
    def __init__(self, parts: list[bytes]) -> None:
        self._parts = parts

    def send(self, *_: object, **__: object) -> Any:
        return _Exchange(self._parts)


def read(body: bytes, step: int, take: Callable[[Iterator[bytes]], Iterator[Any]] | None) -> list[Any]:
    parts = [body[start : start + step] for start in range(0, len(body), step)]
    soap = Soap(_Transport(parts))  # type: ignore[arg-type]
    found: list[Any] = []
    for element in soap.stream("<x/>", ("objects", "token"), take=take):
        if isinstance(element, Content):
            found.append(element)
        else:
            found.append(element.text if element.tag.endswith("token") else flat(element))
    return found


def both(body: bytes, step: int = 1 << 14) -> tuple[list[Any], list[Any], int]:
    """What the parser makes of it, what comes with plain objects taken out, and how many were."""
    number = 0

    def counted(chunks: Iterator[bytes]) -> Iterator[bytes | Content]:
        nonlocal number
        for part in PlainObjects().taken(chunks):
            number += isinstance(part, Content)
            yield part

    return read(body, step, None), read(body, step, counted), number


def with_value(inside: str, number: int = 5) -> str:
    return answers.content("VirtualMachine", f"vm-{number}", {"name": f'<val xsi:type="xsd:string">{inside}</val>'})


@pytest.mark.parametrize("step", [1, 7, 100, 1 << 14])
def test_plain_objects_are_taken_and_equal(step: int) -> None:
    objects = [answers.content("VirtualMachine", f"vm-{number}", PLAIN) for number in range(5)]
    parsed, taken, number = both(answers.page(objects, token="t").body, step)
    assert taken == parsed
    assert number == 5
    assert taken[0] == "t"
    assert taken[1].properties["network"] == ["network-1", "dvportgroup-2", None]


@pytest.mark.parametrize("inside", ODD)
def test_what_is_not_plain_is_parsed(inside: str) -> None:
    objects = [answers.machine(1), with_value(inside), answers.machine(2)]
    body = answers.page(objects).body
    parsed, taken, _ = both(body)
    assert taken == parsed
    assert taken[0].value == "vm-1"


@pytest.mark.parametrize("inside", ["\x01", "a < b", "a & b", "&nbsp;", "</propSet>", "\ud800"])
@pytest.mark.parametrize("step", [3, 1 << 14])
def test_what_is_not_well_formed_is_refused(inside: str, step: int) -> None:
    body = answers.page([answers.machine(1), with_value("HERE"), answers.machine(2)]).body
    body = body.replace(b"HERE", inside.encode("utf-8", "surrogatepass"))
    for take in (None, PlainObjects().taken):
        with pytest.raises(UnexpectedResponse):
            read(body, step, take)


@pytest.mark.parametrize(
    "change",
    [
        (b'xmlns="urn:vim25"', b'xmlns="urn:other"'),
        (b"<val ", b'<val xmlns="urn:other" '),
        (b'encoding="UTF-8"', b'encoding="ISO-8859-1"'),
        (b"<soapenv:Body>", b"<soapenv:Body><![CDATA[]]>"),
        (b"<returnval>", b"<returnval><other><returnval></returnval></other>"),
        (b"<returnval>", b"<returnval><!-- <returnval> -->"),
    ],
)
def test_another_envelope_is_left_to_the_parser(change: tuple[bytes, bytes]) -> None:
    body = answers.page([with_value("one", 1), with_value("caf\u00e9", 2)]).body.replace(*change)
    parsed, taken, number = both(body)
    assert taken == parsed
    assert number == 0


def test_a_cut_answer_is_no_answer() -> None:
    body = answers.page([answers.machine(number) for number in range(4)]).body
    for end in range(0, len(body) - 1, 17):
        with pytest.raises(UnexpectedResponse):
            read(body[:end], 64, PlainObjects().taken)


def test_an_object_that_lacks_something_is_parsed() -> None:
    lacking = answers.content(
        "VirtualMachine", "vm-9", {"name": "x"}, answers.missing("config", "ManagedObjectNotFound")
    )
    parsed, taken, number = both(answers.page([answers.machine(1), lacking, answers.machine(2)]).body)
    assert taken == parsed
    assert number == 2


_TEXTS = some.text(some.characters(exclude_categories=("Cs", "Cc")), max_size=12)


@given(
    values=some.lists(some.lists(some.one_of(_TEXTS, some.sampled_from(ODD[:6])), min_size=1, max_size=4), max_size=4),
    step=some.integers(1, 400),
)
def test_any_texts_come_out_as_parsed(values: list[list[str]], step: int) -> None:
    def escaped(text: str) -> str:
        return text if text in ODD else text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")

    objects = [
        answers.content(
            "VirtualMachine",
            f"vm-{number}",
            {f"p{n}": f'<val xsi:type="xsd:string">{escaped(text)}</val>' for n, text in enumerate(texts)},
        )
        for number, texts in enumerate(values)
    ]
    body = answers.page(objects).body
    try:
        parsed = read(body, step, None)
    except UnexpectedResponse:
        with pytest.raises(UnexpectedResponse):
            read(body, step, PlainObjects().taken)
        return
    assert read(body, step, PlainObjects().taken) == parsed
