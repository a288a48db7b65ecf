"""Who we are at this vCenter, and what we may see."""

import hashlib

from mcm.contract import AccountIdentity, UnexpectedResponse
from mcm_providers.vmware.client import Reference
from mcm_providers.vmware.content import boolean, entity_name, flat, items, value_of
from mcm_providers.vmware.datacenters import read_contents
from mcm_providers.vmware.errors import is_unsupported
from mcm_providers.vmware.faults import SoapFault
from mcm_providers.vmware.property_collector import filter_spec, retrieve
from mcm_providers.vmware.session import Session
from mcm_providers.vmware.soap import VIM, Element, operation, reference, text
from mcm_providers.vmware.traversal import TO_HOSTS

# All that reading takes; both are in the role "Read-only".
NEEDED = ("System.View", "System.Read")
# Rights are asked for on the root folder and on so many datacenters: enough to notice that they changed.
_ENTITIES = 50


def identity(session: Session) -> AccountIdentity:
    service = session.service
    contents = read_contents(session)
    datacenters = [("Datacenter", one.value) for one in contents if one.native_type == "Datacenter"][:_ENTITIES]
    rights = _rights(session, datacenters or [service.root_folder])
    names = {one.value: entity_name(one.properties.get("name")) or one.value for one in contents}
    return AccountIdentity(
        realm=f"vmware:{service.instance_uuid or _host_uuid(session, datacenters)}",
        principal=_principal(service.username, session.username),
        scope_name=session.where,
        grants=_grants(session, [service.root_folder, *datacenters]) or _digest(rights),
        version=service.full_name,
        missing=tuple(f"{right} on {names.get(entity, entity)}" for entity, right, granted in rights if not granted),
    )


def _principal(username: str, given: str) -> str:
    """The user in vCenter's own notation. The name as it was given is kept as a secret, so it is never shown: where the
    server repeats it word for word, its domain goes in front; without a domain only its first letter is left."""
    name, _, domain = username.partition("@")
    shown = f"{domain.upper()}\\{name}" if domain else username
    return f"{shown[:1]}…" if given and given in shown else shown


def _host_uuid(session: Session, datacenters: list[Reference]) -> str:
    """A host without vCenter has no instance uuid; it is its own realm."""
    properties = {"HostSystem": ["hardware.systemInfo.uuid"]}
    for content in retrieve(session, filter_spec("specSet", properties, datacenters, TO_HOSTS), flat):
        if uuid := content.properties.get("hardware.systemInfo.uuid"):
            return str(uuid)
    raise UnexpectedResponse("neither the server nor its host says what its uuid is, so it cannot be told from others")


def _grants(session: Session, entities: list[Reference]) -> str:
    """The user's effective privileges; "" where the server cannot tell (API before 6.5) or will not."""
    answer = _ask(
        session,
        "FetchUserPrivilegeOnEntities",
        *(reference("entities", *entity) for entity in entities),
        text("userName", session.service.username),
    )
    results = [] if answer is None else [value_of(one) for one in answer.iterchildren(f"{VIM}returnval")]
    return _digest([(str(one["entity"]), str(held), True) for one in results for held in items(one.get("privileges"))])


def _rights(session: Session, entities: list[Reference]) -> list[tuple[str, str, bool]]:
    """Entity, needed privilege, and whether the user has it there; rights on a folder inside are not counted."""
    answer = _ask(
        session,
        "HasPrivilegeOnEntities",
        *(reference("entity", *entity) for entity in entities),
        text("sessionId", session.service.session_key),
        *(text("privId", privilege) for privilege in NEEDED),
    )
    results = [] if answer is None else [value_of(one) for one in answer.iterchildren(f"{VIM}returnval")]
    return [
        (str(one["entity"]), str(held["privId"]), boolean(held.get("isGranted")) is True)
        for one in results
        for held in items(one.get("privAvailability"))
    ]


def _digest(rights: list[tuple[str, str, bool]]) -> str:
    """A short text that changes with the rights, whatever their order; "" of none."""
    if not rights:
        return ""
    return f"{len(rights)} privileges, sha256:{hashlib.sha256(repr(sorted(rights)).encode()).hexdigest()[:32]}"


def _ask(session: Session, name: str, *parameters: str) -> Element | None:
    manager = session.service.authorization
    if manager is None:
        return None
    try:
        return session.soap.call(operation(name, manager, *parameters))
    except SoapFault as fault:
        if is_unsupported(fault) or fault.name == "NoPermission":
            return None
        raise
