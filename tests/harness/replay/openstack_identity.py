"""Keystone as far as a client needs it to sign in: version documents, tokens with a catalogue, projects."""

from __future__ import annotations

import json
import secrets
import threading
from typing import Any

from tests.harness.replay.openstack_servers import PROJECTS, REGION, USER

PASSWORD = "kanari7-secret"
_FAR = "2099-01-01T00:00:00.000000Z"
# (type, name, mount, path below the mount)
SERVICES = (
    ("identity", "keystone", "identity", "/v3"),
    ("compute", "nova", "compute", "/v2.1"),
    ("image", "glance", "image", ""),
    ("network", "neutron", "network", ""),
    ("volumev3", "cinderv3", "volume", "/v3/{project}"),
    ("block-storage", "cinder", "volume", "/v3/{project}"),
)


class Denied(Exception):
    """The credentials or the token are not good."""


class Identity:
    """Issues and checks tokens. Any user may sign in to any of the projects with the password."""

    def __init__(self, origin: str) -> None:
        self._origin = origin
        self._lock = threading.Lock()
        self._project_of: dict[str, str] = {}

    def sign_in(self, body: bytes) -> tuple[str, bytes]:
        """(token, document) for the body of POST /v3/auth/tokens. Raises Denied."""
        try:
            auth = json.loads(body)["auth"]
            given = auth["identity"]["password"]["user"]["password"]
            project = auth["scope"]["project"]
            name = project.get("name") or next(key for key, value in PROJECTS.items() if value == project["id"])
        except (ValueError, KeyError, TypeError, StopIteration):
            raise Denied from None
        if given != PASSWORD or name not in PROJECTS:
            raise Denied
        token = secrets.token_urlsafe(24)
        with self._lock:
            self._project_of[token] = PROJECTS[name]
        return token, json.dumps({"token": self._describe(name)}).encode()

    def project(self, token: str) -> str:
        """The id of the project that a token is scoped to. Raises Denied."""
        with self._lock:
            if token not in self._project_of:
                raise Denied
            return self._project_of[token]

    def document(self, path: str) -> dict[str, Any] | None:
        """What GET on a path below keystone's mount answers; None when there is nothing."""
        links = {"self": f"{self._origin}/identity{path}", "next": None, "previous": None}
        if path in ("/v3/projects", "/v3/auth/projects"):
            return {"projects": [_project(name) for name in PROJECTS], "links": links}
        if path.startswith("/v3/projects/"):
            wanted = path.rpartition("/")[2]
            return next(({"project": _project(name)} for name, key in PROJECTS.items() if key == wanted), None)
        if path == "/v3/regions":
            return {"regions": [{"id": REGION, "description": "", "parent_region_id": None}], "links": links}
        if path == "/v3/auth/catalog":
            return {"catalog": self._catalog(PROJECTS["admin"]), "links": links}
        collection = path.removeprefix("/v3/")
        return {collection: [], "links": links} if collection.isidentifier() else None

    def versions(self, path: str) -> dict[str, Any] | None:
        """Keystone's version documents; None when the path is not that of one."""
        version = {
            "id": "v3.14",
            "status": "stable",
            "updated": "2020-04-07T00:00:00Z",
            "links": [{"rel": "self", "href": f"{self._origin}/identity/v3/"}],
            "media-types": [{"base": "application/json", "type": "application/vnd.openstack.identity-v3+json"}],
        }
        if path == "/":
            return {"versions": {"values": [version]}}
        return {"version": version} if path == "/v3" else None

    def _describe(self, project: str) -> dict[str, Any]:
        return {
            "methods": ["password"],
            "user": {"domain": _DOMAIN, "id": USER, "name": "replay", "password_expires_at": None},
            "audit_ids": [secrets.token_urlsafe(16)],
            "expires_at": _FAR,
            "issued_at": "2026-01-01T00:00:00.000000Z",
            "project": {"domain": _DOMAIN, "id": PROJECTS[project], "name": project},
            "is_domain": False,
            "roles": [{"id": "9fe2ff9ee4384b1894a90878d3e92bab", "name": "admin"}],
            "catalog": self._catalog(PROJECTS[project]),
        }

    def _catalog(self, project_id: str) -> list[dict[str, Any]]:
        return [
            {
                "type": kind,
                "name": name,
                "id": f"{number:032x}",
                "endpoints": [
                    {
                        "id": f"{number * 16 + order:032x}",
                        "interface": interface,
                        "region": REGION,
                        "region_id": REGION,
                        "url": f"{self._origin}/{mount}{path.format(project=project_id)}",
                    }
                    for order, interface in enumerate(("public", "internal", "admin"))
                ],
            }
            for number, (kind, name, mount, path) in enumerate(SERVICES, 1)
        ]


_DOMAIN = {"id": "default", "name": "Default"}


def _project(name: str) -> dict[str, Any]:
    return {
        "id": PROJECTS[name],
        "name": name,
        "domain_id": "default",
        "description": "",
        "enabled": True,
        "parent_id": "default",
        "is_domain": False,
        "tags": [],
        "options": {},
        "links": {},
    }
