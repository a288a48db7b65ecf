"""Makes up EC2 instances: everything about one follows from (seed, number, revision) and can be had again any time."""

from __future__ import annotations

import datetime as dt
import hashlib
from dataclasses import dataclass

from tests.harness.replay.ec2_template import ASSOCIATION, INSTANCE, PUBLIC_IP, STOP_REASON, TAG, VOLUME

OWNER = "123456789012"
REGION = "us-east-1"
VPC = "vpc-0a1b2c3d4e5f60718"
ZONES = {"us-east-1a": "use1-az4", "us-east-1b": "use1-az6", "us-east-1c": "use1-az1"}
SUBNETS = dict(
    zip(ZONES, ("subnet-0aa11bb22cc33dd44", "subnet-0bb22cc33dd44ee55", "subnet-0cc33dd44ee55ff66"), strict=True)
)
GROUPS = {"sg-0f1e2d3c4b5a69788": "web", "sg-0123456789abcdef0": "database", "sg-0fedcba9876543210": "internal"}
IMAGES = {"x86_64": "ami-0c02fb55956c7d316", "arm64": "ami-0b0dcb5067f052a63"}
KEY_PAIRS = ("operations", "deploy")
TYPES = {
    # name: (cores, threads a core, memory MiB, architecture)
    "t3.micro": (1, 2, 1024, "x86_64"),
    "t3.medium": (1, 2, 4096, "x86_64"),
    "m5.large": (1, 2, 8192, "x86_64"),
    "m5.2xlarge": (4, 2, 32768, "x86_64"),
    "c6g.xlarge": (4, 1, 8192, "arm64"),
    "r6i.4xlarge": (8, 2, 131072, "x86_64"),
}
_TEAMS = ("payments", "search", "logistics", "identity", "analytics", "platform")
_ENVIRONMENTS = ("prod", "staging", "test", "dev")
_EPOCH = dt.datetime(2024, 1, 1, tzinfo=dt.UTC)
STATE_CODES = {"pending": 0, "running": 16, "terminated": 48, "stopping": 64, "stopped": 80}


@dataclass(frozen=True)
class Facts:
    """What filters ask about, and what the rendering starts from."""

    number: int
    instance_id: str
    name: str
    state: str
    type: str
    zone: str
    digits: str
    """Random hexadecimal digits, the same for every revision."""
    revision: int

    @property
    def tags(self) -> dict[str, str]:
        tags = {
            "Name": self.name,
            "env": _ENVIRONMENTS[int(self.digits[100], 16) % 4],
            "team": _TEAMS[int(self.digits[101], 16) % 6],
            "cost-center": f"cc-{int(self.digits[102:105], 16) % 900 + 100}",
        }
        if self.number % 3 == 0:
            tags["aws:autoscaling:groupName"] = f"asg-{tags['team']}-{tags['env']}"
        if self.revision:
            tags["revision"] = str(self.revision)
        return tags

    @property
    def private_ip(self) -> str:
        return f"10.{64 + self.number // 65_536}.{self.number // 256 % 256}.{self.number % 256}"


def facts(seed: int, number: int, revision: int = 0) -> Facts:
    digits = hashlib.blake2b(f"{seed}:{number}".encode()).hexdigest()
    stopped = int(digits[0], 16) < 2
    if revision % 2:
        stopped = not stopped
    team = _TEAMS[int(digits[101], 16) % 6]
    return Facts(
        number=number,
        instance_id=f"i-0{digits[2:18]}",
        name=f"{team}-{number:06d}",
        state="stopped" if stopped else "running",
        type=list(TYPES)[int(digits[106:108], 16) % len(TYPES)],
        zone=list(ZONES)[int(digits[108:110], 16) % len(ZONES)],
        digits=digits,
        revision=revision,
    )


