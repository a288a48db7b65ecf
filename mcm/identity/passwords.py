"""Passwords: argon2id, a blocklist instead of composition rules, and the same work for names nobody has.

https://cheatsheetseries.owasp.org/cheatsheets/Password_Storage_Cheat_Sheet.html, OWASP ASVS 5.0 6.2.
"""

import re
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from importlib.resources import files
from itertools import pairwise
from threading import BoundedSemaphore

from argon2 import PasswordHasher, Type
from argon2.exceptions import InvalidHashError, VerificationError

from mcm.identity.errors import PasswordRefused, PasswordsBusy

SHORTEST, LONGEST = 12, 128
MEMORY_KIB, PASSES, LANES = 47_104, 2, 1
_LIST = "commonest_passwords.txt"
_CONTEXT = "mcm"
# Each hash takes 46 MiB: more at once would let strangers fill the memory.
_AT_ONCE = BoundedSemaphore(4)
# Whoever waits holds a thread that serves requests.
_PATIENCE_S = 2.0
_HASHER = PasswordHasher(PASSES, MEMORY_KIB, LANES, hash_len=32, salt_len=16, type=Type.ID)
_LEET = str.maketrans("@4310$5!7+", "aaeiossitt")
_AROUND = re.compile(r"^[\W\d_]{0,6}|[\W\d_]{0,6}$")


def hashed(password: str) -> str:
    """Raises PasswordsBusy."""
    with _turn():
        return _HASHER.hash(_normal(password))


@cache
def _nobodys() -> str:
    """What is verified for a user who has no password, or does not exist: the same work, and never true."""
    return hashed("nobody has this password: 3f0b6f0e2f")


def verify(stored: str | None, password: str) -> bool:
    """Takes as long for None as for a wrong password. Raises PasswordsBusy."""
    given = _normal(password)[:LONGEST]
    known = stored or _nobodys()
    with _turn():
        try:
            right = _HASHER.verify(known, given)
        except (VerificationError, InvalidHashError):
            return False
    return right and stored is not None


@contextmanager
def _turn() -> Iterator[None]:
    if not _AT_ONCE.acquire(timeout=_PATIENCE_S):
        raise PasswordsBusy(
            "too many passwords are being checked just now", next_step="try again", details={"retry_after_s": 5}
        )
    try:
        yield
    finally:
        _AT_ONCE.release()


def outdated(stored: str) -> bool:
    """It was hashed with other parameters than today's."""
    return _HASHER.check_needs_rehash(stored)


def require_good(password: str, *, name: str, others: tuple[str, ...] = ()) -> None:
    """Raises PasswordRefused with the reason. name: the user's; others: more words that are theirs."""
    given = _normal(password)
    if not SHORTEST <= len(given) <= LONGEST:
        raise PasswordRefused(
            f"a password has {SHORTEST} to {LONGEST} characters, this one {len(given)}",
            next_step="several words in a row are easy to remember and hard to guess",
            message_zh=f"密码长度应为 {SHORTEST} 至 {LONGEST} 个字符，当前为 {len(given)} 个",
            next_step_zh="由多个词组成的密码好记且难猜",
        )
    if reason := _weakness(given, (name, _CONTEXT, *others)):
        raise PasswordRefused(
            f"this password is easy to guess: {reason[0]}",
            next_step="choose one of several words",
            message_zh=f"此密码容易被猜到：{reason[1]}",
            next_step_zh="请使用由多个词组成的密码",
        )


def _weakness(given: str, context: tuple[str, ...]) -> tuple[str, str] | None:
    """In English and Chinese."""
    folded = given.casefold()
    if len(set(folded)) < 5:
        return "it has fewer than five different characters", "不同的字符少于五个"
    if _steps(folded):
        return "its characters follow each other", "其中的字符是连续的"
    rest = folded
    for word in context:
        for part in (word.casefold(), word.casefold().partition("@")[0]):
            rest = rest.replace(part, "") if len(part) >= 3 else rest
    if rest != folded and len(rest) < 8:
        return "it is made of the user's or the program's name", "由用户名或程序名组成"
    known = _known()
    shapes = {folded, _AROUND.sub("", folded)}
    shapes |= {shape.translate(_LEET) for shape in shapes}
    shapes |= {_AROUND.sub("", shape) for shape in shapes}
    shapes |= {_once(shape) for shape in shapes}
    return ("it is on the list of the commonest ones", "属于最常见的密码") if shapes & known else None


def _steps(text: str) -> bool:
    """abcdefghijkl, 123456789012, 987654321098."""
    steps = {(ord(after) - ord(before)) % 10 if after.isdigit() and before.isdigit() else ord(after) - ord(before)
             for before, after in pairwise(text)}  # fmt: skip
    return len(steps) == 1


def _once(text: str) -> str:
    """`password` for passwordpassword."""
    for size in range(3, len(text) // 2 + 1):
        if text == text[:size] * (len(text) // size) + text[: len(text) % size]:
            return text[:size]
    return text


@cache
def _known() -> frozenset[str]:
    return frozenset((files(__package__) / _LIST).read_text(encoding="utf-8").split())


def _normal(password: str) -> str:
    """The same password from every keyboard: one form for letters that have several."""
    return unicodedata.normalize("NFKC", password)
