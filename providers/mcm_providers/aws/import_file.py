"""Reads one profile of AWS's own credentials (or config) file, for `mcm account add --from-file`.

https://docs.aws.amazon.com/cli/v1/userguide/cli-configure-files.html. Only the file that is named, and the `config`
beside a file called `credentials`; nothing of the home folder or the environment.
"""

import configparser
from collections.abc import Mapping
from pathlib import Path

from mcm.contract import InvalidRequest

_SECRETS = {
    "aws_access_key_id": "access_key_id",
    "aws_secret_access_key": "secret_access_key",
    "aws_session_token": "session_token",
}
_CONFIG = {"region": "region", "endpoint_url": "endpoint_url", "ca_bundle": "ca_file"}
# Ways to get credentials that need a browser, another account or a program of this machine.
_ELSEWHERE = (
    "sso_session",
    "sso_start_url",
    "role_arn",
    "credential_process",
    "web_identity_token_file",
    "login_session",
)


def read_profile(path: str, profile: str = "") -> tuple[dict[str, object], dict[str, str]]:
    """(config, secrets) of that profile, "default" when none is named. Raises InvalidRequest with the cure."""
    wanted = profile or "default"
    file = Path(path)
    found = dict(_profiles(file))
    if file.name == "credentials" and file.with_name("config").is_file():
        for name, values in _profiles(file.with_name("config")).items():
            found[name] = {**values, **found.get(name, {})}
    if wanted not in found:
        known = ", ".join(sorted(found)) or "none"
        raise InvalidRequest(f"{file.name} has no profile '{wanted}'; it has: {known}. Choose one with --profile")
    values = found[wanted]
    secrets = {key: values[name] for name, key in _SECRETS.items() if values.get(name)}
    if "access_key_id" not in secrets or "secret_access_key" not in secrets:
        other = next((name for name in _ELSEWHERE if name in values), None)
        if other:
            raise InvalidRequest(
                f"profile '{wanted}' gets its credentials through {other}, which mcm does not use; "
                "make an access key for a user that may only read"
            )
        raise InvalidRequest(f"profile '{wanted}' has no aws_access_key_id with aws_secret_access_key")
    return {key: values[name] for name, key in _CONFIG.items() if values.get(name)}, secrets


def _profiles(file: Path) -> Mapping[str, dict[str, str]]:
    """Sections as profiles: the config file writes [profile NAME], the credentials file [NAME]."""
    parser = configparser.RawConfigParser(default_section="", strict=False)
    try:
        parser.read_string(file.read_text(encoding="utf-8-sig"))
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidRequest(f"{file.name} cannot be read: {type(error).__name__}") from None
    except configparser.Error:
        # The parser's own message quotes the line, and with it perhaps a key.
        raise InvalidRequest(f"{file.name} is not an AWS credentials or config file") from None
    return {
        section.removeprefix("profile ").strip(): {key: value.strip() for key, value in parser.items(section) if value}
        for section in parser.sections()
        if not section.startswith(("sso-session ", "services "))
    }
