"""Reads configuration pairs, secrets and clouds' own files. A secret never stands in the arguments themselves."""

import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from mcm.cli.failures import USAGE, Failure

_HOW = "give it as KEY=env:VARIABLE, KEY=file:PATH or KEY=- (from standard input)"


def read_pairs(pairs: Sequence[str], option: str) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for pair in pairs:
        key, sign, value = pair.partition("=")
        if not sign or not key.strip():
            raise Failure(f"{option} takes KEY=VALUE, not '{pair}'", exit_code=USAGE)
        found[key.strip()] = value
    return found


def read_secrets(pairs: Sequence[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for pair in pairs:
        key, sign, source = pair.partition("=")
        if not sign or not key.strip():
            # Not echoed: it may be the secret itself.
            raise Failure("--secret takes KEY=SOURCE", next_step=_HOW, exit_code=USAGE)
        found[key.strip()] = _value(key.strip(), source)
    return found


def read_file(provider: str, path: Path, profile: str) -> tuple[dict[str, Any], dict[str, str]]:
    """The provider's own reader of the cloud's own file."""
    from mcm.contract import ProviderError
    from mcm.registry import Registry, load

    descriptor = Registry().descriptor(provider)
    if not descriptor.import_file:
        raise Failure(f"the provider '{provider}' reads no file of its own", exit_code=USAGE)
    if not path.is_file():
        raise Failure(f"there is no file {path}", exit_code=USAGE)
    try:
        config, secrets = load(descriptor.import_file)(path, profile)
    except ProviderError as error:
        raise Failure(error.message, exit_code=USAGE) from error
    return dict(config), dict(secrets)


def _value(key: str, source: str) -> str:
    if source == "-":
        return sys.stdin.readline().rstrip("\n")
    kind, _, rest = source.partition(":")
    if kind == "env" and rest:
        value = os.environ.get(rest)
        if not value:
            raise Failure(f"the environment variable {rest} for the secret '{key}' is not set", exit_code=USAGE)
        return value
    if kind == "file" and rest:
        try:
            return Path(rest).expanduser().read_text().rstrip("\n")
        except (OSError, UnicodeDecodeError) as error:
            raise Failure(f"the file for the secret '{key}' cannot be read: {error}", exit_code=USAGE) from error
    raise Failure(
        f"the secret '{key}' stands in the arguments, where others can read it", next_step=_HOW, exit_code=USAGE
    )
