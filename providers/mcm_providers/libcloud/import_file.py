"""Reads one profile of CloudStack's own client files, for `mcm account add --from-file`.

Both in use are read: CloudMonkey's (https://github.com/apache/cloudstack-cloudmonkey/wiki: `url`, `apikey`,
`secretkey`) and that of the `cs` client (https://github.com/ngine-io/cs: `endpoint`, `key`, `secret`). Nothing but
the file that is named.
"""

import configparser
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit

from mcm.contract import InvalidRequest

_NOT_PROFILES = ("core", "user", "ui")
_NO = ("false", "0", "no", "off")


def read_profile(path: str | Path, profile: str = "") -> tuple[dict[str, object], dict[str, str]]:
    """(config, secrets). Without a name: the file's own choice, its only profile, or `cloudstack`."""
    file = Path(path)
    sections = _sections(file)
    chosen = sections.get("core", {}).get("profile", "")
    profiles = {name: values for name, values in sections.items() if name not in _NOT_PROFILES}
    wanted = profile or chosen or (next(iter(profiles)) if len(profiles) == 1 else "cloudstack")
    if wanted not in profiles:
        known = ", ".join(sorted(profiles)) or "none"
        raise InvalidRequest(f"{file.name} has no profile '{wanted}'; it has: {known}. Choose one with --profile")
    return _answers(wanted, profiles[wanted])


def _answers(name: str, values: Mapping[str, str]) -> tuple[dict[str, object], dict[str, str]]:
    url = urlsplit(values.get("url") or values.get("endpoint") or "")
    if url.scheme not in ("http", "https") or not url.hostname:
        raise InvalidRequest(f"profile '{name}' has no usable url")
    key, secret = values.get("apikey") or values.get("key"), values.get("secretkey") or values.get("secret")
    if not key or not secret:
        raise InvalidRequest(
            f"profile '{name}' signs in with user and password; make an API key in CloudStack (account, users, keys)"
        )
    config: dict[str, object] = {"driver": "cloudstack", "host": url.hostname, "secure": url.scheme == "https"}
    try:
        port = url.port
    except ValueError:
        raise InvalidRequest(f"profile '{name}' has no usable port in its url") from None
    if port:
        config["port"] = port
    if url.path.strip("/"):
        config["path"] = url.path
    if values.get("verifycert", "true").lower() in _NO or values.get("dangerous_no_tls_verify", "").lower() == "true":
        config["verify_tls"] = False
    return config, {"key": key, "secret": secret}


def _sections(file: Path) -> dict[str, dict[str, str]]:
    parser = configparser.RawConfigParser(default_section="", strict=False)
    try:
        text = file.read_text(encoding="utf-8-sig")
        # CloudMonkey writes `prompt`, `profile` and others above the first section.
        parser.read_string("[core]\n" + text)
    except (OSError, UnicodeDecodeError, configparser.Error) as error:
        # The parser's own message quotes the line, which may hold the secret.
        raise InvalidRequest(f"{file.name} cannot be read: {type(error).__name__}") from None
    return {name: dict(parser.items(name)) for name in parser.sections()}
