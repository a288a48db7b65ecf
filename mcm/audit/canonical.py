"""What the chain's codes are computed over: bytes that are the same on every database, and stay so when copied.

A row's mac = HMAC-SHA-256(segment key, former row's mac · JSON array of COLUMNS in this order, keys sorted). Times are
text in microseconds UTC. The order of COLUMNS and the shape of every array here are the format: they do not change.
"""

import hmac
import math
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import orjson

from mcm.kit import clock

COLUMNS = (
    *("seq", "segment", "at", "tenant_id", "principal_id", "principal_name", "method", "token_id", "source", "action"),
    *("target_kind", "target_id", "phase", "outcome", "request_id", "provider_request_id", "details"),
)
NO_SEAL = bytes(32)
_EXACT = 2**53


def plain(value: Any) -> Any:
    """JSON that SQLite's text and PostgreSQL's JSONB give back unchanged.

    JSONB knows no float: 1e20 comes back as an integer, 1.0 keeps its point, -0.0 loses its sign.
    """
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, str):
        return text(value)
    if isinstance(value, int):
        return int(value) if -(2**63) <= value < 2**63 else str(int(value))
    if isinstance(value, float):
        return _number(value)
    if isinstance(value, Mapping):
        return {text(str(key)): plain(item) for key, item in value.items()}
    if isinstance(value, Sequence | set | frozenset) and not isinstance(value, bytes):
        return [plain(item) for item in value]
    return clock.to_text(value) if isinstance(value, datetime) else text(str(value))


def text(value: str) -> str:
    """PostgreSQL takes no NUL, and neither takes half a character: clouds have sent both as names."""
    if value.isascii() and "\0" not in value:
        return value
    return value.replace("\0", "\ufffd").encode("utf-8", "replace").decode()


def row_mac(key: bytes, former: bytes, values: Sequence[Any]) -> bytes:
    """values: of COLUMNS. Raises TypeError for what no row of ours holds."""
    return hmac.digest(key, former + orjson.dumps(values, option=orjson.OPT_SORT_KEYS), "sha256")


def values_of(row: Mapping[str, Any]) -> list[Any]:
    return [clock.to_text(row[name]) if name == "at" else row[name] for name in COLUMNS]


def fact_mac(key: bytes, what: str, *facts: Any) -> bytes:
    """what: anchor, seal, pruned or head, so that none passes for another."""
    shown = [_shown(fact) for fact in facts]
    return hmac.digest(key, b"mcm-audit\0" + orjson.dumps([what, *shown]), "sha256")


def _shown(fact: Any) -> Any:
    if isinstance(fact, bytes):
        return fact.hex()
    return clock.to_text(fact) if isinstance(fact, datetime) else fact


def _number(value: float) -> Any:
    if not math.isfinite(value) or (value.is_integer() and abs(value) >= _EXACT):
        return str(value)
    return int(value) if value.is_integer() else float(value)
