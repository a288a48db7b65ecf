"""The one table of what can be asked for: the envelope's fields and every typed attribute of the contract.

A name of the envelope wins over an attribute of the same name, which is then reached as `attributes.NAME`.
"""

from dataclasses import dataclass
from enum import StrEnum

from mcm.contract.kinds import ResourceKind
from mcm.contract.states import CommonState, InstanceState, VolumeState
from mcm.filters.attributes import AttributeShape, attribute_shapes


class FieldType(StrEnum):
    TEXT = "text"
    CHOICE = "choice"
    NUMBER = "number"
    BOOLEAN = "boolean"
    TIME = "time"
    AGE = "age"
    MAP = "map"
    OBJECTS = "objects"


class Source(StrEnum):
    """Where a value comes from: a column, the JSON attributes, or a rule of its own in `compile`."""

    COLUMN = "column"
    ATTRIBUTE = "attribute"
    MAP = "map"
    ACCOUNT = "account"
    ACCOUNT_ID = "account_id"
    OWNERSHIP = "ownership"
    PROJECT = "project"
    PRESENCE = "presence"
    ADDRESS = "address"


@dataclass(frozen=True, slots=True)
class Field:
    """column: the column's or attribute's name. member: a field of the objects in a list (`rules.peer`).

    many: a list, of which any element may match. choices: the only values it can have.
    """

    name: str
    type: FieldType
    source: Source
    column: str
    meaning: str
    member: str = ""
    many: bool = False
    choices: tuple[str, ...] = ()


PRESENCES = ("present", "missing", "gone", "stale", "unreachable")
OWNERSHIPS = ("private", "public", "hosted")
MANAGED = ("observed", "managed", "protected")
DATA_CLASSES = ("public", "internal", "confidential", "restricted")
STATES = tuple(dict.fromkeys([*InstanceState, *VolumeState, *CommonState]))
ADDRESS_ATTRIBUTES = (
    "private_ips",
    "public_ips",
    "ips",
    "address",
    "private_address",
    "addresses",
    "external_ips",
)

_TEXT, _TIME, _CHOICE = FieldType.TEXT, FieldType.TIME, FieldType.CHOICE
_ENVELOPE = (
    Field("id", _TEXT, Source.COLUMN, "id", "mcm's own id"),
    Field("kind", _CHOICE, Source.COLUMN, "kind", "instance, volume, …", choices=tuple(map(str, ResourceKind))),
    Field("name", _TEXT, Source.COLUMN, "name", "the name at the cloud"),
    Field("native_id", _TEXT, Source.COLUMN, "native_id", "the cloud's own id"),
    Field("native_kind", _TEXT, Source.COLUMN, "native_kind", "the cloud's own word for the kind"),
    Field("provider", _TEXT, Source.COLUMN, "provider", "the adapter that read it"),
    Field("account", _TEXT, Source.ACCOUNT, "", "name of an account that sees it"),
    Field("account_id", _TEXT, Source.ACCOUNT_ID, "account_id", "id of an account that sees it"),
    Field("ownership", _CHOICE, Source.OWNERSHIP, "", "of the account it is read through", choices=OWNERSHIPS),
    Field("region", _TEXT, Source.COLUMN, "region", "the cloud's region"),
    Field("zone", _TEXT, Source.COLUMN, "zone", "availability zone"),
    Field("project", _TEXT, Source.PROJECT, "project", "id or name of the cloud's own tenant"),
    Field("project_id", _TEXT, Source.COLUMN, "project", "id of the cloud's own tenant"),
    Field("project_name", _TEXT, Source.COLUMN, "project_name", "name of the cloud's own tenant"),
    Field("state", _CHOICE, Source.COLUMN, "state", "canonical state", choices=tuple(map(str, STATES))),
    Field("native_state", _TEXT, Source.COLUMN, "native_state", "the cloud's word for the state"),
    Field("task_state", _TEXT, Source.COLUMN, "task_state", "what is in flight"),
    Field("presence", _CHOICE, Source.PRESENCE, "presence", "how sure its existence is", choices=PRESENCES),
    Field("tags", FieldType.MAP, Source.MAP, "tags", "the cloud's tags"),
    Field("labels", FieldType.MAP, Source.MAP, "labels", "mcm's own labels"),
    Field("owner", _TEXT, Source.COLUMN, "owner", "who answers for it"),
    Field("data_class", _CHOICE, Source.COLUMN, "data_class", "class of the data in it", choices=DATA_CLASSES),
    Field("managed", _CHOICE, Source.COLUMN, "managed", "what mcm may do to it", choices=MANAGED),
    Field("created_at", _TIME, Source.COLUMN, "created_at", "when the cloud made it"),
    Field("age", FieldType.AGE, Source.COLUMN, "created_at", "time since created_at (45m, 12h, 30d, 2w)"),
    Field("first_seen", _TIME, Source.COLUMN, "first_seen", "when mcm first saw it"),
    Field("last_changed", _TIME, Source.COLUMN, "valid_from", "when its content last changed"),
    Field("missing_since", _TIME, Source.COLUMN, "missing_since", "since when complete reads do not list it"),
    Field("gone_at", _TIME, Source.COLUMN, "gone_at", "when its absence was confirmed"),
    Field("ip", _TEXT, Source.ADDRESS, "", "any private or public address", many=True),
)
ALIASES = {"address": "ip"}


def _attribute(shape: AttributeShape, name: str) -> Field:
    source = Source.MAP if shape.type == "map" else Source.ATTRIBUTE
    meaning = f"of: {', '.join(shape.kinds)}"
    return Field(name, FieldType(shape.type), source, shape.name, meaning, member=shape.member, many=shape.many)


def _table() -> dict[str, Field]:
    fields = {field.name: field for field in _ENVELOPE}
    for shape in attribute_shapes():
        full = f"{shape.name}.{shape.member}" if shape.member else shape.name
        shadowed = shape.name in fields or shape.name in ALIASES
        name = f"attributes.{full}" if shadowed and not shape.member else full
        fields[name] = _attribute(shape, name)
    return fields


FIELDS: dict[str, Field] = _table()
