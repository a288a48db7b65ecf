"""Native ids that look random, never collide, and can be turned back into the position they were made from.

That is what lets a cloud of 100,000 instances answer `find` without ever having listed itself.
"""

from hashlib import blake2b

_BITS = 56
_MASK = (1 << _BITS) - 1
_INDEX_BITS = 50
_MULTIPLIER = 0x9E3779B97F4A7D  # odd, so that it has an inverse modulo 2**56
_INVERSE = pow(_MULTIPLIER, -1, 1 << _BITS)


def number(text: str) -> int:
    """A 64-bit number of `text`, the same in every process."""
    return int.from_bytes(blake2b(text.encode(), digest_size=8).digest(), "big")


def mixed(value: int) -> int:
    """64 well spread bits of a number; a hash for dice, not for security."""
    value = (value * 0x9E3779B97F4A7C15 + 0x7F4A7C15) & 0xFFFFFFFFFFFFFFFF
    value = ((value ^ (value >> 30)) * 0xBF58476D1CE4E5B9) & 0xFFFFFFFFFFFFFFFF
    value = ((value ^ (value >> 27)) * 0x94D049BB133111EB) & 0xFFFFFFFFFFFFFFFF
    return value ^ (value >> 31)


class IdForge:
    """Ids of one kind. `prefix` "" gives UUIDs, else prefix + 17 hexadecimal digits."""

    __slots__ = ("_key", "_prefix", "_salt")

    def __init__(self, world_key: str, kind: str, prefix: str = "") -> None:
        self._salt = f"{world_key}/{kind}".encode()
        self._key = number(f"{world_key}/{kind}") & _MASK
        self._prefix = prefix

    def encode(self, region: int, index: int) -> str:
        """region: 0..63; index: below 2**50."""
        code = (((region << _INDEX_BITS) | index) * _MULTIPLIER & _MASK) ^ self._key
        lead = f"{code:014x}"
        fill = blake2b(lead.encode(), digest_size=8, key=self._salt[:64]).hexdigest()
        if self._prefix:
            return f"{self._prefix}{lead}{fill[:3]}"
        return f"{lead[:8]}-{lead[8:12]}-4{lead[12:]}{fill[0]}-a{fill[1:4]}-{fill[4:16]}"

    def decode(self, native_id: str) -> tuple[int, int] | None:
        """Region and index of an id this forge made; None for any other text."""
        if self._prefix:
            lead = native_id[len(self._prefix) : len(self._prefix) + 14]
        else:
            lead = native_id[:8] + native_id[9:13] + native_id[15:17]
        try:
            code = int(lead, 16)
        except ValueError:
            return None
        if not 0 <= code <= _MASK:
            return None
        plain = (code ^ self._key) * _INVERSE & _MASK
        region, index = plain >> _INDEX_BITS, plain & ((1 << _INDEX_BITS) - 1)
        return (region, index) if self.encode(region, index) == native_id else None
