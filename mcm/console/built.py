"""Knows the files of the built console, once, with their entity tags and compressed copies."""

import hashlib
import mimetypes
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

DIST = Path(__file__).with_name("dist")
INDEX = "index.html"
# The order of preference when a browser takes both.
ENCODINGS = {"br": ".br", "gzip": ".gz"}
_SHORT_ETAG = 32
_TYPES = {".js": "text/javascript", ".mjs": "text/javascript", ".webmanifest": "application/manifest+json"}


@dataclass(frozen=True, slots=True)
class BuiltFile:
    """etag: of the content, without quotes. copies: encoding → the file compressed that way."""

    path: Path
    media_type: str
    etag: str
    copies: Mapping[str, Path]

    @property
    def immutable(self) -> bool:
        """Its name holds a hash of its content."""
        return self.path.parent.name == "assets"


def scan(dist: Path) -> dict[str, BuiltFile]:
    """Address below `/`, such as `assets/index-1a2b.js`, → file; empty when the console was not built.

    Only what is listed here is ever served: an address is looked up and never joined to a folder."""
    if not (dist / INDEX).is_file():
        return {}
    found: dict[str, BuiltFile] = {}
    for path in sorted(dist.rglob("*")):
        inside = path.relative_to(dist)
        hidden = any(part.startswith(".") for part in inside.parts)
        if hidden or path.is_symlink() or not path.is_file() or path.suffix in ENCODINGS.values():
            continue
        copies = {name: Path(f"{path}{suffix}") for name, suffix in ENCODINGS.items()}
        found[inside.as_posix()] = BuiltFile(
            path,
            _media_type(path),
            hashlib.sha256(path.read_bytes()).hexdigest()[:_SHORT_ETAG],
            {name: copy for name, copy in copies.items() if copy.is_file()},
        )
    return found


def _media_type(path: Path) -> str:
    known = _TYPES.get(path.suffix) or mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    return f"{known}; charset=utf-8" if known.startswith("text/") else known
