"""Instances, templates, service offerings and SSH key pairs as resources.

https://cloudstack.apache.org/api/apidocs-4.20/ : listVirtualMachines, listTemplates, listServiceOfferings,
listSSHKeyPairs.
"""

import ipaddress
import re
from functools import lru_cache

from mcm.contract import Relation, RelationType, Resource, ResourceKind
from mcm.contract.resources import FlavorAttributes, ImageAttributes, InstanceAttributes, KeypairAttributes
from mcm.contract.states import CommonState, InstanceState
from mcm_providers.libcloud.drivers.cloudstack import states
from mcm_providers.libcloud.drivers.cloudstack.api import Document
from mcm_providers.libcloud.drivers.cloudstack.envelope import (
    entries,
    flag,
    gib,
    number,
    owner,
    resource,
    text,
    to,
    whole,
)

_VIRTUALIZATION = {
    "kvm": "kvm",
    "vmware": "esxi",
    "xenserver": "xen",
    "xcp-ng": "xen",
    "ovm": "xen",
    "ovm3": "xen",
    "hyperv": "hyperv",
    "baremetal": "baremetal",
    "lxc": "lxc",
}
_LINUX = re.compile(
    "linux|ubuntu|debian|centos|red ?hat|rhel|fedora|suse|oracle|rocky|alma|coreos|photon|asianux|openeuler|kylin",
    re.IGNORECASE,
)


def virtualization(hypervisor: object) -> str | None:
    return _VIRTUALIZATION.get(hypervisor.lower()) if isinstance(hypervisor, str) else None


def os_family(name: str | None) -> str | None:
    if not name:
        return None
    return "windows" if "windows" in name.lower() else "linux" if _LINUX.search(name) else None


@lru_cache(maxsize=20_000)
def _is_public(address: str) -> bool:
    try:
        return ipaddress.ip_address(address).is_global
    except ValueError:
        return False


def instance(document: Document, region: str) -> Resource:
    native_state = text(document.get("state")) or ""
    zone_id = text(document.get("zoneid")) or ""
    nics = list(entries(document.get("nic")))
    found = [text(nic.get(key)) for nic in nics for key in ("ipaddress", "ip6address")]
    found += [text(one.get("ipaddress")) for nic in nics for one in entries(nic.get("secondaryip"))]
    addresses = [address for address in found if address]
    # By static NAT; it is on no interface.
    outside = text(document.get("publicip"))
    os_name = text(document.get("osdisplayname"))
    gpu = text(document.get("gpucardname")) or text(document.get("vgpu"))
    return resource(
        document,
        ResourceKind.INSTANCE,
        region,
        InstanceAttributes(
            vcpus=whole(document.get("cpunumber")),
            memory_mib=whole(document.get("memory")),
            gpu_count=whole(document.get("gpucount")),
            gpu_model=gpu,
            architecture=text(document.get("arch")),
            virtualization=virtualization(document.get("hypervisor")),
            os_family=os_family(os_name),
            os_name=os_name,
            hostname=text(document.get("name")),
            private_ips=[address for address in addresses if not _is_public(address)],
            public_ips=[*([outside] if outside else []), *(address for address in addresses if _is_public(address))],
            macs=[mac for nic in nics if (mac := text(nic.get("macaddress")))],
            flavor=text(document.get("serviceofferingname")),
            image=text(document.get("templatename")),
            host=text(document.get("hostname")),
            deletion_protection=flag(document.get("deleteprotection")),
        ),
        native_kind="virtualmachine",
        name=text(document.get("displayname")) or text(document.get("name")),
        state=states.INSTANCE.get(native_state, InstanceState.UNKNOWN),
        native_state=native_state,
        task_state=states.INSTANCE_TASK.get(native_state),
        relations=[
            *to(RelationType.USES, ResourceKind.IMAGE, document.get("templateid"), zone_id),
            *to(RelationType.USES, ResourceKind.FLAVOR, document.get("serviceofferingid")),
            *_keypairs(document),
            *to(RelationType.RUNS_ON, ResourceKind.HOST, document.get("hostid")),
            *(one for nic in nics for one in to(RelationType.CONNECTED_TO, ResourceKind.NETWORK, nic.get("networkid"))),
            *(
                one
                for group in entries(document.get("securitygroup"))
                for one in to(RelationType.PROTECTED_BY, ResourceKind.SECURITY_GROUP, group.get("id"))
            ),
        ],
    )


def _keypairs(document: Document) -> list[Relation]:
    """By name: one in `keypair`, since 4.17 several in `keypairs`; they belong to the instance's owner."""
    names = text(document.get("keypairs")) or text(document.get("keypair")) or ""
    scope = owner(document)
    return [
        Relation(RelationType.USES, ResourceKind.KEYPAIR, name.strip(), scope)
        for name in names.split(",")
        if name.strip()
    ]


def image(document: Document, region: str) -> Resource:
    """A template is listed once for each zone it is in, ready in one and still being copied to another."""
    # The address it was fetched from may hold a password.
    for key in ("url", "downloaddetails"):
        document.pop(key, None)
    ready = document.get("isready") is True
    status = text(document.get("status"))
    os_name = text(document.get("ostypename"))
    if ready:
        state = CommonState.AVAILABLE
    else:
        # Only the owner and administrators are told the status; errors stand there in words.
        progress = status is None or "%" in status or status in ("Processing", "Installing Template", "Creating")
        state = CommonState.PENDING if progress else CommonState.ERROR
    return resource(
        document,
        ResourceKind.IMAGE,
        region,
        ImageAttributes(
            os_family=os_family(os_name),
            os_name=os_name,
            architecture=text(document.get("arch")),
            size_gib=gib(document.get("size")),
            disk_format=(text(document.get("format")) or "").lower() or None,
            visibility="public" if document.get("ispublic") is True else "private",
            owner=text(document.get("account")),
        ),
        native_kind="template",
        native_scope=text(document.get("zoneid")) or "",
        state=state,
        native_state=status or ("ready" if ready else "not ready"),
    )


def flavor(document: Document, region: str) -> Resource:
    """Customised offerings have no sizes of their own: each instance says its own."""
    native_state = text(document.get("state")) or ""
    disk = number(document.get("rootdisksize"))
    return resource(
        document,
        ResourceKind.FLAVOR,
        region,
        FlavorAttributes(
            vcpus=whole(document.get("cpunumber")),
            memory_mib=whole(document.get("memory")),
            local_disk_gib=int(disk) if disk else None,
            gpu_count=whole(document.get("gpucount")),
            gpu_model=text(document.get("gpucardname")),
            family=text(document.get("systemvmtype")),
            visibility="private" if document.get("domainid") else "public",
        ),
        native_kind="serviceoffering",
        state=states.SWITCHED.get(native_state, CommonState.UNKNOWN) if native_state else CommonState.AVAILABLE,
        native_state=native_state,
        placed=False,
        owned=False,
    )


def keypair(document: Document, region: str) -> Resource:
    """Known by its name within its owner: instances name it so, and before 4.16 it has no id."""
    return resource(
        document,
        ResourceKind.KEYPAIR,
        region,
        KeypairAttributes(
            type="ssh", fingerprint=text(document.get("fingerprint")), owner=text(document.get("account"))
        ),
        native_kind="sshkeypair",
        native_id=str(document["name"]),
        native_scope=owner(document),
        state=CommonState.AVAILABLE,
        native_state="",
    )
