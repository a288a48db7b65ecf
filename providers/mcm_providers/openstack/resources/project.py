"""Projects: all of them where keystone lets us list them, else those the user has a role in."""

from collections.abc import Iterator

from mcm.contract import GLOBAL_REGION, PermissionDenied, Relation, RelationType, Resource, ResourceKind
from mcm.contract.resources import ProjectAttributes
from mcm.contract.states import CommonState
from mcm_providers.openstack.cloud import Cloud
from mcm_providers.openstack.documents import Document, flag, identifier, name_of, tags, text, without


def listing(cloud: Cloud) -> tuple[list[Document], bool]:
    """(the projects, whether they are all of the cloud's). Keystone has no pages; a listing it cut raises."""
    if cloud.lists_projects:
        try:
            return _documents(cloud, "/projects"), True
        except PermissionDenied:
            cloud.lists_projects = False
    return _documents(cloud, "/auth/projects"), False


def _documents(cloud: Cloud, path: str) -> list[Document]:
    # A domain is a project to keystone, and listed as one only on request.
    pages = cloud.identity.pages(path, "projects", paged=False)
    return [row for page in pages for row in page if row.get("is_domain") is not True]


def collect(cloud: Cloud, region: str) -> Iterator[Resource]:
    for row in listing(cloud)[0]:
        yield translate(row, region)


def names(cloud: Cloud) -> dict[str, str]:
    return {identifier(row): name_of(row) for row in listing(cloud)[0]}


def translate(row: Document, region: str = GLOBAL_REGION) -> Resource:
    native_id = identifier(row)
    enabled = flag(row.get("enabled"))
    domain, parent = text(row.get("domain_id")), text(row.get("parent_id"))
    above = parent if parent and parent != domain else None
    return Resource(
        kind=ResourceKind.PROJECT,
        native_id=native_id,
        name=name_of(row),
        region=region,
        project=native_id,
        project_name=name_of(row),
        state=(CommonState.UNAVAILABLE if enabled is False else CommonState.AVAILABLE).value,
        native_state="" if enabled is None else "enabled" if enabled else "disabled",
        tags=tags(None, row.get("tags")),
        relations=[Relation(RelationType.PART_OF, ResourceKind.PROJECT, above)] if above else [],
        attributes=ProjectAttributes(
            description=text(row.get("description")), domain=domain, enabled=enabled, parent=above
        ),
        native=without(row, "links"),
    )
