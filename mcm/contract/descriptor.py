"""What mcm knows of a provider before its SDK is imported."""

from collections.abc import Mapping
from enum import StrEnum

from pydantic import BaseModel, ConfigDict

from mcm.contract.capabilities import Capability
from mcm.contract.connection import ConnectionSchema
from mcm.contract.kinds import ResourceKind


class Text(BaseModel):
    """A sentence in both languages; `{name}` stands for a parameter."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    en: str
    zh: str


class Cadence(StrEnum):
    """How often a kind is read: hot every 5 minutes, slow every 60, deep once a night."""

    HOT = "hot"
    SLOW = "slow"
    DEEP = "deep"


class KindSupport(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    cadence: Cadence = Cadence.SLOW
    feed: bool = False


class ActionSupport(BaseModel):
    """How a provider does one action.

    absent: a code of the message catalogue that says why it cannot; "" when it can. states: canonical states in which
    this cloud takes it, where they differ from the action's own. needs: parameters that this cloud cannot do without;
    ignores: those that it has no use for, and that are refused so that nobody believes in them. unlisted: those whose
    values the inventory need not know (an image of the cloud's own catalogue).
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    absent: str = ""
    states: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    ignores: tuple[str, ...] = ()
    unlisted: tuple[str, ...] = ()


class ImageSupport(BaseModel):
    """What a move between clouds has to know.

    export_absent, import_absent: codes of the message catalogue that say why the bytes of images cannot be had, or
    taken in; "" where the capability is there. root_volume: `instance.create_image` takes `volume`, so that an image
    of an instance that starts from a volume holds that volume's bytes. root_within: it does so without being asked, as
    disks belong to instances there; further volumes cannot be asked for.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    export_absent: str = ""
    import_absent: str = ""
    root_volume: bool = False
    root_within: bool = False


class ProviderDescriptor(BaseModel):
    """Data only: the module that holds it imports no SDK.

    adapter: "package.module:Class", imported when the first account connects.
    extra: the optional dependency group that installs the SDK; sdk: a module that is importable once it is there.
    messages: the sentences of every `Reason.code` this provider gives.
    proven: actions that a real server has shown (see `mcm.contract.actions.proven`).
    actions: by action id; where the capability ACTIONS is there, all of `mcm.contract.actions.ACTIONS`.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    title: Text
    adapter: str
    extra: str = ""
    sdk: str = ""
    connection: ConnectionSchema
    kinds: Mapping[ResourceKind, KindSupport]
    capabilities: frozenset[Capability] = frozenset({Capability.INVENTORY})
    messages: Mapping[str, Text] = {}
    actions: Mapping[str, ActionSupport] = {}
    proven: frozenset[str] = frozenset()
    images: ImageSupport = ImageSupport()
    # The section this provider reads from the cloud's own file (clouds.yaml …), "package.module:function"; see
    # `mcm account add --from-file`. Called as function(path, profile) -> (config, secrets).
    import_file: str = ""
