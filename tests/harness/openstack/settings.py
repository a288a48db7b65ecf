"""What makes one cloud this cloud: its folder, ports, password and owner, kept in `cloud.json` inside the folder."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from tests.harness.leftovers import ProcessIdentity
from tests.harness.openstack import procfs
from tests.harness.ports import free_port

REGION = "RegionOne"
PAGE_LIMIT = 1000  # nova's own default
SERVICES_WITH_PORT = (
    "keystone",
    "placement",
    "glance",
    "neutron",
    "cinder",
    "nova",
    "mariadb",
    "rabbitmq",
    "rabbitmq_distribution",
    "epmd",
)
_FILE = "cloud.json"


def process(pid: int) -> ProcessIdentity:
    """Raises ValueError when there is no such process."""
    if (found := ProcessIdentity.of(pid)) is None:
        raise ValueError(f"there is no process {pid}")
    return found


@dataclass(frozen=True)
class CloudSettings:
    folder: Path
    installation: Path
    ports: dict[str, int]
    password: str
    computes: int
    owner: ProcessIdentity | None  # the process it must not outlive; None: it stays until somebody stops it
    boot_id: str  # process ids mean nothing after a reboot
    page_limit: int = PAGE_LIMIT

    @property
    def keystone_url(self) -> str:
        return f"{self.url('keystone')}/v3"

    @property
    def state(self) -> Path:
        return self.folder / "state"

    @property
    def python(self) -> str:
        return str(self.installation / "venv" / "bin" / "python")

    @property
    def hosts(self) -> list[str]:
        return [f"compute-{number}" for number in range(1, self.computes + 1)]

    def url(self, service: str) -> str:
        return f"http://127.0.0.1:{self.ports[service]}"

    def save(self) -> None:
        facts = {**asdict(self), "folder": str(self.folder), "installation": str(self.installation)}
        unfinished = self.folder / f"{_FILE}.new"
        unfinished.touch(mode=0o600)
        unfinished.write_text(json.dumps(facts, indent=1))
        unfinished.rename(self.folder / _FILE)

    @classmethod
    def load(cls, folder: Path) -> "CloudSettings | None":
        """None when the folder holds no cloud, or one that was never finished being written."""
        try:
            facts = json.loads((folder / _FILE).read_text())
        except (FileNotFoundError, ValueError):
            return None
        owner = ProcessIdentity(**facts["owner"]) if facts["owner"] else None
        # The folder may have been copied or moved since it was written.
        return cls(**{**facts, "folder": folder, "installation": Path(facts["installation"]), "owner": owner})

    def is_abandoned(self) -> bool:
        """Whether the process this cloud was started for is gone."""
        return self.boot_id != procfs.boot_id() or (
            self.owner is not None and not procfs.is_alive(self.owner.pid, self.owner.start_ticks)
        )


def free_ports() -> dict[str, int]:
    return {name: free_port() for name in SERVICES_WITH_PORT}
