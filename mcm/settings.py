"""Every environment variable mcm reads, typed, with its meaning. Nothing else reads the environment."""

from functools import cached_property
from pathlib import Path

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """Flags of the command line win over these, these over the defaults."""

    model_config = SettingsConfigDict(env_prefix="MCM_", extra="ignore", frozen=True)

    data_dir: Path = Field(default=Path("~/.local/share/mcm"), description="where the embedded database and keys live")
    database_url: str = Field(default="", description="SQLAlchemy URL; empty: SQLite in the data directory")
    master_key_file: Path | None = Field(
        default=None, description="32 random bytes, base64; default: data_dir/master.key"
    )
    listen: str = Field(default="127.0.0.1:8080", description="address and port of `mcm serve` and `mcm demo`")
    server: str = Field(default="", description="URL of a running server for the command line")
    token: str = Field(default="", description="API token for that server")
    log_level: str = Field(default="INFO", description="DEBUG, INFO, WARNING or ERROR")
    outbound_proxy: str = Field(default="", description="HTTP proxy for all calls to clouds")
    no_proxy: str = Field(default="", description="hosts that are reached directly, comma separated")
    allowed_private_hosts: str = Field(
        default="",
        description="hosts, addresses or networks in private ranges that clouds' catalogues may lead to, comma "
        "separated; * allows all. What an account's configuration itself names is always allowed",
    )
    workers: int = Field(default=16, ge=1, le=256, description="threads that read clouds")
    account_slots: int = Field(default=4, ge=1, le=64, description="reads of one account at the same time")
    read_deadline_s: int = Field(default=900, ge=5, description="longest time one scope may be read, seconds")
    hot_interval_s: int = Field(default=300, ge=5, description="cadence of hot kinds, seconds")
    slow_interval_s: int = Field(default=3600, ge=5, description="cadence of slow kinds, seconds")
    deep_interval_s: int = Field(default=86_400, ge=5, description="cadence of kinds that rarely change, seconds")
    calls_per_second: float = Field(default=50.0, gt=0, description="rate of calls per account, service and region")
    tombstone_days: int = Field(default=180, ge=1, description="how long a vanished resource is kept")

    @cached_property
    def directory(self) -> Path:
        return self.data_dir.expanduser()

    @cached_property
    def database(self) -> str:
        """The SQLAlchemy URL. May hold a password: never log it; `mcm.db.engine.shown` gives the printable form."""
        return self.database_url or f"sqlite:///{self.directory / 'mcm.db'}"

    @cached_property
    def master_key(self) -> Path:
        return (self.master_key_file or self.directory / "master.key").expanduser()

    @property
    def embedded(self) -> bool:
        return self.database.startswith("sqlite")

    @property
    def address(self) -> tuple[str, int]:
        """Host and port of `listen`; ValueError when it has another shape."""
        host, _, port = self.listen.rpartition(":")
        return host.strip("[]") or "127.0.0.1", int(port)

    @property
    def loopback_allowed(self) -> bool:
        """Local mode: mcm itself listens on loopback only, so whoever names a loopback address is on this machine."""
        return self.address[0] in ("127.0.0.1", "::1", "localhost")
