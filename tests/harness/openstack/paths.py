"""Where everything of the OpenStack harness lives on disk.

<cache>/openstack/install-<hash>/   virtual environment and plugins, shared by all clouds, written once
<cache>/openstack/data-<hash>/      an initialised cloud at rest; every new cloud starts as a copy of it
<cache>/openstack/clouds/<name>/    one cloud: its configuration, data, logs and process records
"""

import hashlib
import sys
from contextlib import AbstractContextManager
from pathlib import Path

from tests.harness import cache

PACKAGE = Path(__file__).resolve().parent
CHECKOUT = PACKAGE.parents[2]
CONSTRAINTS = PACKAGE / "constraints.txt"
TEMPLATES = PACKAGE / "templates"
PLUGINS = PACKAGE / "plugins"


def root() -> Path:
    folder = cache.cache_dir() / "openstack"
    (folder / "clouds").mkdir(parents=True, exist_ok=True)
    return folder


def clouds() -> Path:
    return root() / "clouds"


def installation() -> Path:
    """One folder per list of versions, interpreter and plugins: whoever changes one of them gets a new installation."""
    return (
        root() / f"install-{_digest(sys.version, [CONSTRAINTS, PACKAGE / 'install.py', *sorted(PLUGINS.glob('*.py'))])}"
    )


def initialised_data() -> Path:
    makers = [PACKAGE / name for name in ("bootstrap.py", "contents.py", "database.py", "config.py")]
    return root() / f"data-{_digest(installation().name, [*makers, *sorted(TEMPLATES.iterdir())])}"


def locked(name: str) -> AbstractContextManager[None]:
    return cache.locked(f"openstack-{name}")


def _digest(salt: str, files: list[Path]) -> str:
    digest = hashlib.sha256(salt.encode())
    for file in files:
        digest.update(file.name.encode() + file.read_bytes())
    return digest.hexdigest()[:12]
