"""Security groups of neutron, with their rules."""

from collections.abc import Iterator

from mcm.contract import Relation, RelationType, Resource, ResourceKind
from mcm.contract.resources import SecurityGroupAttributes, SecurityRule
from mcm.contract.states import CommonState
from mcm_providers.openstack.documents import (
    Document,
    flag,
    identifier,
    integer,
    mappings,
    name_of,
    owner_of,
    tags,
    text,
    when,
)
from mcm_providers.openstack.relations import in_project
from mcm_providers.openstack.resources.neutron import NeutronKind


def translate(row: Document, region: str, project_name: str | None) -> Resource:
    project = owner_of(row)
    rules = mappings(row.get("security_group_rules"))
    # The service gives them in any order; a new order is not a change.
    rules.sort(key=lambda rule: str(rule.get("id")))
    native_id = identifier(row)
    return Resource(
        kind=ResourceKind.SECURITY_GROUP,
        native_id=native_id,
        name=name_of(row),
        region=region,
        project=project,
        project_name=project_name,
        state=CommonState.AVAILABLE.value,
        native_state="",
        tags=tags(None, row.get("tags")),
        created_at=when(row.get("created_at")),
        relations=[*dict.fromkeys(_peers(rules, native_id)), *in_project(project)],
        attributes=SecurityGroupAttributes(
            description=text(row.get("description")),
            rules=[rule_of(rule) for rule in rules],
            stateful=flag(row.get("stateful")),
        ),
        native=row | {"security_group_rules": rules},
    )


def rule_of(rule: Document) -> SecurityRule:
    protocol = rule.get("protocol")
    return SecurityRule(
        direction=text(rule.get("direction")) or "unknown",
        protocol=str(protocol) if isinstance(protocol, int) else text(protocol) or "any",
        port_min=integer(rule.get("port_range_min")),
        port_max=integer(rule.get("port_range_max")),
        peer=text(rule.get("remote_ip_prefix"))
        or text(rule.get("remote_group_id"))
        or text(rule.get("remote_address_group_id")),
        ethertype=text(rule.get("ethertype")),
        description=text(rule.get("description")),
    )


def _peers(rules: list[Document], native_id: str) -> Iterator[Relation]:
    """The groups whose members a rule lets in: they are protected together."""
    for rule in rules:
        peer = text(rule.get("remote_group_id"))
        if peer and peer != native_id:
            yield Relation(RelationType.USES, ResourceKind.SECURITY_GROUP, peer)


KIND = NeutronKind("/security-groups", "security_groups", translate)
