"""Real nova, cinder, glance and neutron as a cloud of these tests: what is done to them, and what they show afterwards.

Booting takes seconds, so a machine that an earlier case has left in the wanted state is used again.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from tests.baddays.acting.ways import Job, Proxies, Way, numbers
from tests.harness.openstack.cloud import OpenStackCloud
from tests.harness.proxy import Joint, OpenStackProxies
from tests.integration.aws.acting import KEY

# Requests that each action takes when nothing goes wrong.
REQUESTS = {
    **{"instance.create": 1, "instance.delete": 1, "instance.stop": 1, "instance.start": 1, "instance.reboot": 1},
    **{"instance.suspend": 1, "instance.resume": 1, "instance.pause": 1, "instance.unpause": 1, "instance.shelve": 1},
    **{"instance.unshelve": 1, "instance.resize": 1, "instance.confirm_resize": 1, "instance.revert_resize": 1},
    **{"instance.rename": 1, "instance.set_tags": 2, "instance.snapshot": 1, "instance.create_image": 1},
    **{"instance.revert": 1, "instance.migrate": 1, "volume.create": 1, "volume.delete": 1, "volume.extend": 1},
    **{"volume.snapshot": 1, "volume.attach": 1, "volume.detach": 1, "snapshot.delete": 1},
    **{"security_group.add_rule": 1, "security_group.remove_rule": 1, "public_ip.allocate": 1},
    **{"public_ip.associate": 1, "public_ip.disassociate": 1, "public_ip.release": 1, "keypair.import": 1},
    **{"keypair.delete": 1},
}
_AT_ONCE = 4
_PATIENCE_S = 120.0
_WORDS = {
    **{"ACTIVE": "running", "VERIFY_RESIZE": "running", "SHUTOFF": "stopped", "PAUSED": "paused"},
    **{"SUSPENDED": "suspended", "SHELVED": "shelved", "SHELVED_OFFLOADED": "shelved"},
}
_TINY, _SMALL = "m1.tiny", "m1.small"


@dataclass
class OpenStack:
    """sdk: openstacksdk past the proxies."""

    cloud: OpenStackCloud
    proxies: OpenStackProxies
    sdk: Any
    provider: str = "openstack"
    kinds: tuple[str, ...] = (
        *("instance", "volume", "snapshot", "image", "flavor", "network", "security_group", "public_ip", "keypair"),
    )
    taken: set[str] = field(default_factory=set)
    hosts: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.joint = Joint(self.proxies)
        project = self.sdk.current_project_id
        self.sdk.compute.update_quota_set(project, instances=500, cores=9_999, ram=9_999_999, key_pairs=500)
        self.sdk.block_storage.update_quota_set(project, volumes=500, gigabytes=5_000, snapshots=500)
        self.sdk.network.update_quota(
            project, floating_ips=200, security_groups=200, security_group_rules=1_000, ports=900
        )
        self.image = str(self.sdk.image.find_image("dummy").id)
        other = self.sdk.image.create_image(
            name=f"other {next(numbers)}", disk_format="raw", container_format="bare", data=bytes(1 << 20)
        )
        self.other_image = str(other.id)
        self.network = str(self.sdk.network.find_network("private").id)
        self.outside = str(self.sdk.network.find_network("public").id)
        self.flavors = {one.name: str(one.id) for one in self.sdk.compute.flavors()}

    @property
    def proxy(self) -> Proxies:
        return self.joint

    @property
    def config(self) -> dict[str, Any]:
        given = {name: value for name, value in self.cloud.admin.items() if name != "password"}
        return given | {"auth_url": self.proxies.auth_url}

    @property
    def secrets(self) -> dict[str, str]:
        return {"password": self.cloud.admin["password"]}

    @property
    def ways(self) -> dict[str, Way]:
        return {**self._of_instances(), **self._of_volumes(), **self._of_the_rest()}

    def _of_instances(self) -> dict[str, Way]:
        def power(before: str, after: str) -> Way:
            return Way(lambda: Job(self.machine(before)), lambda job: self._server(job).status == after)

        named = {"image": self.image, "flavor": self.flavors[_TINY], "networks": [self.network]}
        return {
            "instance.create": Way(lambda: Job(None, {"name": f"made-{next(numbers)}", **named})),
            "instance.delete": Way(lambda: Job(self.machine("ACTIVE")), lambda job: self._server(job) is None),
            "instance.stop": power("ACTIVE", "SHUTOFF"),
            "instance.start": power("SHUTOFF", "ACTIVE"),
            "instance.suspend": power("ACTIVE", "SUSPENDED"),
            "instance.resume": power("SUSPENDED", "ACTIVE"),
            "instance.pause": power("ACTIVE", "PAUSED"),
            "instance.unpause": power("PAUSED", "ACTIVE"),
            "instance.shelve": power("ACTIVE", "SHELVED_OFFLOADED"),
            "instance.unshelve": power("SHELVED_OFFLOADED", "ACTIVE"),
            "instance.reboot": Way(lambda: Job(self.machine("ACTIVE"), {"mode": "hard"})),
            "instance.resize": Way(self._to_resize, self._resized),
            "instance.confirm_resize": Way(
                lambda: Job(self.machine("VERIFY_RESIZE"), stale=True),
                lambda job: (self._server(job).status, self._size(job)) == ("ACTIVE", _SMALL),
            ),
            "instance.revert_resize": Way(
                lambda: Job(self.machine("VERIFY_RESIZE"), stale=True),
                lambda job: (self._server(job).status, self._size(job)) == ("ACTIVE", _TINY),
            ),
            "instance.rename": Way(
                lambda: Job(self.machine("ACTIVE"), {"name": f"renamed-{next(numbers)}"}),
                lambda job: self._server(job).name == job.params["name"],
            ),
            "instance.set_tags": Way(self._to_tag, self._tagged),
            "instance.snapshot": Way(self._to_image),
            "instance.create_image": Way(self._to_image),
            "instance.revert": Way(
                lambda: Job(self.machine("ACTIVE"), {"snapshot": self.other_image}, ("image", self.other_image)),
            ),
            "instance.migrate": Way(
                self._to_migrate,
                lambda job: self._server(job).compute_host != self.hosts[job.target or ""],
                alone=False,
            ),
        }

    def _of_volumes(self) -> dict[str, Way]:
        storage = self.sdk.block_storage
        return {
            "volume.create": Way(lambda: Job(None, {"name": f"made-{next(numbers)}", "size_gib": 1})),
            "volume.delete": Way(lambda: Job(self.volume()), lambda job: self._volume(job) is None),
            "volume.extend": Way(
                lambda: Job(self.volume(), {"size_gib": 2}), lambda job: bool(self._volume(job).size == 2)
            ),
            "volume.snapshot": Way(lambda: Job(self.volume(), {"name": f"made-{next(numbers)}"})),
            "volume.attach": Way(self._to_attach, lambda job: self._holder(job) == job.params["instance"]),
            "volume.detach": Way(self._to_detach, lambda job: self._holder(job) == ""),
            "snapshot.delete": Way(
                self._to_delete_snapshot,
                lambda job: storage.find_snapshot(job.target, ignore_missing=True) is None,
            ),
        }

    def _of_the_rest(self) -> dict[str, Way]:
        network = self.sdk.network
        rule = {"protocol": "tcp", "port_from": 4_242, "cidr": "10.0.0.0/8"}
        return {
            "security_group.add_rule": Way(lambda: Job(self._group(), rule), self._opened),
            "security_group.remove_rule": Way(
                lambda: Job(self._group(opened=True), rule), lambda job: not self._opened(job)
            ),
            "public_ip.allocate": Way(Job),
            "public_ip.associate": Way(self._to_associate, lambda job: bool(network.get_ip(job.target).port_id)),
            "public_ip.disassociate": Way(
                lambda: Job(self._address(self.machine("ACTIVE"))),
                lambda job: not network.get_ip(job.target).port_id,
            ),
            "public_ip.release": Way(
                lambda: Job(self._address()), lambda job: network.find_ip(job.target, ignore_missing=True) is None
            ),
            "keypair.import": Way(lambda: Job(None, {"name": f"key-{next(numbers)}", "public_key": KEY})),
            "keypair.delete": Way(
                lambda: Job(str(self.sdk.compute.create_keypair(name=f"own-{next(numbers)}").name)),
                lambda job: self.sdk.compute.find_keypair(job.target, ignore_missing=True) is None,
            ),
        }

    def count(self, job: Job, token: str) -> int:
        storage, name = self.sdk.block_storage, job.params.get("name", "")
        match job.action:
            case "instance.create":
                found = self.sdk.compute.servers(details=True, name=f"^{name}$")
            case "instance.snapshot" | "instance.create_image":
                return len([one for one in self.sdk.image.images(name=name) if one.properties.get("mcm_op") == token])
            case "volume.create":
                found = storage.volumes(details=True, name=name)
            case "volume.snapshot":
                found = storage.snapshots(details=True, name=name)
            case "public_ip.allocate":
                return len(list(self.sdk.network.ips(description=token)))
            case _:
                return len([one for one in self.sdk.compute.keypairs() if one.name == name])
        return len([one for one in found if one.metadata.get("mcm_op") == token])

    def judged(self, native_id: str) -> bool:
        return self.state(native_id) is not None or native_id in self.taken

    def state(self, native_id: str) -> str | None:
        server = self._server(Job(native_id))
        if server is not None:
            return _WORDS.get(str(server.status), str(server.status))
        volume = self._volume(Job(native_id))
        return str(volume.status).replace("-", "_") if volume is not None else None

    def vanish(self, native_id: str) -> None:
        self.sdk.compute.delete_server(native_id)
        self._until(lambda: self._server(Job(native_id)) is None)

    def machine(self, status: str) -> str:
        """One in this state; for a resize to be confirmed, from tiny to small."""
        found = self._resting(status) or self._brought(status)
        self.taken.add(found)
        return found

    def _resting(self, status: str) -> str | None:
        there = self.sdk.compute.servers(details=True)
        return next(
            (
                str(one.id)
                for one in there
                if (one.status, one.task_state) == (status, None)
                and (status != "VERIFY_RESIZE" or one.flavor.original_name == _SMALL)
                and (status != "ACTIVE" or one.flavor.original_name == _TINY)
            ),
            None,
        )

    def _brought(self, status: str) -> str:
        compute = self.sdk.compute
        if status == "ACTIVE":
            made = compute.create_server(
                **{"name": f"own-{next(numbers)}", "flavor_id": self.flavors[_TINY], "image_id": self.image},
                **{"networks": [{"uuid": self.network}], "min_count": _AT_ONCE, "max_count": _AT_ONCE},
            )
            self._until(lambda: compute.get_server(made.id).status == status)
            return str(made.id)
        ident = self.machine("ACTIVE")
        do = {
            **{"SHUTOFF": compute.stop_server, "SUSPENDED": compute.suspend_server, "PAUSED": compute.pause_server},
            **{"SHELVED_OFFLOADED": compute.shelve_server},
            **{"VERIFY_RESIZE": lambda server: compute.resize_server(server, self.flavors[_SMALL])},
        }
        do[status](ident)
        self._until(lambda: self._is_resting(ident, status))
        return ident

    def _is_resting(self, ident: str, status: str) -> bool:
        server = self.sdk.compute.get_server(ident)
        return (server.status, server.task_state) == (status, None)

    def _until(self, so: Callable[[], bool]) -> None:
        until = time.monotonic() + _PATIENCE_S
        while not so():
            assert time.monotonic() < until, "the cloud does not get there"
            time.sleep(0.2)

    def _server(self, job: Job) -> Any:
        found = self.sdk.compute.find_server(job.target, ignore_missing=True)
        return self.sdk.compute.get_server(found.id) if found is not None else None

    def _size(self, job: Job) -> str:
        return str(self._server(job).flavor.original_name)

    def volume(self) -> str:
        made = self.sdk.block_storage.create_volume(name=f"own-{next(numbers)}", size=1)
        self._until(lambda: self.sdk.block_storage.get_volume(made.id).status == "available")
        self.taken.add(str(made.id))
        return str(made.id)

    def _volume(self, job: Job) -> Any:
        return self.sdk.block_storage.find_volume(job.target, ignore_missing=True)

    def _holder(self, job: Job) -> str:
        attached = self.sdk.block_storage.get_volume(job.target).attachments
        return str(attached[0]["server_id"]) if attached else ""

    def _to_resize(self) -> Job:
        return Job(self.machine("ACTIVE"), {"flavor": self.flavors[_SMALL]}, stale=True)

    def _resized(self, job: Job) -> bool:
        return (self._server(job).status, self._size(job)) == ("VERIFY_RESIZE", _SMALL)

    def _to_tag(self) -> Job:
        target, number = self.machine("ACTIVE"), next(numbers)
        self.sdk.compute.set_server_metadata(target, **{f"old{number}": "x"})
        return Job(target, {"set": {f"new{number}": "one"}, "remove": [f"old{number}"]})

    def _tagged(self, job: Job) -> bool:
        have, wanted = self._server(job).metadata, job.params
        return bool(wanted["set"].items() <= have.items() and not have.keys() & set(wanted["remove"]))

    def _to_image(self) -> Job:
        return Job(self.machine("ACTIVE"), {"name": f"image-{next(numbers)}"})

    def _to_migrate(self) -> Job:
        target = self.machine("ACTIVE")
        self.hosts[target] = self.sdk.compute.get_server(target).compute_host
        return Job(target)

    def _to_attach(self) -> Job:
        instance = self.machine("ACTIVE")
        return Job(self.volume(), {"instance": instance}, ("instance", instance))

    def _to_detach(self) -> Job:
        volume = self.volume()
        self.sdk.compute.create_volume_attachment(self.machine("ACTIVE"), volume_id=volume)
        self._until(lambda: self.sdk.block_storage.get_volume(volume).status == "in-use")
        return Job(volume)

    def _to_delete_snapshot(self) -> Job:
        made = self.sdk.block_storage.create_snapshot(volume_id=self.volume(), name=f"own-{next(numbers)}")
        self._until(lambda: self.sdk.block_storage.get_snapshot(made.id).status == "available")
        return Job(str(made.id))

    def _group(self, *, opened: bool = False) -> str:
        made = self.sdk.network.create_security_group(name=f"group-{next(numbers)}")
        if opened:
            self.sdk.network.create_security_group_rule(
                security_group_id=made.id, direction="ingress", protocol="tcp", port_range_min=4_242,
                port_range_max=4_242, remote_ip_prefix="10.0.0.0/8",
            )  # fmt: skip
        return str(made.id)

    def _opened(self, job: Job) -> bool:
        rules = self.sdk.network.security_group_rules(security_group_id=job.target)
        return any(one.port_range_min == 4_242 for one in rules)

    def _address(self, instance: str | None = None) -> str:
        made = self.sdk.network.create_ip(floating_network_id=self.outside)
        if instance is not None:
            self.sdk.network.update_ip(made, port_id=self._bare_port(instance))
        return str(made.id)

    def _bare_port(self, instance: str) -> str:
        """What serves it from an earlier case is taken away."""
        port = str(next(iter(self.sdk.network.ports(device_id=instance))).id)
        for held in self.sdk.network.ips(port_id=port):
            self.sdk.network.update_ip(held, port_id=None)
        return port

    def _to_associate(self) -> Job:
        instance = self.machine("ACTIVE")
        self._bare_port(instance)
        return Job(self._address(), {"instance": instance}, ("instance", instance))
