"""Reads one cloud of a clouds.yaml, with the secrets in it or in the secure.yaml beside it.

Nothing else is looked at: no environment, no home folder. Settings that are for other programs are left out; an
authentication option that mcm does not know is refused, because without it one would sign in as somebody else.
https://docs.openstack.org/openstacksdk/latest/user/config/configuration.html
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from mcm.contract import InvalidRequest
from mcm_providers.openstack.fields import FIELDS, canonical

_CONFIG = frozenset(item.key for item in FIELDS if not item.secret)
_SECRETS = frozenset(item.key for item in FIELDS if item.secret)
_MAX_BYTES = 1_000_000


def read_cloud(path: str | Path, profile: str = "") -> tuple[dict[str, object], dict[str, str]]:
    """(configuration, secrets) of the cloud `profile`; without a name, of the only one there is.

    Raises InvalidRequest naming the file, the cloud and the key.
    """
    file = Path(path).expanduser()
    clouds = _clouds(_yaml(file), file)
    name = profile or _only_one(clouds, file)
    if not isinstance(clouds.get(name), Mapping):
        raise InvalidRequest(
            f"{file.name} has no cloud '{name}'; it has {', '.join(sorted(map(str, clouds))) or 'none'}"
        )
    cloud = dict(clouds[name])
    for beside in (file.with_name("clouds-public.yaml"), file.with_name("secure.yaml")):
        if beside.is_file():
            cloud = _joined(cloud, _yaml(beside), name)
    return _answers(cloud, name, file.parent)


def _yaml(file: Path) -> Mapping[str, Any]:
    try:
        if file.stat().st_size > _MAX_BYTES:
            raise InvalidRequest(f"{file.name} is too large to be a list of clouds")
        document = yaml.safe_load(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise InvalidRequest(f"{file.name} cannot be read: {error.strerror}") from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        # Its own message quotes lines of the file, and one of them may be a password.
        mark = getattr(error, "problem_mark", None)
        where = f" at line {mark.line + 1}" if mark is not None else ""
        raise InvalidRequest(f"{file.name} is not valid YAML{where}") from None
    if not isinstance(document, Mapping):
        raise InvalidRequest(f"{file.name} is not a list of clouds")
    return document


def _clouds(document: Mapping[str, Any], file: Path) -> Mapping[str, Any]:
    clouds = document.get("clouds")
    if not isinstance(clouds, Mapping):
        raise InvalidRequest(f"{file.name} has no section 'clouds'")
    return clouds


def _only_one(clouds: Mapping[str, Any], file: Path) -> str:
    if len(clouds) != 1:
        raise InvalidRequest(
            f"{file.name} has several clouds; say which with --profile: {', '.join(sorted(map(str, clouds)))}"
        )
    return str(next(iter(clouds)))


def _joined(cloud: dict[str, Any], other: Mapping[str, Any], name: str) -> dict[str, Any]:
    """secure.yaml adds to the cloud of the same name; clouds-public.yaml is what a `profile` is looked up in."""
    vendors = other.get("public-clouds")
    profile = cloud.get("profile") or cloud.get("cloud")
    if isinstance(vendors, Mapping) and isinstance(vendors.get(profile), Mapping):
        return _merged(dict(vendors[profile]), cloud)
    more = other.get("clouds")
    if isinstance(more, Mapping) and isinstance(more.get(name), Mapping):
        return _merged(cloud, more[name])
    return cloud


def _merged(below: dict[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    merged = below | dict(above)
    if isinstance(below.get("auth"), Mapping) and isinstance(above.get("auth"), Mapping):
        merged["auth"] = {**below["auth"], **above["auth"]}
    return merged


def _answers(cloud: dict[str, Any], name: str, folder: Path) -> tuple[dict[str, object], dict[str, str]]:
    if not isinstance(cloud.get("auth"), Mapping):
        raise InvalidRequest(f"cloud '{name}' has no section 'auth'")
    if cloud.get("cert"):
        raise InvalidRequest(f"cloud '{name}' signs in with a client certificate ('cert'), which is not supported")
    if isinstance(cloud.get("regions"), list):
        # A region may stand there with settings of its own.
        named = [one.get("name") if isinstance(one, Mapping) else one for one in cloud["regions"]]
        cloud["regions"] = [str(one) for one in named if one]
        if "region_name" in cloud:
            del cloud["regions"]
    config: dict[str, object] = {}
    secrets: dict[str, str] = {}
    for key, value in canonical(cloud).items():
        if value is None or value == "":
            continue
        if key in _SECRETS:
            secrets[key] = str(value)
        elif key in _CONFIG:
            config[key] = value
        elif key.startswith("auth."):
            raise InvalidRequest(f"cloud '{name}' uses '{key}', which is not supported")
    if "auth.auth_url" not in config:
        raise InvalidRequest(f"cloud '{name}' has no 'auth_url'; add it, or the profile's clouds-public.yaml beside it")
    cacert = config.get("cacert")
    if isinstance(cacert, str) and not Path(cacert).expanduser().is_absolute():
        config["cacert"] = str(folder / cacert)
    return config, secrets
