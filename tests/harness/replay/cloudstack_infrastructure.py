"""What a made-up CloudStack estate stands on: zones, hosts, storage, networks, templates, offerings, accounts."""

from __future__ import annotations

import uuid
from typing import Any

Document = dict[str, Any]
_SPACE = uuid.UUID("6f9619ff-8b86-d011-b42d-00cf4fc964ff")
PROJECT = "apollo"
_ZONES = ("beijing-1", "shanghai-1", "closed-1")


def ident(kind: str, which: object) -> str:
    return str(uuid.uuid5(_SPACE, f"{kind}/{which}"))


def address(number: int) -> str:
    return f"52.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}"


def owner(name: str) -> Document:
    """The fields that say whose a thing is."""
    if name == PROJECT:
        return {"projectid": ident("project", name), "project": name, **_domain("customers")}
    return {"account": name, **_domain("ROOT" if name == "admin" else "customers")}


def owner_of(document: Document) -> Document:
    keys = ("account", "projectid", "project", "domainid", "domain", "domainpath")
    return {key: document[key] for key in keys if key in document}


def in_zone(zone: Document) -> Document:
    return {"zoneid": zone["id"], "zonename": zone["name"]}


def _domain(name: str) -> Document:
    path = "ROOT" if name == "ROOT" else f"ROOT/{name}"
    return {"domainid": ident("domain", name), "domain": name, "domainpath": path}


