"""What users, roles, sessions and tokens look like over HTTP. Passwords, codes and secrets go one way only."""

from datetime import datetime
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr, StringConstraints, model_validator

from mcm.auth.permissions import Permission
from mcm.auth.roles import Role

# No control characters; PostgreSQL could not even store the first of them.
_SEEN = r"^[^\x00-\x1f\x7f]*$"


def _no_id(name: str) -> str:
    if name.startswith("prn_"):
        raise ValueError("a name does not begin with prn_, as ids do")
    return name


Name = Annotated[
    str,
    StringConstraints(strip_whitespace=True, to_lower=True, pattern=r"^[A-Za-z0-9][A-Za-z0-9._@+-]{0,63}$"),
    Field(description="letters, digits and . _ @ + -, not prn_ at the beginning; capital letters are made small"),
    AfterValidator(_no_id),
]
# What was never a password of ours is refused before it costs a hash.
Password = Annotated[SecretStr, Field(max_length=1000)]
Code = Annotated[SecretStr, Field(max_length=40, description="six digits, or a recovery code")]
Text = Annotated[str, StringConstraints(strip_whitespace=True, max_length=200, pattern=_SEEN)]


class _Given(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Login(_Given):
    name: Annotated[str, Field(max_length=200)]
    password: Password
    code: Code | None = None


class Confirmation(_Given):
    password: Password
    code: Code | None = None


class NewPassword(_Given):
    old: Password
    new: Password


class CodeOnly(_Given):
    code: Code


class HeldIn(_Given):
    """The whole when nothing is given; a tenant and all below it; or one native project of an account."""

    tenant: Annotated[str | None, Field(max_length=1000, pattern=_SEEN, description="id, path or name")] = None
    account: Annotated[str | None, Field(max_length=200, pattern=_SEEN, description="name or id; needs project")] = None
    project: Annotated[
        str | None, Field(max_length=500, pattern=_SEEN, description="the cloud's own id of the project")
    ] = None

    @model_validator(mode="after")
    def _one_place(self) -> "HeldIn":
        if self.tenant is not None and (self.account is not None or self.project is not None):
            raise ValueError("give a tenant, or an account with a project, not both")
        if (self.account is None) != (self.project is None):
            raise ValueError("account and project belong together")
        return self


class BindingCreate(HeldIn):
    user: Annotated[str, Field(max_length=200, pattern=_SEEN, description="name or id")]
    role: Role
    allow_unknown_project: Annotated[
        bool, Field(description="also where nothing of this project was ever read: it may come")
    ] = False


class BindingItem(BaseModel):
    """held_in: where, by ids. place: the same in names, as they are now. given_by: created_by's name."""

    id: str
    user: str
    user_id: str
    role: Role
    held_in: str
    place: str = ""
    given_by: str = ""
    tenant_id: str | None
    account_id: str | None
    project: str | None
    issuer: str | None
    created_at: datetime
    created_by: str


class BindingAnswer(BindingItem):
    warnings: list[str] = []


class RoleItem(BaseModel):
    name: Role
    permissions: list[Permission]
    separated: bool


class Separation(_Given):
    on: bool


MustChange = Annotated[
    bool,
    Field(
        description="the password opens nothing but the way to a new one; false counts for one's own password, and "
        "from whoever owns the data directory"
    ),
]


class UserCreate(_Given):
    name: Name
    password: Password | None = None
    full_name: Text | None = None
    email: Text | None = None
    tenant: Annotated[
        str | None, Field(max_length=1000, pattern=_SEEN, description="id, path or name; default: the caller's own")
    ] = None
    roles: Annotated[list[Role], Field(max_length=9, description="held in the whole")] = []
    must_change: MustChange = True


class UserUpdate(_Given):
    full_name: Text | None = None
    email: Text | None = None
    password: Password | None = None
    must_change: MustChange = True


class UserItem(BaseModel):
    """roles: those held inside of what the caller may see."""

    id: str
    name: str
    full_name: str | None
    email: str | None
    tenant_id: str
    enabled: bool
    has_password: bool
    must_change: bool
    second_factor: bool
    issuers: list[str]
    roles: list[str]
    created_at: datetime
    last_login_at: datetime | None
    version: int


class SessionAnswer(BaseModel):
    """csrf_token: send it as X-CSRF-Token with every change. None for a token and in local mode."""

    user: str
    user_id: str
    method: str
    roles: list[str]
    permissions: list[str]
    must_change: bool = False
    second_factor: bool = False
    csrf_token: str | None = None
    confirmed_at: datetime | None = None
    expires_at: datetime | None = None
    login_required: bool
    demonstration: bool = Field(default=False, description="clouds and database are `mcm demo`'s: nothing is real")
    read_only: bool = Field(
        default=False,
        description="restored from a copy that nobody has confirmed: no cloud is read and nothing changed",
    )


class SessionItem(BaseModel):
    id: str
    current: bool
    method: str
    source: str
    client: str
    created_at: datetime
    seen_at: datetime
    expires_at: datetime


class TotpAnswer(BaseModel):
    """Shown once."""

    key: str | None
    uri: str | None


class RecoveryAnswer(BaseModel):
    """Shown once; each opens the door once."""

    recovery_codes: list[str] | None


class TokenCreate(_Given):
    name: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100, pattern=_SEEN)]
    permissions: Annotated[list[Permission] | None, Field(description="default: all that its owner holds")] = None
    days: Annotated[int, Field(ge=1, le=366)] = 90


class TokenItem(BaseModel):
    """made_with: the token that made it, and with which it ends: that of a command line at `mcm logout`."""

    id: str
    name: str
    user: str
    made_with: str | None = None
    permissions: list[str] | None
    created_at: datetime
    expires_at: datetime
    used_at: datetime | None
    used_from: str | None


class TokenAnswer(TokenItem):
    """token: shown once."""

    token: str | None = None


class DeviceStart(_Given):
    client: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100, pattern=_SEEN)]
    hours: Annotated[int, Field(ge=12, le=90 * 24, description="how long the token will hold")] = 24 * 30


class DeviceAnswer(BaseModel):
    device_code: str
    user_code: str
    verification_uri: str
    verification_uri_complete: str
    expires_in: int
    interval: int


class DevicePoll(_Given):
    device_code: Annotated[str, Field(max_length=200)]


class DeviceToken(BaseModel):
    token: str
    user: str
    expires_at: datetime


class DeviceItem(BaseModel):
    client: str
    source: str
    created_at: datetime
    expires_at: datetime
    hours: int


class DeviceDecision(_Given):
    user_code: Annotated[str, Field(max_length=40)]
    approve: bool


Plain = dict[str, Any]