def reservation_open(seed: int, number: int) -> bytes:
    """The head of the reservation whose first instance has that number."""
    digits = hashlib.blake2b(f"{seed}:r{number}".encode(), digest_size=16).hexdigest()
    return (
        "        <item>\n"
        f"            <reservationId>r-0{digits[:16]}</reservationId>\n"
        f"            <ownerId>{OWNER}</ownerId>\n"
        "            <groupSet/>\n"
        "            <instancesSet>\n"
    ).encode()


RESERVATION_CLOSE = b"            </instancesSet>\n        </item>\n"


def reservation_size(seed: int, first: int) -> int:
    """How many instances the reservation that begins at `first` holds: mostly one, sometimes up to five."""
    draw = hashlib.blake2b(f"{seed}:s{first}".encode(), digest_size=2).digest()
    return draw[1] % 4 + 2 if draw[0] < 26 else 1


def render(seed: int, number: int, revision: int = 0) -> bytes:
    """The `<item>` of an instance, as it stands in an instancesSet."""
    it = facts(seed, number, revision)
    digits = it.digits
    running = it.state == "running"
    cores, threads, _, architecture = TYPES[it.type]
    launched = _EPOCH + dt.timedelta(minutes=int(digits[20:24], 16) * 10 + revision)
    attached = launched + dt.timedelta(seconds=1)
    group = list(GROUPS)[int(digits[110], 16) % len(GROUPS)]
    public = f"52.{int(digits[24:26], 16)}.{number // 256 % 256}.{number % 256}" if number % 2 == 0 and running else ""
    values = {
        "id": it.instance_id,
        "image": IMAGES[architecture],
        "code": STATE_CODES[it.state],
        "state": it.state,
        "private_dns": f"ip-{it.private_ip.replace('.', '-')}.ec2.internal",
        "public_dns": f"<dnsName>{_public_dns(public)}</dnsName>" if public else "<dnsName/>",
        "reason": "<reason/>" if running else "<reason>User initiated (2024-06-01 08:00:00 GMT)</reason>",
        "key": KEY_PAIRS[number % len(KEY_PAIRS)],
        "type": it.type,
        "launched": launched.strftime("%Y-%m-%dT%H:%M:%S.000Z"),
        "attached": attached.strftime("%Y-%m-%dT%H:%M:%S.000Z"),
        "zone": it.zone,
        "zone_id": ZONES[it.zone],
        "monitoring": "enabled" if number % 5 == 0 else "disabled",
        "subnet": SUBNETS[it.zone],
        "vpc": VPC,
        "private_ip": it.private_ip,
        "public_ip": PUBLIC_IP.format(public) if public else "",
        "group": group,
        "group_name": GROUPS[group],
        "state_reason": "" if running else STOP_REASON,
        "architecture": architecture,
        "volumes": "".join(
            VOLUME.format(device, f"vol-0{digits[at : at + 16]}", attached.strftime("%Y-%m-%dT%H:%M:%S.000Z"), deleted)
            for device, at, deleted in (("/dev/xvda", 26, "true"), ("/dev/sdf", 42, "false"))[: 1 + (number % 4 == 0)]
        ),
        "client_token": f"{digits[58:66]}-{digits[66:70]}-4{digits[70:73]}-a{digits[73:76]}-{digits[76:88]}",
        "tags": "".join(TAG.format(key, value) for key, value in it.tags.items()),
        "interface": f"eni-0{digits[84:100]}",
        "attachment": f"eni-attach-0{digits[60:76]}",
        "mac": "0a:" + ":".join(digits[i : i + 2] for i in range(112, 122, 2)),
        "association": ASSOCIATION.format(public, _public_dns(public)) if public else "",
        "inner_association": _indented(ASSOCIATION.format(public, _public_dns(public))) if public else "",
        "owner": OWNER,
        "cores": cores,
        "threads": threads,
    }
    return (INSTANCE % values).encode()


def _public_dns(address: str) -> str:
    return f"ec2-{address.replace('.', '-')}.compute-1.amazonaws.com"


def _indented(text: str) -> str:
    return "".join(f"        {line}" for line in text.splitlines(keepends=True))
