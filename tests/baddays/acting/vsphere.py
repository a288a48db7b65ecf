"""vcsim as a cloud of these tests: what is done to it, and what it shows afterwards."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from tests.baddays.acting.ways import Job, Way, numbers
from tests.harness import vcsim
from tests.harness.proxy import FaultProxy
from tests.integration.vmware.operator import Operator

# Requests that each action takes when nothing goes wrong.
REQUESTS = {
    **{"instance.create": 2, "instance.delete": 2, "instance.snapshot": 1, "instance.stop": 1, "instance.start": 1},
    **{"instance.suspend": 1, "instance.resume": 1, "instance.reboot": 1, "instance.resize": 1, "instance.rename": 1},
    **{"instance.set_tags": 3, "instance.revert": 1, "instance.create_image": 1, "instance.migrate": 1},
    **{"volume.extend": 1, "snapshot.delete": 1},
}
_AT_ONCE = 5
_STATES = {"poweredOn": "running", "poweredOff": "stopped", "suspended": "suspended"}


@dataclass
class Vsphere:
    """One datacenter with a template; its spare machines are on."""

    server: vcsim.VcsimServer
    proxy: FaultProxy
    operator: Operator
    provider: str = "vmware"
    kinds: tuple[str, ...] = ("instance", "image", "snapshot", "volume", "host")
    spare: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        machines = self.operator.machines()
        self.operator.power(machines[-1], False)
        machines[-1].MarkAsTemplate()
        self.template = machines[-1].config.instanceUuid
        self.origin = machines[0]
        self.spare = [machine.config.instanceUuid for machine in machines[1:-1]]

    @property
    def config(self) -> dict[str, Any]:
        return {"host": "127.0.0.1", "port": self.proxy.port, "ca_file": str(self.proxy.ca_file)}

    @property
    def secrets(self) -> dict[str, str]:
        return {"username": self.server.username, "password": self.server.password}

    @property
    def ways(self) -> dict[str, Way]:
        return {
            "instance.create": Way(lambda: Job(None, {"name": f"made {next(numbers)}", "image": self.template})),
            "instance.delete": Way(lambda: Job(self.fresh()), lambda job: self.state(job.target or "") is None),
            "instance.snapshot": Way(lambda: Job(self.fresh(), {"name": "before"})),
            "instance.stop": Way(lambda: Job(self.fresh(), {"mode": "hard"}), self._is("stopped")),
            "instance.start": Way(lambda: Job(self.fresh("poweredOff")), self._is("running")),
            "instance.suspend": Way(lambda: Job(self.fresh()), self._is("suspended")),
            "instance.resume": Way(lambda: Job(self.fresh("suspended")), self._is("running")),
            "instance.reboot": Way(lambda: Job(self.fresh(), {"mode": "hard"})),
            "instance.resize": Way(
                lambda: Job(self.fresh("poweredOff"), {"vcpus": 4, "memory_mib": 2048}),
                lambda job: self._config(job).hardware.numCPU == 4,
            ),
            "instance.rename": Way(
                lambda: Job(self.fresh(), {"name": f"renamed {next(numbers)}"}),
                lambda job: self._machine(job.target).name == job.params["name"],
            ),
            "instance.set_tags": Way(self._to_tag, self._tagged),
            "instance.revert": Way(self._to_revert, self._reverted, alone=False),
            "instance.create_image": Way(lambda: Job(self.fresh(), {"name": f"image {next(numbers)}"})),
            "instance.migrate": Way(
                self._to_migrate, lambda job: self._machine(job.target).runtime.host._moId == job.params["host"]
            ),
            "volume.extend": Way(self._to_extend, lambda job: self._disk(job).capacityInKB == 40 << 20),
            "snapshot.delete": Way(
                lambda: Job(self._with_snapshot()[1]),
                lambda job: (
                    not any(
                        tree.snapshot._moId in (job.target or "")
                        for tree in self._trees((job.target or "").partition(":")[0])
                    )
                ),
            ),
        }

    def count(self, job: Job, token: str) -> int:
        if job.action == "instance.snapshot":
            machine = self._machine(job.target)
            there = self._trees(job.target or "") if machine is not None and machine.snapshot else []
            return sum(token in tree.description for tree in there)
        named = [one for one in self.operator.machines() if one.name == job.params.get("name")]
        return sum(any(option.value == token for option in one.config.extraConfig) for one in named)

    def judged(self, native_id: str) -> bool:
        return ":" not in native_id

    def state(self, native_id: str) -> str | None:
        machine = self._machine(native_id)
        return None if machine is None else _STATES[str(machine.runtime.powerState)]

    def vanish(self, native_id: str) -> None:
        machine = self._machine(native_id)
        self.operator.power(machine, False)
        self.operator.do(machine.Destroy_Task())

    def fresh(self, power: str = "poweredOn") -> str:
        if not self.spare:
            for _ in range(_AT_ONCE):
                machine = self.operator.clone(self.origin, f"own {next(numbers)}")
                self.operator.power(machine, True)
                self.spare.append(str(machine.config.instanceUuid))
        uuid = str(self.spare.pop())
        if power == "poweredOff":
            self.operator.power(self._machine(uuid), False)
        elif power == "suspended":
            self.operator.do(self._machine(uuid).SuspendVM_Task())
        return uuid

    def _is(self, state: str) -> Callable[[Job], bool]:
        return lambda job: self.state(job.target or "") == state

    def _machine(self, uuid: str | None) -> Any:
        return self.operator.content.searchIndex.FindByUuid(None, uuid or "", True, True)

    def _config(self, job: Job) -> Any:
        return self._machine((job.target or "").partition(":")[0]).config

    def _trees(self, uuid: str) -> list[Any]:
        """Only of a machine that has one: the simulator breaks off at the question after the last is gone."""
        found = list(self._machine(uuid).snapshot.rootSnapshotList)
        for tree in found:
            found.extend(tree.childSnapshotList)
        return found

    def _to_tag(self) -> Job:
        uuid, number = self.fresh(), next(numbers)
        self.operator.set_attribute(self._machine(uuid), f"old{number}", "old value")
        return Job(uuid, {"set": {f"new{number}": f"value {number}"}, "remove": [f"old{number}"]})

    def _tagged(self, job: Job) -> bool:
        """By their values: pyVmomi cannot read the names that the simulator gives. The last one of a key counts."""
        last = {one.key: one.value for one in self._machine(job.target).customValue}
        return set(job.params["set"].values()) <= set(last.values()) and "old value" not in last.values()

    def _with_snapshot(self) -> tuple[str, str]:
        uuid = self.fresh()
        self.operator.do(self._machine(uuid).CreateSnapshot_Task("first", "", False, False))
        snapshot = self.operator.do(self._machine(uuid).CreateSnapshot_Task("here", "", False, False))
        return uuid, f"{uuid}:{snapshot._moId}"

    def _to_revert(self) -> Job:
        uuid, snapshot = self._with_snapshot()
        self.operator.do(self._machine(uuid).CreateSnapshot_Task("later", "", False, False))
        return Job(uuid, {"snapshot": snapshot}, ("snapshot", snapshot))

    def _reverted(self, job: Job) -> bool:
        current = self._machine(job.target).snapshot.currentSnapshot._moId
        return str(job.params["snapshot"]).endswith(f":{current}")

    def _to_migrate(self) -> Job:
        uuid = self.fresh()
        host = self._machine(uuid).runtime.host
        other = next(one for one in host.parent.host if one != host)
        return Job(uuid, {"host": other._moId})

    def _to_extend(self) -> Job:
        uuid = self.fresh()
        return Job(f"{uuid}:{self._disk(Job(uuid)).key}", {"size_gib": 40})

    def _disk(self, job: Job) -> Any:
        devices = self._config(job).hardware.device
        return next(one for one in devices if type(one).__name__ == "vim.vm.device.VirtualDisk")
