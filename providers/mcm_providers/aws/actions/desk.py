"""What all actions share: the one request that changes something, reading what it was about, and a deed's shape."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, TypeVar

from mcm.contract import InvalidRequest, Resource, ResourceNotFound, UnexpectedResponse
from mcm.contract.actions import Order, Outlook, Params, Receipt, Repeat, Seen, Step
from mcm_providers.aws.documents import Document, read_answer
from mcm_providers.aws.paging import pages
from mcm_providers.aws.resources.common import tags_of
from mcm_providers.aws.resources.listing import Listing, Scope

# The tag that carries an order's token.
MARK = "mcm-op"
P = TypeVar("P", bound=Params)


class Found(NamedTuple):
    """A record as EC2 described it. resource: translates it; the document is not read afterwards."""

    document: Document
    resource: Callable[[], Resource]


@dataclass(frozen=True, slots=True)
class Desk:
    """One region of one connection."""

    scope: Scope

    @property
    def region(self) -> str:
        return self.scope.region

    def change(self, operation: str, **params: Any) -> tuple[Document, str]:
        """Sends the one request: (answer, request id). Raises UnexpectedResponse for an answer that says nothing."""
        body, request_id = self.scope.clients.change("ec2", self.region, operation, params)
        answer = read_answer(body, "ec2", operation)
        if answer.get("Return") is False:
            raise UnexpectedResponse(f"ec2 {operation} in {self.region}: EC2 says neither that it was done nor why not")
        return answer, request_id

    def read(self, operation: str, members: str, filters: Mapping[str, Sequence[str]], **params: Any) -> list[Document]:
        """The records that pass the filters; what is missing is no error."""
        asked = {**params, "Filters": [{"Name": name, "Values": list(values)} for name, values in filters.items()]}
        scope = self.scope
        found: list[Document] = []
        for page in pages(scope.clients, scope.context, "ec2", self.region, operation, members, asked):
            found.extend(page)
        return found

    def matching(self, listing: Listing, name: str, value: str) -> Iterator[Found]:
        """Records of a kind, by a filter."""
        records = self.read(listing.operation, listing.members, {name: [value]}, **listing.params)
        for document in listing.unfold(records):

            def translated(document: Document = document) -> Resource:
                listing.prepare([document], self.scope)
                return listing.translate(document, self.scope)

            yield Found(document, translated)

    def find(self, listing: Listing, native_id: str) -> Found | None:
        return next(self.matching(listing, listing.id_filter, native_id), None)

    def needed(self, listing: Listing, native_id: str) -> Document:
        """Raises ResourceNotFound."""
        found = self.find(listing, native_id)
        if found is None:
            raise ResourceNotFound(f"EC2 has no '{native_id}' in {self.region}")
        return found.document

    def marked(self, listing: Listing, token: str) -> Found | None:
        """What carries the token."""
        return next(self.matching(listing, f"tag:{MARK}", token), None)


class Deed(NamedTuple):
    """How one action is done: the adapter's three methods, for this action alone."""

    steps: Callable[[Order], Sequence[Step]]
    send: Callable[[Desk, Order], Receipt]
    look: Callable[[Desk, Order], Outlook]


def single(repeat: Repeat) -> Callable[[Order], Sequence[Step]]:
    """One step, called like the action."""
    return lambda order: [Step(order.action.partition(".")[2], repeat)]


def native_id(order: Order) -> str:
    if order.target is None:
        raise InvalidRequest(f"{order.action} needs a target")
    return order.target.native_id


def params_of(order: Order, model: type[P]) -> P:
    if not isinstance(order.params, model):
        raise InvalidRequest(f"{order.action} needs {model.__name__}")
    return order.params


def tagged(kind: str, order: Order, name: str, tags: Mapping[str, str] | None = None) -> list[dict[str, Any]]:
    """TagSpecifications: name, tags and token are there from birth."""
    pairs = {**(tags or {}), "Name": name, MARK: order.token}
    return [{"ResourceType": kind, "Tags": tag_list(pairs)}]


def tag_list(tags: Mapping[str, str]) -> list[dict[str, str]]:
    return [{"Key": key, "Value": value} for key, value in tags.items()]


def plain_change(desk: Desk, operation: str, *already: str, **params: Any) -> Receipt:
    """One request whose answer says no more than that it was taken. already: refusals that mean it is so already."""
    try:
        return Receipt({"sent": "yes"}, request_id=desk.change(operation, **params)[1])
    except (InvalidRequest, ResourceNotFound) as error:
        if error.native_code not in already:
            raise
        return Receipt({"sent": "yes"}, request_id=error.request_id)


def ended(desk: Desk, operation: str, **params: Any) -> Receipt:
    """A request that ends something; what is gone already is no error."""
    try:
        return plain_change(desk, operation, **params)
    except ResourceNotFound as error:
        return Receipt({"sent": "yes"}, request_id=error.request_id)


def nothing_to_send() -> Receipt:
    """It is so already."""
    return Receipt({"sent": "yes"})


def was_sent(order: Order) -> bool:
    return "sent" in order.facts


def gone(what: str) -> Outlook:
    return Outlook(Seen.FAILED, message=f"the {what} no longer exists")


def is_so(found: Found, so: bool) -> Outlook:
    return Outlook(Seen.DONE, resource=found.resource()) if so else Outlook(Seen.ABSENT)


def tags_in(document: Document) -> dict[str, str]:
    return tags_of(document)
