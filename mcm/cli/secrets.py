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
            raise Failure(
                f"{option} takes KEY=VALUE, not '{pair}'",
                next_step="`mcm provider show` lists the keys",
                exit_code=USAGE,
            )
        found[key.strip()] = _absolute(key.strip(), value)
    return found


def _absolute(key: str, value: str) -> str:
    """A file beside the caller is not beside the server, nor beside the next command."""
    path = Path(value).expanduser()
    return str(path.absolute()) if key.endswith("_file") and path.is_file() else value


def read_secrets(pairs: Sequence[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for pair in pairs:
        key, sign, source = pair.partition("=")
        if not sign or not key.strip():
            # Not echoed: it may be the secret itself.
            raise Failure("--secret takes KEY=SOURCE", next_step=_HOW, exit_code=USAGE)
        found[key.strip()] = _value(key.strip(), source)
    return found


def read_secret(source: str, what: str, option: str) -> str:
    """One secret from `env:VARIABLE`, `file:PATH` or `-`."""
    how = f"{option} env:VARIABLE, file:PATH or - (a line of standard input)"
    if source == "-" or source.startswith(("env:", "file:")):
        return _value(what, source, how)
    # Not echoed: it may be the secret itself.
    raise Failure(f"the {what} stands in the arguments, where others can read it", next_step=how, exit_code=USAGE)


def read_file(provider: str, path: Path, profile: str) -> tuple[dict[str, Any], dict[str, str]]:
    """The provider's own reader of the cloud's own file."""
    from mcm.contract import ProviderError
    from mcm.registry import Registry, load

    descriptor = Registry().descriptor(provider)
    if not descriptor.import_file:
        raise Failure(
            f"the provider '{provider}' reads no file of its own",
            next_step="use --config and --secret",
            exit_code=USAGE,
        )
    if not path.is_file():
        raise Failure(f"there is no file {path}", next_step="check the path", exit_code=USAGE)
    try:
        config, secrets = load(descriptor.import_file)(path, profile)
    except ProviderError as error:
        raise Failure(error.message, next_step="check the file, and --profile", exit_code=USAGE) from error
    return dict(config), dict(secrets)


def _value(key: str, source: str, how: str = _HOW) -> str:
    if source == "-":
        return _typed(key, how)
    kind, _, rest = source.partition(":")
    if kind == "env" and rest:
        value = os.environ.get(rest)
        if not value:
            raise Failure(
                f"the environment variable {rest} for the secret '{key}' is not set or empty",
                next_step=f"export {rest}=…",
                exit_code=USAGE,
            )
        return value
    if kind == "file" and rest:
        try:
            return Path(rest).expanduser().read_text().rstrip("\n")
        except (OSError, UnicodeDecodeError) as error:
            said = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
            raise Failure(
                f"the file {rest} for the secret '{key}' cannot be read: {said}",
                next_step="check the path and who may read it",
                exit_code=USAGE,
            ) from error
    raise Failure(
        f"the secret '{key}' stands in the arguments, where others can read it", next_step=how, exit_code=USAGE
    )


def _typed(key: str, how: str) -> str:
    """A line of standard input; a terminal does not show it."""
    if sys.stdin.isatty():
        from getpass import getpass

        value = getpass(f"{key}: ")
    else:
        value = sys.stdin.readline().rstrip("\n")
    if not value:
        raise Failure(f"standard input holds nothing for the secret '{key}'", next_step=how, exit_code=USAGE)
    return value
