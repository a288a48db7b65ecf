"""Who the account is, and a text of its rights that changes when they do."""

from mcm.contract import AccountIdentity
from mcm_providers.openstack.cloud import Cloud


def identity_of(cloud: Cloud) -> AccountIdentity:
    """Signs in anew, so that the answer is about now, and asks each region whether it shows all projects."""
    cloud.forget()
    access = cloud.client.sign_in()
    views, refused = cloud.views()
    user = str(access.username or access.user_id or "")
    return AccountIdentity(
        realm=cloud.catalogue.realm,
        principal=f"{user}@{access.user_domain_name}" if access.user_domain_name else user,
        scope_name=_scope_name(cloud),
        grants=_grants(cloud, views),
        version=_version(cloud, list(views)),
        missing=(refused,) if refused else (),
    )


def _scope_name(cloud: Cloud) -> str:
    access = cloud.client.sign_in()
    if access.project_name:
        return str(access.project_name)
    if access.domain_name:
        return f"domain {access.domain_name}"
    return "system" if access.system_scoped else ""


def _grants(cloud: Cloud, views: dict[str, bool]) -> str:
    """Roles decide what cinder and neutron show, and nova has been asked. One word for all regions while they agree,
    so that a region which happens to be down does not look like a change of rights."""
    access = cloud.client.sign_in()
    scope = access.project_id or access.domain_id or ("system" if access.system_scoped else "")
    roles = ",".join(sorted(str(role) for role in access.role_ids or ()))
    if len(set(views.values())) > 1:
        instances = ",".join(f"{region}:{_word(seen)}" for region, seen in sorted(views.items()))
    else:
        instances = _word(next(iter(views.values()))) if views else "none"
    return f"user={access.user_id};scope={scope};roles={roles};instances={instances}"


def _word(sees_all: bool) -> str:
    return "all" if sees_all else "project"


def _version(cloud: Cloud, regions: list[str]) -> str:
    """The API's version: OpenStack does not tell its release."""
    if not regions:
        return ""
    return f"compute {cloud.service('compute', regions[0]).endpoint.microversion}"
