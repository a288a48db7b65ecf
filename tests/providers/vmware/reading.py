"""Contents from captured or written documents, and what the readers make of them."""

from pathlib import Path

from lxml import etree

from mcm.contract import Resource, ResourceKind
from mcm_providers.vmware.content import Content
from mcm_providers.vmware.labels import Labels
from mcm_providers.vmware.resources import READERS
from mcm_providers.vmware.resources.reader import Surroundings
from tests.providers.vmware.answers import page

_CAPTURED = Path(__file__).parent / "captured"
AROUND = Surroundings(
    "datacenter-3", Labels({"0": "owner", "1": "cost center"}), {"host-47": "esx07", "host-39": "esx39"}
)


def decoded(document: bytes, kind: ResourceKind) -> list[Content]:
    found = [READERS[kind].decode(one) for one in etree.fromstring(document).iter("{urn:vim25}objects")]
    return [one for one in found if one is not None]


def captured(kind: ResourceKind, around: Surroundings = AROUND) -> list[Resource]:
    document = (_CAPTURED / f"{kind.value}.xml").read_bytes()
    return list(READERS[kind].read(decoded(document, kind), around))


def written(kind: ResourceKind, *objects: str, around: Surroundings = AROUND) -> list[Resource]:
    return list(READERS[kind].read(decoded(page(objects).body, kind), around))
