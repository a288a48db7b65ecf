"""A made-up CloudStack estate with the documents that 4.20 gives: the same for the same number of instances.

https://cloudstack.apache.org/api/apidocs-4.20/ . Three owners: the account acme, its neighbour globex, which only an
administrator sees, and the project apollo.
"""

from __future__ import annotations

import threading
import uuid
from collections.abc import Callable
from typing import Any

from tests.harness.replay import cloudstack_infrastructure as made

Document = dict[str, Any]
STATES = ("Running", "Running", "Running", "Stopped", "Running", "Migrating", "Error", "Stopping", "Starting")
# What libcloud has no word for, and one that nobody has.
ODD_STATES = ("Unknown", "Shutdown", "Expunging", "Destroyed", "Restoring", "Levitating")
OWNERS = ("acme", "acme", "apollo", "globex", "acme")


class Estate:
    """`lists` by command, in the order of the cloud's own numbers. Safe to use from several threads."""

    def __init__(self, *, instances: int, odd: bool = False, size: int = 1) -> None:
        """odd: with instances in states and with names that few expect. size: of every other listing."""
        self._lock = threading.Lock()
        self.infrastructure = made.Infrastructure(size)
        self.lists: dict[str, list[Document]] = self.infrastructure.lists()
        self.lists["listVirtualMachines"] = [self._instance(number) for number in range(instances)]
        self.lists["listVolumes"] = [
            volume
            for number, owner in enumerate(self.lists["listVirtualMachines"])
            for volume in self._volumes(number, owner)
        ]
        self.lists["listSnapshots"] = [
            self._snapshot(number, volume)
            for number, volume in enumerate(self.lists["listVolumes"][: max(size, instances // 10)])
        ]
        self.lists["listVMSnapshot"] = [
            self._instance_snapshot(number, owner)
            for number, owner in enumerate(self.lists["listVirtualMachines"][: max(size, instances // 20)])
        ]
        self.lists["listPublicIpAddresses"] = [
            self._public_ip(number, owner)
            for number, owner in enumerate(self.lists["listVirtualMachines"][: max(size, instances // 10)])
        ]
        if odd:
            self._make_odd()

    def mutate(self, count: int) -> list[str]:
        """Running instances stop, others start; a tag counts the changes."""
        with self._lock:
            changed = self.lists["listVirtualMachines"][:count]
            for document in changed:
                document["state"] = "Stopped" if document["state"] == "Running" else "Running"
                document["tags"] = [{"key": "changed", "value": str(len(document.get("tags", ())) + 1)}]
            return [document["id"] for document in changed]

    def remove(self, command: str, native_id: str) -> None:
        with self._lock:
            self.lists[command] = [one for one in self.lists[command] if one["id"] != native_id]
            self.infrastructure.removed.add(native_id)

    def add_instance(self, number: int) -> str:
        with self._lock:
            document = self._instance(number)
            self.lists["listVirtualMachines"].append(document)
            return str(document["id"])

    def select(self, command: str, keep: Callable[[Document], bool]) -> list[Document]:
        with self._lock:
            return [document for document in self.lists[command] if keep(document)]

    def existed(self, native_id: str) -> bool:
        """Whether there ever was such a thing: CloudStack finds what is removed by its id."""
        if native_id in self.infrastructure.removed:
            return True
        return any(one.get("id") == native_id for documents in self.lists.values() for one in documents)

    def _instance(self, number: int) -> Document:
        place, owner = self.infrastructure, made.owner(OWNERS[number % len(OWNERS)])
        zone = place.zones[number % 2]
        offering = place.offerings[number % len(place.offerings)]
        template = place.templates[number % 2]
        host = place.hosts[number % len(place.hosts)]
        network = place.network_of(owner, zone)
        native_id = made.ident("instance", number)
        state = STATES[number % len(STATES)]
        return {
            "id": native_id,
            "name": f"web-{number:05d}",
            "displayname": f"Web server {number}",
            **owner,
            "userid": made.ident("user", owner.get("account", "project")),
            "username": "alice",
            "created": f"2024-0{number % 9 + 1}-1{number % 10}T10:{number % 60:02d}:00+0200",
            "state": state,
            "haenable": False,
            **made.in_zone(zone),
            "hostid": host["id"],
            "hostname": host["name"],
            "templateid": template["id"],
            "templatename": template["name"],
            "templatedisplaytext": template["displaytext"],
            "passwordenabled": True,
            "serviceofferingid": offering["id"],
            "serviceofferingname": offering["name"],
            "cpunumber": offering["cpunumber"],
            "cpuspeed": offering["cpuspeed"],
            "memory": offering["memory"],
            "guestosid": made.ident("guestos", 1),
            "rootdeviceid": 0,
            "rootdevicetype": "ROOT",
            # A new one is shown here until it was fetched.
            **({"password": f"Initial-Passw0rd-{number}"} if number % 7 == 0 else {}),
            "securitygroup": [{"id": made.ident("group", 0), "name": "default", "account": "acme"}],
            "nic": [self._nic(number, network)],
            "hypervisor": "KVM",
            **({"publicipid": made.ident("ip", number), "publicip": made.address(number)} if number % 10 == 0 else {}),
            "instancename": f"i-2-{number}-VM",
            "details": {"cpuOvercommitRatio": "2.0", "Encrypted.Password": "cmVwbGF5"},
            "affinitygroup": [],
            "displayvm": True,
            "isdynamicallyscalable": False,
            "keypairs": "ops-key",
            "ostypeid": made.ident("guestos", 1),
            "osdisplayname": "Ubuntu 22.04 LTS" if number % 3 else "Windows Server 2022 (64-bit)",
            "tags": [{"key": "env", "value": "prod" if number % 2 else "test", "resourcetype": "UserVm"}],
            "hasannotation": False,
            "arch": "x86_64",
            "deleteprotection": number % 11 == 0,
            **({"jobid": made.ident("job", number), "jobstatus": 0} if state == "Migrating" else {}),
        }

    def _nic(self, number: int, network: Document) -> Document:
        return {
            "id": made.ident("nic", number),
            "networkid": network["id"],
            "networkname": network["name"],
            "netmask": "255.255.0.0",
            "gateway": "10.1.0.1",
            "ipaddress": f"10.1.{number // 250 % 250}.{number % 250 + 2}",
            "isolationuri": "vlan://120",
            "traffictype": "Guest",
            "type": "Isolated",
            "isdefault": True,
            "macaddress": "02:00:" + number.to_bytes(4).hex(":"),
            "secondaryip": [],
        }

    def _volumes(self, number: int, instance: Document) -> list[Document]:
        kinds = ["ROOT", "DATADISK"] if number % 5 == 0 else ["ROOT"]
        return [self._volume(number, kind, instance) for kind in kinds]

    def _volume(self, number: int, kind: str, instance: Document) -> Document:
        place = self.infrastructure
        attached = kind == "ROOT" or number % 10 == 0
        pool = place.pools[number % len(place.pools)]
        return {
            "id": made.ident(f"volume-{kind}", number),
            "name": f"{kind}-{number}",
            **made.owner_of(instance),
            "zoneid": instance["zoneid"],
            "zonename": instance["zonename"],
            "type": kind,
            "deviceid": 0 if kind == "ROOT" else 1,
            **(
                {"virtualmachineid": instance["id"], "vmname": instance["name"], "vmstate": instance["state"]}
                if attached
                else {}
            ),
            "size": 21474836480 if kind == "ROOT" else 107374182400,
            "created": instance["created"],
            "state": "Ready" if attached else "Allocated",
            "storagetype": "shared",
            "provisioningtype": "thin",
            "hypervisor": "KVM",
            "storage": pool["name"],
            "storageid": pool["id"],
            **(
                {"serviceofferingid": instance["serviceofferingid"], "serviceofferingname": "Root disk"}
                if kind == "ROOT"
                else {"diskofferingid": made.ident("diskoffering", 1), "diskofferingname": "Gold", "maxiops": 3000}
            ),
            "diskioread": number * 3,
            "diskkbsread": number * 7,
            "destroyed": False,
            "isextractable": True,
            "tags": [],
            "displayvolume": True,
            **({"templateid": instance["templateid"]} if kind == "ROOT" else {}),
        }

    def _snapshot(self, number: int, volume: Document) -> Document:
        return {
            "id": made.ident("snapshot", number),
            **made.owner_of(volume),
            "snapshottype": "MANUAL",
            "volumeid": volume["id"],
            "volumename": volume["name"],
            "volumetype": volume["type"],
            "created": "2024-06-01T02:00:00+0000",
            "name": f"nightly-{number}",
            "intervaltype": "MANUAL",
            "state": "BackedUp" if number % 4 else "BackingUp",
            "physicalsize": 1073741824 * (number % 4),
            "zoneid": volume["zoneid"],
            "zonename": volume["zonename"],
            "revertable": True,
            "tags": [],
        }

    def _instance_snapshot(self, number: int, instance: Document) -> Document:
        return {
            "id": made.ident("vmsnapshot", number),
            "name": f"i-2-{number}-VM_VS_20240601",
            "displayname": f"before upgrade {number}",
            "description": "before the upgrade",
            "state": "Ready",
            "type": "DiskAndMemory" if number % 2 else "Disk",
            "virtualmachineid": instance["id"],
            "virtualmachinename": instance["name"],
            "zoneid": instance["zoneid"],
            "zonename": instance["zonename"],
            **made.owner_of(instance),
            "current": True,
            "created": "2024-06-01T01:00:00+0000",
            "tags": [],
        }

    def _public_ip(self, number: int, instance: Document) -> Document:
        static = number % 3 == 0
        return {
            "id": made.ident("ip", number * 10),
            "ipaddress": made.address(number * 10),
            "allocated": "2024-03-01T08:00:00+0000",
            "zoneid": instance["zoneid"],
            "zonename": instance["zonename"],
            "issourcenat": number % 3 == 1,
            **made.owner_of(instance),
            "forvirtualnetwork": True,
            "isstaticnat": static,
            **({"virtualmachineid": instance["id"], "vmipaddress": "10.1.0.9"} if static else {}),
            **({"associatednetworkid": instance["nic"][0]["networkid"]} if number % 3 != 2 else {}),
            "state": "Allocated",
            "tags": [],
        }

    def _make_odd(self) -> None:
        names = ("<script>alert(1)</script>", "\x1b[2J\x07", "\u202egnp.exe", "a\x00b", "=1+1", "x" * 200_000)
        for document, state, name in zip(self.lists["listVirtualMachines"], ODD_STATES, names, strict=False):
            document["state"], document["displayname"] = state, name
        for document, state in zip(self.lists["listVolumes"], ("UploadError", "Resizing", "Destroy"), strict=False):
            document["state"] = state


def unknown_id() -> str:
    return str(uuid.uuid4())
