"""Key pairs. A name is unique for one user in one region, and a user is shown only their own."""

from collections.abc import Iterator

from mcm.contract import Resource, ResourceKind
from mcm.contract.resources import KeypairAttributes
from mcm.contract.states import CommonState
from mcm_providers.openstack.cloud import Cloud
from mcm_providers.openstack.documents import Document, identifier, text, without
from mcm_providers.openstack.versions import at_least

_PAGING = (2, 35)


def collect(cloud: Cloud, region: str) -> Iterator[Resource]:
    service = cloud.service("compute", region)
    owner = str(cloud.client.sign_in().user_id or "")
    paged = at_least(service.endpoint.microversion, _PAGING)
    for page in service.pages("/os-keypairs", "keypairs", paged=paged, unwrap="keypair", marker_key="name"):
        for row in page:
            yield translate(row, region, owner)


def translate(row: Document, region: str, owner: str) -> Resource:
    name = identifier(row, "name")
    return Resource(
        kind=ResourceKind.KEYPAIR,
        native_id=name,
        native_scope=f"{region}/{owner}",
        name=name,
        region=region,
        state=CommonState.AVAILABLE.value,
        native_state="",
        attributes=KeypairAttributes(type=text(row.get("type")), fingerprint=text(row.get("fingerprint")), owner=owner),
        native=without(row, "private_key"),
    )
