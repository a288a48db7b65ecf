"""What the actions ask for. An unknown key is refused; ids are the clouds' own (native) ids.

mcm checks them before anything is sent: shapes here, existence against the inventory.
"""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, SecretStr, StringConstraints

# What every cloud takes as a name: printable, no control characters, nothing at the ends that is trimmed away.
Name = Annotated[
    str,
    StringConstraints(
        min_length=1, max_length=80, pattern=r"^[^\s\x00-\x1f\x7f]([^\x00-\x1f\x7f]*[^\s\x00-\x1f\x7f])?$"
    ),
]
NativeId = Annotated[str, StringConstraints(min_length=1, max_length=255, pattern=r"^[^\x00-\x1f\x7f]+$")]
TagKey = Annotated[str, StringConstraints(min_length=1, max_length=60, pattern=r"^[^\s\x00-\x1f\x7f/,=]+$")]
TagValue = Annotated[str, StringConstraints(max_length=200, pattern=r"^[^\x00-\x1f\x7f]*$")]
Tags = Annotated[dict[TagKey, TagValue], Field(max_length=40)]
Cidr = Annotated[str, StringConstraints(min_length=3, max_length=49)]
Port = Annotated[int, Field(ge=0, le=65535)]
GiB = Annotated[int, Field(ge=1, le=65536)]


class Params(BaseModel):
    """No parameters; the base of all others."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class PowerParams(Params):
    """mode: soft asks the operating system, hard cuts the power."""

    mode: Literal["soft", "hard"] = "soft"


class InstanceCreate(Params):
    """Either `flavor` or `vcpus` and `memory_mib`, as the cloud has flavors or free sizes. user_data: cloud-init's, at
    most 16 KiB, kept encrypted. count is not asked: many are made by a plan."""

    name: Name
    image: NativeId
    flavor: NativeId | None = None
    vcpus: int | None = Field(None, ge=1, le=1024)
    memory_mib: int | None = Field(None, ge=64, le=33_554_432)
    networks: list[NativeId] = Field(default_factory=list, max_length=10)
    security_groups: list[NativeId] = Field(default_factory=list, max_length=20)
    keypair: NativeId | None = None
    zone: NativeId | None = None
    disk_gib: GiB | None = None
    folder: NativeId | None = None
    resource_pool: NativeId | None = None
    datastore: NativeId | None = None
    tags: Tags = Field(default_factory=dict)
    user_data: SecretStr | None = Field(None, max_length=16_384)


class InstanceResize(Params):
    flavor: NativeId | None = None
    vcpus: int | None = Field(None, ge=1, le=1024)
    memory_mib: int | None = Field(None, ge=64, le=33_554_432)


class Rename(Params):
    name: Name


class SetTags(Params):
    """`set` adds or replaces, `remove` takes away; other tags stay."""

    set: Tags = Field(default_factory=dict)
    remove: list[TagKey] = Field(default_factory=list, max_length=40)


class Snapshot(Params):
    """memory: with the memory of a running instance, where the cloud can."""

    name: Name
    memory: bool = False


class CreateImage(Params):
    """volume: one that is attached to the instance; the image holds its bytes. None: as the cloud makes images, which
    may be without the bytes of volumes."""

    name: Name
    volume: NativeId | None = None


class Revert(Params):
    """snapshot: the native id of a snapshot (or, where snapshots are images, of an image) of this instance."""

    snapshot: NativeId


class Migrate(Params):
    """host: where to; None lets the cloud choose."""

    host: NativeId | None = None


class VolumeCreate(Params):
    """snapshot, image: what it begins with; neither: it is empty."""

    name: Name
    size_gib: GiB
    zone: NativeId | None = None
    type: NativeId | None = None
    snapshot: NativeId | None = None
    image: NativeId | None = None
    tags: Tags = Field(default_factory=dict)


class Attach(Params):
    instance: NativeId


class Extend(Params):
    """size_gib: the new size, not what is added."""

    size_gib: GiB


class Rule(Params):
    """One rule. ports: both None for all of the protocol. cidr: whom it concerns."""

    direction: Literal["ingress", "egress"] = "ingress"
    protocol: Literal["tcp", "udp", "icmp", "any"] = "tcp"
    port_from: Port | None = None
    port_to: Port | None = None
    cidr: Cidr = "0.0.0.0/0"


class AllocateAddress(Params):
    """network: the outside network, where the cloud has several."""

    network: NativeId | None = None


class Associate(Params):
    instance: NativeId


class ImportKey(Params):
    """public_key: an OpenSSH public key on one line."""

    name: Name
    public_key: Annotated[
        str, StringConstraints(min_length=30, max_length=8_000, pattern=r"^(ssh|ecdsa|sk)-[^\r\n\x00]+$")
    ]
