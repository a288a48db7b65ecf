"""Reads AWS's XML answers into the same documents botocore's parser makes of them, several times faster.

botocore's description of an operation is compiled once into nested functions that walk lxml's tree. Two differences:
timestamps stay the text they are (most are never needed as times), and an answer that is not the one promised
(another root, a document type, an HTML page) is refused instead of being read as an empty listing.
"""

import functools
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

from botocore.model import Shape
from lxml import etree

from mcm.contract import UnexpectedResponse
from mcm_providers.aws.client import operation_model

Document = dict[str, Any]
_Read = Callable[[Any], Any]

# Optional byte order mark and declaration, then the root with at most a namespace. No room for a document type.
_START = re.compile(rb'(?:\xef\xbb\xbf)?\s*(?:<\?xml[^<>]*\?>)?\s*<([A-Za-z]{1,100})(?:\s+xmlns="[^"<>]*")?\s*(?=/?>)')
# Answers of S3 have the name of their content, not of the operation.
_ROOTS = {
    "ListBuckets": b"ListAllMyBucketsResult",
    "GetBucketTagging": b"Tagging",
    "GetBucketLocation": b"LocationConstraint",
}


class Page(NamedTuple):
    """records: read one by one while they are iterated, once; rest: what else the answer says, such as its token."""

    records: Iterator[Document]
    rest: Document


def read_answer(body: bytes, service: str, operation: str) -> Document:
    """The answer to `operation` as a document. Raises UnexpectedResponse when it is cut, garbled or something else.

    EC2 answers some changes with no more than "return: true", which botocore's description does not mention."""
    with _refusing(service, operation):
        result, shape = _result(body, service, operation), _shape(service, operation)
        if shape is None:
            done = result.find("return")
            return {} if done is None else {"Return": _boolean(done)}
        document: Document = _compiled(shape)(result)
        return document


def read_page(body: bytes, service: str, operation: str, members: str) -> Page:
    """As `read_answer`, for an answer with a list `members`; an answer without it is refused (an empty one has an
    empty list). The whole answer is well-formed before the first record is given."""
    with _refusing(service, operation):
        result = _result(body, service, operation)
        tag, read, read_rest = _listing(service, operation, members)
        found = result.find(tag)
        if found is None:
            raise UnexpectedResponse(f"{service} {operation}: an answer without {members}")
        result.remove(found)
        return Page(_records(found, read, service, operation), read_rest(result))


def read_text(body: bytes, service: str, operation: str) -> str:
    """The text of an answer that is one element."""
    with _refusing(service, operation):
        return _text(_result(body, service, operation))


def _records(found: Any, read: _Read, service: str, operation: str) -> Iterator[Document]:
    for element in found:
        with _refusing(service, operation):
            record = read(element)
        yield record


@contextmanager
def _refusing(service: str, operation: str) -> Iterator[None]:
    try:
        yield
    except (etree.XMLSyntaxError, ValueError, TypeError) as error:
        raise UnexpectedResponse(f"{service} {operation}: the answer is cut or garbled: {error}") from error


def _result(body: bytes, service: str, operation: str) -> Any:
    """The element that holds the answer's members."""
    root = _ROOTS.get(operation) or f"{operation}Response".encode()
    start = _START.match(body[:2048])
    if start is None or start[1] != root:
        raise UnexpectedResponse(f"{service} {operation}: the answer is not a {root.decode()}")
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        # Indentation between elements only: the text of an element without children stays, blank or not.
        remove_blank_text=True,
        remove_comments=True,
        remove_pis=True,
        collect_ids=False,
    )
    # Without its namespace every name is shorter and compares faster; nothing in these answers has a second one.
    tree = etree.fromstring(b"<" + root + body[start.end() :], parser)
    shape = _shape(service, operation)
    wrapper = shape.serialization.get("resultWrapper") if shape is not None else None
    if not wrapper:
        return tree
    result = tree.find(wrapper)
    if result is None:
        raise UnexpectedResponse(f"{service} {operation}: the answer has no {wrapper}")
    return result


@functools.cache
def _shape(service: str, operation: str) -> Any:
    return operation_model(service, operation).output_shape


@functools.cache
def _listing(service: str, operation: str, members: str) -> tuple[str, _Read, _Read]:
    """The list's element, how to read one of its records, and how to read the rest of the answer."""
    shape = _shape(service, operation)
    listed = shape.members[members]
    return listed.serialization.get("name", members), _compiled(listed.member), _compiled(shape)


@functools.cache
def _compiled(shape: Shape) -> _Read:
    """A function from an element to its value."""
    kind = shape.type_name
    if kind in ("string", "timestamp", "blob", "character"):
        return _text
    if kind in ("integer", "long"):
        return _integer
    if kind in ("float", "double"):
        return _float
    if kind == "boolean":
        return _boolean
    if kind == "list" and not shape.serialization.get("flattened"):
        return _list_of(_compiled(shape.member))
    if kind == "structure":
        return _structure_of(
            {
                member.serialization.get("name", name): (name, _compiled(member))
                for name, member in shape.members.items()
                if "location" not in member.serialization
            }
        )
    raise TypeError(f"no reader for {shape.name} ({kind})")


def _text(element: Any) -> str:
    return element.text or ""


def _integer(element: Any) -> int:
    return int(element.text)


def _float(element: Any) -> float:
    return float(element.text)


def _boolean(element: Any) -> bool:
    return bool(element.text == "true")


def _list_of(read: _Read) -> _Read:
    return lambda element: [read(child) for child in element]


def _structure_of(members: dict[str, tuple[str, _Read]]) -> _Read:
    known = members.get

    def structure(element: Any) -> Document:
        document = {}
        for child in element:
            member = known(child.tag)
            if member is not None:
                name, read = member
                # Most members are text, and a call costs more than reading it.
                document[name] = (child.text or "") if read is _text else read(child)
        return document

    return structure
