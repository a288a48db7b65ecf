"""Which CloudStack commands list which kind, and with what parameters.

What accounts and projects own is asked for twice: `listall` gives everything the credentials may see except what
belongs to projects, and `projectid=-1` gives that. (Newer versions give both at once for both parameters together,
older ones do not.)
"""

from collections.abc import Callable, Hashable, Iterator, Mapping
from dataclasses import dataclass, field

from mcm.contract import ResourceKind as K
from mcm_providers.libcloud.drivers.cloudstack import compute, network, organisation, storage
from mcm_providers.libcloud.drivers.cloudstack.api import Document
from mcm_providers.libcloud.drivers.cloudstack.envelope import Translate, owner
from mcm_providers.libcloud.drivers.cloudstack.paging import Query


def _id(document: Document) -> Hashable:
    return str(document.get("id") or "")


def _id_in_zone(document: Document) -> Hashable:
    return str(document.get("id") or ""), str(document.get("zoneid") or "")


def _name_of_owner(document: Document) -> Hashable:
    return str(document.get("name") or ""), owner(document)


@dataclass(frozen=True, slots=True)
class Listing:
    """owned: by accounts and projects. as_admin: parameters that only a root administrator may give. ids: the parameter
    that takes several ids at once, "" where there is none and the list is short."""

    command: str
    member: str
    translate: Translate
    params: Mapping[str, object] = field(default_factory=dict)
    as_admin: Mapping[str, object] = field(default_factory=dict)
    owned: bool = True
    ids: str = ""
    identity: Callable[[Document], Hashable] = _id
    counts_all: bool = True

    def queries(self, admin: bool, native_ids: str = "") -> Iterator[Query]:
        """One after the other they give everything; `native_ids`, comma-separated, narrows them."""
        params = {**self.params, **(self.as_admin if admin else {})}
        if native_ids:
            params[self.ids] = native_ids
        for owners in ({"listall": "true"}, {"projectid": "-1"}) if self.owned else ({},):
            yield Query(self.command, self.member, self.identity, {**params, **owners}, self.counts_all)


LISTINGS: dict[K, tuple[Listing, ...]] = {
    # Without `stats`: measuring every instance is what makes this call slow, and nothing of it is kept.
    K.INSTANCE: (
        Listing(
            "listVirtualMachines",
            "virtualmachine",
            compute.instance,
            {"details": "group,nics,secgrp,tmpl,servoff,iso,affgrp"},
            ids="ids",
        ),
    ),
    K.VOLUME: (Listing("listVolumes", "volume", storage.volume, ids="ids"),),
    K.SNAPSHOT: (
        Listing("listSnapshots", "snapshot", storage.snapshot, ids="ids"),
        Listing("listVMSnapshot", "vmSnapshot", storage.instance_snapshot, ids="vmsnapshotids"),
    ),
    K.PUBLIC_IP: (Listing("listPublicIpAddresses", "publicipaddress", network.public_ip),),
    K.NETWORK: (
        Listing("listNetworks", "network", network.network),
        Listing("listVPCs", "vpc", network.vpc),
    ),
    K.SECURITY_GROUP: (Listing("listSecurityGroups", "securitygroup", network.security_group),),
    K.KEYPAIR: (Listing("listSSHKeyPairs", "sshkeypair", compute.keypair, identity=_name_of_owner),),
    K.IMAGE: (
        Listing(
            "listTemplates",
            "template",
            compute.image,
            {"templatefilter": "executable"},
            {"templatefilter": "all"},
            ids="ids",
            identity=_id_in_zone,
        ),
    ),
    K.FLAVOR: (Listing("listServiceOfferings", "serviceoffering", compute.flavor, owned=False, counts_all=False),),
    # `available`: also those in which the account has no instance yet.
    K.ZONE: (Listing("listZones", "zone", organisation.zone, {"available": "true"}, owned=False),),
    K.PROJECT: (
        Listing("listProjects", "project", organisation.project, {"listall": "true"}, owned=False),
        Listing("listAccounts", "account", organisation.account, {"listall": "true"}, owned=False),
    ),
    K.HOST: (Listing("listHosts", "host", organisation.host, {"type": "Routing", "details": "capacity"}, owned=False),),
    K.CLUSTER: (Listing("listClusters", "cluster", organisation.cluster, owned=False, counts_all=False),),
    K.DATASTORE: (Listing("listStoragePools", "storagepool", storage.datastore, owned=False),),
}
COMMANDS = tuple(dict.fromkeys(listing.command for listings in LISTINGS.values() for listing in listings))