class Infrastructure:
    """size: how many there are of each thing that comes in numbers."""

    def __init__(self, size: int = 1) -> None:
        self._size = size
        self.removed: set[str] = set()
        self.zones: list[Document] = [
            {
                "id": ident("zone", name),
                "name": name,
                "networktype": "Advanced",
                "securitygroupsenabled": False,
                "allocationstate": "Disabled" if name == "closed-1" else "Enabled",
                "localstorageenabled": True,
                "tags": [],
            }
            for name in _ZONES
        ]
        self.offerings = [self._offering(number) for number in range(3 * size)]
        self.templates = [self._template(name, number) for number, name in enumerate(("Ubuntu 22.04", "Windows 2022"))]
        self.hosts = [self._host(number) for number in range(2 * size)]
        self.pools = [self._pool(number) for number in range(2 * size)]
        self._networks = [
            self._network(name, zone) for name in ("acme", "globex", PROJECT) for zone in self.zones[:2]
        ] + [self._tier(number) for number in range(size)]

    def network_of(self, owned_by: Document, zone: Document) -> Document:
        name = owned_by.get("project") or owned_by["account"]
        return next(one for one in self._networks if one["id"] == ident("network", f"{name}/{zone['name']}"))

    def lists(self) -> dict[str, list[Document]]:
        return {
            "listZones": self.zones,
            "listServiceOfferings": self.offerings,
            # Once for each zone it is in, as CloudStack lists them.
            "listTemplates": [
                {**template, **in_zone(zone), "isready": ready, **({} if ready else {"status": "57% Downloaded"})}
                for template in self.templates
                for zone, ready in ((self.zones[0], True), (self.zones[1], template is self.templates[0]))
            ],
            "listHosts": self.hosts,
            "listStoragePools": self.pools,
            "listClusters": [self._cluster(number) for number in range(self._size)],
            "listNetworks": self._networks,
            "listVPCs": [self._vpc(number) for number in range(self._size)],
            "listSecurityGroups": [self._group(number) for number in range(self._size + 1)],
            "listSSHKeyPairs": [
                {
                    "id": ident("keypair", f"{name}/{number}"),
                    "name": "ops-key" if not number else f"ops-key-{number}",
                    **owner(name),
                    "fingerprint": "3f:51:ae:28:bf:89:e9:d8:1f:25:5d:37:2d:7d:b8:ca",
                }
                for name in ("acme", "globex", PROJECT)
                for number in range(self._size)
            ],
            "listProjects": [
                {
                    "id": ident("project", PROJECT),
                    "name": PROJECT,
                    "displaytext": "To the moon",
                    **_domain("customers"),
                    "owner": [{"account": "acme", "userid": ident("user", "acme")}],
                    "state": "Active",
                    "vmlimit": "Unlimited",
                    "tags": [],
                }
            ],
            "listAccounts": [self._account(name) for name in ("admin", "acme", "globex")],
            "listOsCategories": [
                {"id": ident("category", name), "name": name} for name in ("CentOS", "Debian", "Windows", "Other")
            ],
        }

    def _offering(self, number: int) -> Document:
        cores = 2 ** (number % 3)
        return {
            "id": ident("offering", number),
            "name": f"Standard {cores}" + (f"/{number}" if number > 2 else ""),
            "displaytext": f"{cores} cores",
            "cpunumber": cores,
            "cpuspeed": 2000,
            "memory": cores * 2048,
            "created": "2023-01-01T00:00:00+0000",
            "storagetype": "shared",
            "provisioningtype": "thin",
            "offerha": False,
            "limitcpuuse": False,
            "isvolatile": False,
            "issystem": False,
            "defaultuse": False,
            "iscustomized": False,
            "state": "Active",
            "rootdisksize": 0,
        }

    def _template(self, name: str, number: int) -> Document:
        return {
            "id": ident("template", number),
            "name": name,
            "displaytext": f"{name} LTS",
            "ispublic": True,
            "created": "2023-05-05T05:05:05+0000",
            "passwordenabled": True,
            "format": "QCOW2",
            "isfeatured": True,
            "crossZones": True,
            "ostypeid": ident("guestos", 1),
            "ostypename": "Windows Server 2022 (64-bit)" if number else "Ubuntu 22.04 LTS",
            **owner("admin"),
            "size": 2361393152,
            "physicalsize": 1073741824,
            "templatetype": "USER",
            "hypervisor": "KVM",
            "url": "https://robot:mirror-pass@mirror.example/image.qcow2",
            "userdataid": ident("userdata", 1),
            "userdataname": "cloud-init",
            "arch": "x86_64",
            "tags": [],
        }

    def _host(self, number: int) -> Document:
        zone = self.zones[number % 2]
        return {
            "id": ident("host", number),
            "name": f"kvm{number:02d}.example",
            "state": "Up",
            "type": "Routing",
            "ipaddress": f"10.0.0.{number + 10}",
            **in_zone(zone),
            "podid": ident("pod", zone["name"]),
            "podname": f"{zone['name']}-pod",
            "version": "4.20.0.0",
            "hypervisor": "KVM",
            "hypervisorversion": "8.2.0",
            "cpusockets": 2,
            "cpunumber": 64,
            "cpuspeed": 2400,
            "cpuwithoverprovisioning": "307200.0",
            "memorytotal": 270582939648,
            "memoryallocatedbytes": 137438953472,
            "clusterid": ident("cluster", number % self._size),
            "clustername": f"cluster-{number % self._size}",
            "clustertype": "CloudManaged",
            "lastpinged": "1970-01-16T04:02:42+0000",
            "created": "2023-01-02T00:00:00+0000",
            "resourcestate": "Maintenance" if number == 1 else "Enabled",
            "details": {"username": "root", "password": "host-pass"},
        }

    def _pool(self, number: int) -> Document:
        zone = self.zones[number % 2]
        return {
            "id": ident("pool", number),
            **in_zone(zone),
            "name": f"primary-{number}",
            "ipaddress": "10.0.1.1",
            "path": "/export?user=smb&password=smb-pass",
            "created": "2023-01-03T00:00:00+0000",
            "type": "NetworkFilesystem",
            "clusterid": ident("cluster", number % self._size),
            "disksizetotal": 10995116277760,
            "disksizeallocated": 5497558138880,
            "disksizeused": 2199023255552,
            "state": "Up",
            "scope": "CLUSTER",
            "tags": "ssd,fast",
        }

    def _cluster(self, number: int) -> Document:
        return {
            "id": ident("cluster", number),
            "name": f"cluster-{number}",
            **in_zone(self.zones[number % 2]),
            "hypervisortype": "KVM",
            "clustertype": "CloudManaged",
            "allocationstate": "Enabled",
            "managedstate": "Managed",
        }

    def _network(self, name: str, zone: Document) -> Document:
        return {
            "id": ident("network", f"{name}/{zone['name']}"),
            "name": f"{name}-{zone['name']}",
            "displaytext": f"{name} in {zone['name']}",
            "broadcastdomaintype": "Vlan",
            "traffictype": "Guest",
            "gateway": "10.1.0.1",
            "netmask": "255.255.0.0",
            "cidr": "10.1.0.0/16",
            **in_zone(zone),
            **owner(name),
            "issystem": False,
            "state": "Implemented",
            "type": "Isolated",
            "vlan": "120",
            "acltype": "Account",
            "service": [{"name": "SourceNat"}, {"name": "Dhcp"}],
            "tags": [],
        }

    def _tier(self, number: int) -> Document:
        tier = self._network("acme", self.zones[0])
        return {**tier, "id": ident("tier", number), "name": f"tier-{number}", "vpcid": ident("vpc", number)}

    def _vpc(self, number: int) -> Document:
        return {
            "id": ident("vpc", number),
            "name": f"vpc-{number}",
            "state": "Enabled",
            **in_zone(self.zones[0]),
            "cidr": "10.64.0.0/16",
            **owner("acme"),
            "network": [{"id": ident("tier", number)}],
            "tags": [],
        }

    def _group(self, number: int) -> Document:
        return {
            "id": ident("group", number),
            "name": "default" if not number else f"group-{number}",
            "description": "",
            **owner("acme"),
            "ingressrule": [
                {"ruleid": ident("rule", 1), "protocol": "tcp", "startport": 443, "endport": 443, "cidr": "0.0.0.0/0"},
                {"ruleid": ident("rule", 2), "protocol": "icmp", "icmptype": -1, "icmpcode": -1, "cidr": "10.0.0.0/8"},
                {"ruleid": ident("rule", 3), "protocol": "all", "securitygroupname": "default", "account": "acme"},
            ],
            "egressrule": [],
            "tags": [],
        }

    def _account(self, name: str) -> Document:
        fields = owner(name)
        fields.pop("account")
        admin = name == "admin"
        return {
            "id": ident("account", name),
            "name": name,
            **fields,
            "accounttype": 1 if admin else 0,
            "rolename": "Root Admin" if admin else "User",
            "roletype": "Admin" if admin else "User",
            "state": "enabled",
            "vmlimit": "Unlimited",
            "user": [
                {
                    "id": ident("user", name),
                    "username": "root" if admin else "alice",
                    "account": name,
                    "apikey": "an-api-key-of-somebody",
                    "secretkey": "a-secret-key-of-somebody",
                }
            ],
        }
