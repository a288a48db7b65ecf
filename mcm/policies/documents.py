"""What a policy is, as a document: `kind: PlacementPolicy`."""

import re
from datetime import date, datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, field_validator, model_validator

Severity = Literal["low", "medium", "high", "critical"]
Mode = Literal["enforce", "warn", "audit"]
Stage = Literal["placement", "running"]
Verb = Literal["require", "exclude", "prefer", "avoid"]
VERBS: tuple[Verb, ...] = ("require", "exclude", "prefer", "avoid")
SOFT = ("prefer", "avoid")
RESERVED = ("schema", "library", "evidence")
PolicyId = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$")]
_UNSEEN = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]")


def _listed(value: Any) -> Any:
    return [value] if isinstance(value, str) else value


def _seen(value: str) -> str:
    if _UNSEEN.search(value):
        raise ValueError("control and invisible characters are not allowed here")
    return value


Words = Annotated[str, StringConstraints(min_length=1, max_length=200)]
Texts = Annotated[list[Words], BeforeValidator(_listed), Field(max_length=100)]
# What the values may be hangs on the field: `mcm.policies.verbs` says what is wrong with them.
Matcher = dict[str, Any]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    @field_validator("*", mode="after")
    @classmethod
    def _readable(cls, value: Any) -> Any:
        return _seen(value) if isinstance(value, str) else value


class Scope(_Strict):
    """Whom the policy binds; what is empty asks nothing. tenants: by path, with all below them. labels: all of these.
    Of whom it is not known whether they are inside, the policy binds them."""

    tenants: Texts = []
    environments: Texts = []
    labels: Annotated[dict[Words, str], Field(max_length=20)] = {}


class Clause(_Strict):
    """when: of which workloads (none: of all). location: which locations are meant.

    Each is a mapping of fields to a value, to a list (one of them), or to operators such as `at_least: 4`."""

    when: Annotated[Matcher, Field(max_length=20)] = {}
    location: Annotated[Matcher, Field(max_length=20)] = {}

    @model_validator(mode="after")
    def _asks_something(self) -> "Clause":
        if not self.when and not self.location:
            raise ValueError("neither `when` nor `location` asks for anything")
        return self


class Rule(_Strict):
    """One of the verbs, or a text in CEL that is true where the workload may be (with a weight: where it should be).

    A text in the rule's place is its CEL."""

    require: Clause | None = None
    exclude: Clause | None = None
    prefer: Clause | None = None
    avoid: Clause | None = None
    cel: str | None = Field(None, min_length=1, max_length=4_000)
    weight: int | None = Field(None, ge=1, le=100, description="of a soft rule against others; default 1")

    @model_validator(mode="before")
    @classmethod
    def _text_is_cel(cls, given: Any) -> Any:
        return {"cel": given} if isinstance(given, str) else given

    @model_validator(mode="after")
    def _one(self) -> "Rule":
        given = [name for name in (*VERBS, "cel") if getattr(self, name) is not None]
        if len(given) != 1:
            raise ValueError(
                f"a rule has one of require, exclude, prefer, avoid and cel; here are {' and '.join(given) or 'none'}"
            )
        if self.weight is not None and given[0] in ("require", "exclude"):
            raise ValueError(f"`{given[0]}` is hard and has no weight; `prefer` and `avoid` have")
        return self

    @property
    def soft(self) -> bool:
        return self.prefer is not None or self.avoid is not None or (self.cel is not None and self.weight is not None)


class Example(_Strict):
    """A test of the policy: what it says to these facts. Of soft rules `allow` is what they prefer."""

    name: Words
    facts: Annotated[dict[str, Any], Field(max_length=50)]
    expect: Literal["allow", "deny"]


class ExceptionRequest(_Strict):
    """Asks for an exception when the policy is stored; it holds once somebody else has agreed (`approver`, if named).

    resource: an id. workload: a name. application: of which all is meant."""

    resource: Words | None = None
    workload: Words | None = None
    application: Words | None = None
    reason: Words
    expires: datetime
    approver: Words | None = None

    @field_validator("expires", mode="before")
    @classmethod
    def _end_of_day(cls, value: Any) -> Any:
        if isinstance(value, str) and re.fullmatch(r"\d{4}-\d{2}-\d{2}", value):
            return f"{date.fromisoformat(value)}T23:59:59+00:00"
        return value

    @model_validator(mode="after")
    def _of_something(self) -> "ExceptionRequest":
        if sum(one is not None for one in (self.resource, self.workload, self.application)) != 1:
            raise ValueError("an exception is for one of resource, workload and application")
        if self.expires.tzinfo is None:
            raise ValueError("expires: with its time zone, such as 2027-01-31T00:00:00Z, or a date alone")
        return self


class PlacementPolicy(_Strict):
    """applies: when a place is sought, to what runs already, or both. framework: whose demand it answers, such as
    `PCI-DSS 1.2.1`. message: `{workload.data_class}` and the like stand for values."""

    api_version: Literal["mcm/v1"] = Field(alias="apiVersion")
    kind: Literal["PlacementPolicy"]
    id: PolicyId
    title: Words
    title_zh: str = Field("", max_length=200)
    owner: Words
    severity: Severity = "medium"
    mode: Mode = "enforce"
    applies: Annotated[list[Stage], BeforeValidator(_listed), Field(min_length=1, max_length=2)] = [
        "placement",
        "running",
    ]
    framework: Texts = []
    scope: Scope = Scope()
    rule: Rule
    message: str = Field("", max_length=1_000)
    message_zh: str = Field("", max_length=1_000)
    examples: Annotated[list[Example], Field(max_length=50)] = []
    exceptions: Annotated[list[ExceptionRequest], Field(max_length=50)] = []

    @field_validator("id")
    @classmethod
    def _free(cls, value: str) -> str:
        if value in RESERVED:
            raise ValueError(f"'{value}' is a word of mcm's own; choose another id")
        return value
