"""An OpenStack of any size that pages like nova: `python -m tests.harness.replay.openstack`.

Keystone signs in, nova lists servers by marker (at most 1,000 a page) and answers changes-since, everything else is
there and empty. All services share one port, mounted at /identity, /compute and so on. Whatever microversion is
asked for, a server looks as in 2.96.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
from collections.abc import Sequence
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from tests.harness.replay import control, running
from tests.harness.replay.http import Ask, Part, Reply, listen, serve
from tests.harness.replay.openstack_identity import PASSWORD, Denied, Identity
from tests.harness.replay.openstack_listing import Servers
from tests.harness.replay.openstack_rest import MICROVERSION, compute_document, empty_listing, version_document

JSON = "application/json"
MAX_LIMIT = 1000


class ApiError(Exception):
    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


class OpenStack:
    """Answers requests; everything slow has been done when this is made."""

    def __init__(self, *, servers: int, origin: str, seed: int = 1, max_limit: int = MAX_LIMIT) -> None:
        self._origin = origin
        self._max_limit = max_limit
        self._servers = Servers(servers, seed, f"{origin}/compute")
        self._identity = Identity(origin)
        self.control = control.Control(self._servers.mutate)

    def answer(self, ask: Ask) -> Reply:
        if ask.target.startswith(control.PREFIX):
            return self.control.answer(ask)
        parts = urlsplit(ask.target)
        mount, _, rest = parts.path.lstrip("/").partition("/")
        path = "/" + rest.rstrip("/")
        self.control.calls[f"{ask.method} {mount}"] += 1
        try:
            return self._route(ask, mount, path, dict(parse_qsl(parts.query, keep_blank_values=True)))
        except Denied:
            return _json({"error": {"code": 401, "title": "Unauthorized", "message": "Authentication required."}}, 401)
        except ApiError as error:
            name = "badRequest" if error.status == 400 else "itemNotFound"
            return _json({name: {"code": error.status, "message": str(error)}}, error.status)

    def _route(self, ask: Ask, mount: str, path: str, query: dict[str, str]) -> Reply:
        version = version_document(self._origin, mount, path)
        if mount == "identity":
            version = self._identity.versions(path)
        if ask.method == "GET" and version is not None:
            return _json(version)
        if mount == "identity" and path == "/v3/auth/tokens" and ask.method == "POST":
            token, described = self._identity.sign_in(ask.body)
            return Reply(201, [described], JSON, (("X-Subject-Token", token),))
        project = self._identity.project(ask.headers.get("x-auth-token", ""))
        document: dict[str, Any] | None = None
        if ask.method == "GET" and mount == "identity":
            document = self._identity.document(path)
        elif ask.method == "GET" and mount == "compute":
            if path == "/v2.1/servers/detail":
                return self._list_servers(query, project, ask.headers.get("host", ""))
            if path == "/v2.1/servers":
                return self._name_servers(query, project)
            if path.startswith("/v2.1/servers/"):
                return self._server(path.rpartition("/")[2])
            document = compute_document(path)
        elif ask.method == "GET" and mount in ("image", "network", "volume"):
            document = empty_listing(mount, path)
        if document is None:
            raise ApiError(404, "The resource could not be found.")
        return _json(document)

    def _name_servers(self, query: dict[str, str], project: str) -> Reply:
        """The first few, without details; this listing does not page."""
        if "marker" in query:
            raise ApiError(400, "only the detailed listing can be continued here")
        everyone = query.get("all_tenants", "").lower() in ("1", "true")
        limit = min(self._max_limit, _limit(query.get("limit")))
        inside = self._servers.page(self._servers.of_project(None if everyone else project)[:limit])
        rows = json.loads(b"[%s]" % b"".join(bytes(part) for part in inside))
        return _json({"servers": [{key: row[key] for key in ("id", "name", "links")} for row in rows]})

    def _server(self, identifier: str) -> Reply:
        number = self._servers.number_of(identifier)
        if number is None:
            raise ApiError(404, f"Instance {identifier} could not be found.")
        return _compute_reply([b'{"server": ', *self._servers.page([number]), b"}"])

    def _list_servers(self, query: dict[str, str], project: str, host: str) -> Reply:
        everyone = query.get("all_tenants", "").lower() in ("1", "true")
        numbers = self._servers.of_project(None if everyone else project)
        if "changes-since" in query:
            numbers = self._servers.changed_since(numbers, _moment(query["changes-since"]))
        limit = min(self._max_limit, _limit(query.get("limit")))
        start = self._after(numbers, query["marker"]) if "marker" in query else 0
        shown = numbers[start : start + limit]
        trouble = self.control.trouble.take(start // limit + 1) if limit else None
        if trouble == "repeat":
            inside = self._servers.page(numbers[start - limit : start])
        else:
            inside = [] if trouble == "empty" else self._servers.page(shown)
        way_on = b""
        # nova links on whenever the page is full, so a listing may end with an empty page.
        if limit and len(shown) == limit and trouble != "end":
            following = urlencode({**query, "marker": self._servers.id_of(shown[-1])})
            href = f"http://{host}/compute/v2.1/servers/detail?{following}"
            way_on = b', "servers_links": ' + json.dumps([{"rel": "next", "href": href}]).encode()
        parts: list[Part] = [b'{"servers": [', *inside, b"]", way_on, b"}"]
        if trouble == "cut":
            whole = b"".join(parts)
            parts = [whole[: len(whole) // 2]]
        return _compute_reply(parts)

    def _after(self, numbers: Sequence[int], marker: str) -> int:
        number = self._servers.number_of(marker)
        if number is None:
            raise ApiError(400, f"marker [{marker}] not found")
        if isinstance(numbers, range):
            return number + 1
        return sum(1 for other in numbers if other <= number)


def _json(document: Any, status: int = 200) -> Reply:
    return Reply(status, [json.dumps(document).encode()], JSON)


def _compute_reply(parts: Sequence[Part]) -> Reply:
    headers = (("OpenStack-API-Version", f"compute {MICROVERSION}"), ("Vary", "OpenStack-API-Version"))
    return Reply(200, parts, JSON, headers)


def _limit(given: str | None) -> int:
    if given is None:
        return MAX_LIMIT
    if not given.isdigit():
        raise ApiError(400, f"Invalid input for query parameters limit. Value: {given}.")
    return int(given)


def _moment(given: str) -> dt.datetime:
    try:
        moment = dt.datetime.fromisoformat(given.replace("Z", "+00:00"))
    except ValueError:
        raise ApiError(400, f"Invalid input for query parameters changes-since. Value: {given}.") from None
    return moment if moment.tzinfo else moment.replace(tzinfo=dt.UTC)


def start(*, servers: int = 10_000, seed: int = 1, max_limit: int = MAX_LIMIT, chunk_bytes: int = 0) -> running.Replay:
    """Start the server as a process of its own; keystone is at `endpoint_url` + /identity/v3, see PASSWORD."""
    arguments = ["--servers", servers, "--seed", seed, "--max-limit", max_limit, "--chunk-bytes", chunk_bytes]
    return running.Replay.start("tests.harness.replay.openstack", [*map(str, arguments)])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--servers", type=int, default=10_000)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--max-limit", type=int, default=MAX_LIMIT)
    parser.add_argument("--chunk-bytes", type=int, default=0)
    options = parser.parse_args()
    listener = listen(options.port)
    port = listener.getsockname()[1]
    cloud = OpenStack(
        servers=options.servers, origin=f"http://127.0.0.1:{port}", seed=options.seed, max_limit=options.max_limit
    )
    cloud.control.ready()
    print(f"ready {port}", flush=True)
    serve(listener, cloud.answer, chunk_bytes=options.chunk_bytes)


__all__ = ["PASSWORD", "OpenStack", "start"]

if __name__ == "__main__":
    main()
