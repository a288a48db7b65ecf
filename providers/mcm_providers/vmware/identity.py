"""Who we are at this vCenter, and what we may see."""

import hashlib

from mcm.contract import AccountIdentity, UnexpectedResponse
from mcm_providers.vmware.client import Reference, Service
from mcm_providers.vmware.content import Content, boolean, flat, items, value_of
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
    return AccountIdentity(
        realm=f"vmware:{service.instance_uuid or _host_uuid(session, datacenters)}",
        principal=_principal(service.username, session.username),
        scope_name=session.where,
        grants=_grants(session, [service.root_folder, *datacenters]),
        version=service.full_name,
        missing=_missing(session, datacenters or [service.root_folder], contents),
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
    """A digest of the user's effective privileges; "" where the server cannot tell (API before 6.5) or will not."""
    answer = _ask(
        session,
        "FetchUserPrivilegeOnEntities",
        *(reference("entities", *entity) for entity in entities),
        text("userName", session.service.username),
    )
    if answer is None:
        return ""
    lines = []
    for result in answer.iterchildren(f"{VIM}returnval"):
        fields = value_of(result)
        lines.append(f"{fields['entity']}: {' '.join(sorted(map(str, items(fields.get('privileges')))))}")
    digest = hashlib.sha256("\n".join(sorted(lines)).encode()).hexdigest()[:32]
    return f"{len(lines)} entities, sha256:{digest}"


def _missing(session: Session, entities: list[Reference], contents: list[Content]) -> tuple[str, ...]:
    """Each needed privilege that the user lacks, with the datacenter. Rights on a folder inside may still be there."""
    service: Service = session.service
    answer = _ask(
        session,
        "HasPrivilegeOnEntities",
        *(reference("entity", *entity) for entity in entities),
        text("sessionId", service.session_key),
        *(text("privId", privilege) for privilege in NEEDED),
    )
    if answer is None:
        return ()
    names = {one.value: one.properties.get("name") or one.value for one in contents}
    found = []
    for result in answer.iterchildren(f"{VIM}returnval"):
        fields = value_of(result)
        for held in items(fields.get("privAvailability")):
            if boolean(held.get("isGranted")) is False:
                found.append(f"{held['privId']} on {names.get(fields['entity'], fields['entity'])}")
    return tuple(found)


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
