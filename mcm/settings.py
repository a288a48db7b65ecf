"""Every environment variable mcm reads, typed, with its meaning. Nothing else reads the environment."""

from functools import cached_property
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

from pydantic import AliasChoices, Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

from mcm.kit.money import Currency


class Settings(BaseSettings):
    """Flags of the command line win over these, these over the defaults."""

    model_config = SettingsConfigDict(env_prefix="MCM_", extra="ignore", frozen=True, populate_by_name=True)

    data_dir: Path = Field(default=Path("~/.local/share/mcm"), description="where the embedded database and keys live")
    database_url: str = Field(default="", description="SQLAlchemy URL; empty: SQLite in the data directory")
    master_key_file: Path | None = Field(
        default=None, description="32 random bytes, base64; default: data_dir/master.key"
    )
    master_key: SecretStr = Field(default=SecretStr(""), description="the master key itself, base64, instead of a file")
    master_key_old: SecretStr = Field(
        default=SecretStr(""), description="the former MCM_MASTER_KEY, for the one run of `mcm keys rotate`"
    )
    transit_url: str = Field(
        default="", description="HashiCorp Vault or OpenBao, whose transit engine keeps the master key"
    )
    transit_mount: str = Field(default="transit", description="where the transit engine is mounted there")
    transit_key: str = Field(default="mcm", pattern=r"^[A-Za-z0-9_.-]+$", description="name of the key there")
    transit_token_file: Path | None = Field(default=None, description="file with a token for the key server")
    transit_role_id: str = Field(default="", description="AppRole for the key server, instead of a token")
    transit_secret_id_file: Path | None = Field(default=None, description="file with that AppRole's secret id")
    transit_ca_file: Path | None = Field(
        default=None, description="certificates of the key server's own authority, PEM"
    )
    transit_namespace: str = Field(default="", description="namespace at the key server")
    listen: str = Field(default="127.0.0.1:8080", description="address and port of `mcm serve` and `mcm demo`")
    currency: Currency = Field(
        default="USD",
        description="ISO 4217: what savings, comparisons, placements and plans are reckoned in unless asked otherwise",
    )
    login: Literal["auto", "required"] = Field(
        default="auto",
        description="required: everybody signs in. auto: so too, but while there is no user, whoever reaches a "
        "loopback listener without a public URL may do everything",
    )
    public_url: str = Field(
        default="",
        description="https://… under which people reach mcm through a proxy that ends TLS; needed beyond loopback",
    )
    trusted_proxies: str = Field(
        default="",
        description="addresses or networks of the proxies whose X-Forwarded-For is believed, comma separated",
    )
    requests_per_second: float = Field(
        default=100.0,
        ge=0,
        description="how often one user or token may ask, one source four times as often; 0: no limit",
    )
    metrics_open: bool = Field(
        default=False, description="/metrics without a token although mcm asks for a login; local mode never asks"
    )
    otlp_endpoint: str = Field(
        default="",
        validation_alias=AliasChoices("MCM_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT"),
        description="collector that traces are sent to by OTLP over HTTP (extra otel); empty: none are made",
    )
    config_dir: Path = Field(default=Path("~/.config/mcm"), description="where the command line keeps its contexts")
    server: str = Field(default="", description="URL of a running server for the command line")
    token: str = Field(default="", description="API token for that server")
    log_level: str = Field(default="INFO", description="DEBUG, INFO, WARNING or ERROR")
    log_format: Literal["text", "json"] = Field(
        default="text", description="text: lines for people; json: one object for each line"
    )
    outbound_proxy: str = Field(default="", description="HTTP proxy for all calls to clouds")
    no_proxy: str = Field(default="", description="hosts that are reached directly, comma separated")
    allowed_private_hosts: str = Field(
        default="",
        description="hosts, addresses or networks in private ranges that clouds' catalogues may lead to, comma "
        "separated; * allows all. What an account's configuration itself names is always allowed",
    )
    background: Literal["process", "in_process"] = Field(
        default="process",
        description="where `mcm serve` reads clouds and carries out operations: in a process of its own, so that "
        "requests do not wait for it, or in the server's",
    )
    worker_nice: int = Field(
        default=10, ge=0, le=19, description="how far the process that reads clouds lets others go first"
    )
    workers: int = Field(default=16, ge=1, le=256, description="threads that read clouds")
    account_slots: int = Field(default=4, ge=1, le=64, description="reads of one account at the same time")
    operation_slots: int = Field(
        default=8, ge=1, le=256, description="operations that one account's cloud works on at the same time"
    )
    move_slots: int = Field(
        default=2, ge=1, le=32, description="moves to other clouds that work on one source account at the same time"
    )
    approval_above: int = Field(
        default=20, ge=0, description="a plan with more targets than this needs the approval of somebody else"
    )
    plan_hours: int = Field(default=24, ge=1, le=720, description="how long a plan, and an approval, holds, hours")
    destroy_per_request: int = Field(
        default=20, ge=0, description="what one request may destroy without an approved plan, number of resources"
    )
    destroy_per_day: int = Field(
        default=50, ge=0, description="what may be destroyed in one account within 24 hours without an approved plan"
    )
    retirement_notice_days: int = Field(
        default=7, ge=0, le=90, description="how long before its retirement a resource is reminded of, days"
    )
    event_streams: int = Field(
        default=200, ge=1, le=10_000, description="how many may follow the events of one server at the same time"
    )
    event_streams_each: int = Field(
        default=10, ge=1, le=1_000, description="how many of these one user may have; tokens count for their owner"
    )
    price_keys: str = Field(
        default="",
        description="files with the public keys (PEM, Ed25519) whose price bundles are believed, comma separated",
    )
    price_upload_mib: int = Field(
        default=512, ge=1, le=1_048_576, description="largest price list or bundle that may be sent for import, MiB"
    )
    charge_upload_mib: int = Field(
        default=4096, ge=1, le=1_048_576, description="largest bill that may be sent for import, MiB"
    )
    charge_unpacked_mib: int = Field(
        default=65_536, ge=1, le=16_777_216, description="most that a bill may be once it is unpacked, in all, MiB"
    )
    optimizer_memory_mib: int = Field(
        default=2048,
        ge=256,
        le=1_048_576,
        description="memory that the process may take that searches for `mcm optimize`, MiB",
    )
    optimizer_runs_each: int = Field(
        default=10, ge=1, le=1_000, description="optimizations that wait or run for one tenant at the same time"
    )
    smtp_url: str = Field(
        default="",
        pattern=r"^(smtps?://[^\s/?#]+)?$",
        description="mail server for notices: smtp://[USER@]HOST:PORT (STARTTLS) or smtps://…; empty: no mail is sent",
    )
    smtp_password_file: Path | None = Field(default=None, description="file with that user's password")
    mail_from: str = Field(default="", description="sender address of notices by mail")
    read_deadline_s: int = Field(default=900, ge=5, description="longest time one scope may be read, seconds")
    hot_interval_s: int = Field(default=300, ge=5, description="cadence of hot kinds, seconds")
    slow_interval_s: int = Field(default=3600, ge=5, description="cadence of slow kinds, seconds")
    deep_interval_s: int = Field(default=86_400, ge=5, description="cadence of kinds that rarely change, seconds")
    calls_per_second: float = Field(default=50.0, gt=0, description="rate of calls per account, service and region")
    utilisation_interval_s: int = Field(
        default=21_600, ge=300, description="how often clouds are asked what instances and hosts use, seconds"
    )
    utilisation_days: int = Field(default=400, ge=14, description="how long what was used is kept, days")
    tombstone_days: int = Field(default=180, ge=1, description="how long a vanished resource is kept")
    audit_days: int = Field(default=365, ge=180, description="how long the audit trail is kept, 180 days at least")
    audit_head_file: Path | None = Field(
        default=None, description="file to which the signed head of the audit trail is appended"
    )
    audit_syslog: str = Field(
        default="",
        pattern=r"^(udp://.+:[0-9]{1,5}|(unix://)?/.+)?$",
        description="where the signed head of the audit trail is sent: udp://HOST:PORT or unix:///dev/log",
    )

    @cached_property
    def directory(self) -> Path:
        return self.data_dir.expanduser()

    @cached_property
    def database(self) -> str:
        """The SQLAlchemy URL. May hold a password: never log it; `mcm.db.engine.shown` gives the printable form."""
        return self.database_url or f"sqlite:///{self.directory / 'mcm.db'}"

    @cached_property
    def key_file(self) -> Path:
        """The master key's file, unless the key is elsewhere."""
        return (self.master_key_file or self.directory / "master.key").expanduser()

    def revealed(self) -> dict[str, Any]:
        """All of them as JSON knows them, secrets in clear: for a pipe to a process of ours and nothing else."""
        return {name: _plain(getattr(self, name)) for name in type(self).model_fields}

    @property
    def embedded(self) -> bool:
        return self.database.startswith("sqlite")

    @property
    def address(self) -> tuple[str, int]:
        """Host and port of `listen`; ValueError when it has another shape."""
        host, _, port = self.listen.rpartition(":")
        return host.strip("[]") or "127.0.0.1", int(port)

    @property
    def own_machine(self) -> bool:
        """Nobody but this machine reaches mcm, and no login is demanded by configuration."""
        return self.loopback_allowed and not self.public_url and self.login != "required"

    @property
    def over_tls(self) -> bool:
        """People reach mcm over TLS, which a proxy in front ends."""
        return self.public_url.lower().startswith("https://")

    @property
    def origin(self) -> str:
        """Scheme, host and port of `public_url` as a browser's Origin header has them."""
        parts = urlsplit(self.public_url.lower())
        port = {"https": ":443", "http": ":80"}.get(parts.scheme, "")
        return f"{parts.scheme}://{parts.netloc.removesuffix(port) if port else parts.netloc}"

    @property
    def loopback_allowed(self) -> bool:
        """Local mode: mcm itself listens on loopback only, so whoever names a loopback address is on this machine."""
        return self.address[0] in ("127.0.0.1", "::1", "localhost")


def _plain(value: object) -> object:
    if isinstance(value, SecretStr):
        return value.get_secret_value()
    return str(value) if isinstance(value, Path) else value
