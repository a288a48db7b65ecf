"""Master keys in the HTTP API: names and numbers, never a key."""

from datetime import datetime
from typing import Literal

from pydantic import BaseModel


class KeyItem(BaseModel):
    """state: current seals new values; former opens old ones; lost opens nothing any more.

    at_hand: this process has it. values: how many are sealed with it."""

    id: str
    state: Literal["current", "former", "lost", "unknown"]
    at_hand: bool
    values: int
    created_at: datetime | None


class KeyList(BaseModel):
    """source: file, environment or transit. where: the file, the variable, or the key server and its key.

    current: None when the key is not there; problem then says why. unfinished: a rotation was interrupted."""

    items: list[KeyItem]
    source: str
    where: str
    current: str | None
    unfinished: bool
    problem: str


class AbandonAnswer(BaseModel):
    """lost: ids of the keys given up. key_id: what seals from now on; "" in a dry run. secrets: how many values of
    accounts went; the others are names. rows: of the audit trail, in so many segments: readable, and not proven."""

    lost: list[str]
    key_id: str = ""
    accounts: list[str]
    secrets: int
    second_factors: list[str]
    providers: list[str]
    webhooks: list[str]
    segments: int
    rows: int
    where: str
    dry_run: bool = False


class RotationAnswer(BaseModel):
    """key_id: what seals from now on. former: what sealed before. values: how many were sealed anew.

    resumed: an interrupted rotation was finished, and no new key made."""

    key_id: str
    former: list[str]
    values: int
    source: str
    where: str
    resumed: bool = False
    dry_run: bool = False
