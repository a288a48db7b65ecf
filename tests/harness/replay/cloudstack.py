"""A CloudStack API that pages and refuses like the real one: `python -m tests.harness.replay.cloudstack`.

Signatures are checked, `page` and `pagesize` only go together, no page is longer than `default.page.size`, and without
a page the first so many come with the whole count. Behaviour after the sources of CloudStack 4.20: ApiServer.java,
BaseListCmd.java, ApiResponseSerializer.java, ParamProcessWorker.java under https://github.com/apache/cloudstack .
"""

from __future__ import annotations

import argparse
import json
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, urlsplit

from tests.harness.replay import control, running
from tests.harness.replay.cloudstack_estate import Document, Estate
from tests.harness.replay.cloudstack_infrastructure import PROJECT, ident, owner
from tests.harness.replay.cloudstack_signing import Caller, verified
from tests.harness.replay.http import Ask, Reply, listen, serve

PATH = "/client/api"
JSON = "application/json; charset=UTF-8"
PAGE_CAP = 500
_MEMBERS = {
    "listVirtualMachines": "virtualmachine",
    "listVolumes": "volume",
    "listSnapshots": "snapshot",
    "listVMSnapshot": "vmSnapshot",
    "listPublicIpAddresses": "publicipaddress",
    "listNetworks": "network",
    "listVPCs": "vpc",
    "listSecurityGroups": "securitygroup",
    "listSSHKeyPairs": "sshkeypair",
    "listTemplates": "template",
    "listServiceOfferings": "serviceoffering",
    "listZones": "zone",
    "listProjects": "project",
    "listAccounts": "account",
    "listHosts": "host",
    "listClusters": "cluster",
    "listStoragePools": "storagepool",
    "listOsCategories": "oscategory",
    "listPortForwardingRules": "portforwardingrule",
    "listIpForwardingRules": "ipforwardingrule",
}
_IDS = {"listVMSnapshot": ("vmsnapshotid", "vmsnapshotids")}
# Whose entries belong to an account or a project. Keys are shared by neither.
_OWNED = frozenset(_MEMBERS) - {
    "listServiceOfferings", "listZones", "listProjects", "listAccounts", "listHosts", "listClusters",
    "listStoragePools", "listOsCategories", "listTemplates",
}  # fmt: skip


class ApiError(Exception):
    """https://github.com/apache/cloudstack/blob/main/api/src/main/java/org/apache/cloudstack/api/ApiErrorCode.java"""

    def __init__(self, status: int, text: str) -> None:
        super().__init__(text)
        self.status = status


@dataclass
class Failure:
    """An answer in place of the right one. command: "" for any; times: how often, 0 for ever."""

    status: int
    body: bytes
    command: str = ""
    times: int = 1
    content_type: str = JSON
    headers: tuple[tuple[str, str], ...] = ()


@dataclass
class CloudStack:
    """page_counts: as versions 4.13 and 4.14 count offerings and clusters: those of the page. old_refusals: 432 where
    newer ones say 401. ignored: parameters it does not know. unknown: commands it does not know. before: called with
    every request ahead of its answer, to change the estate between two pages."""

    estate: Estate
    page_cap: int = PAGE_CAP
    only_version_3: bool = False
    page_counts: bool = False
    old_refusals: bool = False
    unknown: frozenset[str] = frozenset()
    ignored: frozenset[str] = frozenset()
    before: Callable[[dict[str, str]], None] | None = None
    failures: list[Failure] = field(default_factory=list)
    asked: list[dict[str, str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._lock = threading.Lock()
        self.control = control.Control(self.estate.mutate)

    def answer(self, ask: Ask) -> Reply:
        if ask.target.startswith(control.PREFIX):
            return self.control.answer(ask)
        parts = urlsplit(ask.target)
        if parts.path != PATH:
            return Reply(404, [b"<html><body><h1>404 Not Found</h1></body></html>"], "text/html")
        form = dict(parse_qsl(parts.query, keep_blank_values=True))
        form.update(parse_qsl(ask.body.decode("latin-1"), keep_blank_values=True))
        command = form.get("command", "")
        with self._lock:
            self.control.calls[command] += 1
            self.asked.append(form)
            failure = self._failure(command)
        if self.before is not None:
            self.before(form)
        if failure is not None:
            return Reply(failure.status, [failure.body], failure.content_type, failure.headers)
        try:
            return Reply(200, [self._act(command, form)], JSON)
        except ApiError as error:
            return Reply(error.status, [self._refusal(command, error)], JSON, (("X-Description", "refused"),))

    def _failure(self, command: str) -> Failure | None:
        found = next((one for one in self.failures if one.command in ("", command)), None)
        if found is not None and found.times == 1:
            self.failures.remove(found)
        elif found is not None and found.times:
            found.times -= 1
        return found

    def _refusal(self, command: str, error: ApiError) -> bytes:
        name = f"{command.lower()}response" if command in _MEMBERS and error.status != 432 else "errorresponse"
        inside = {"uuidList": [], "errorcode": error.status, "cserrorcode": 9999, "errortext": str(error)}
        return json.dumps({name: inside}).encode()

    def _act(self, command: str, form: dict[str, str]) -> bytes:
        caller = verified(form, only_version_3=self.only_version_3)
        if caller is None or command in self.unknown:
            raise ApiError(401, "unable to verify user credentials and/or request signature")
        if command in caller.denied:
            text = f"The given command '{command}' either does not exist, is not available for user."
            raise ApiError(432 if self.old_refusals else 401, text)
        if command == "listCapabilities":
            return _document(command, {"capability": {"cloudstackversion": "4.20.0.0", "securitygroupsenabled": True}})
        if command == "listApis":
            names = [name for name in [*_MEMBERS, "listApis", "listCapabilities"] if name not in caller.denied]
            known = [name for name in names if name not in self.unknown]
            return _document(command, {"count": len(known), "api": [{"name": name, "params": []} for name in known]})
        if command not in _MEMBERS:
            raise ApiError(401, "unable to verify user credentials and/or request signature")
        return self._list(command, form, caller)

    def _list(self, command: str, form: dict[str, str], caller: Caller) -> bytes:
        found = self._select(command, form, caller)
        start, size, number = self._page(form)
        shown = found[start : start + size]
        counts_page = self.page_counts and command in ("listServiceOfferings", "listClusters")
        count = len(shown) if counts_page else len(found)
        trouble = None
        if command == "listVirtualMachines" and "listall" in form:
            trouble = self.control.trouble.take(number)
        if trouble == "repeat":
            shown = found[start - size : start]
        elif trouble == "empty":
            shown = []
        elif trouble == "end":
            shown = shown[: len(shown) // 2]
        if command == "listVirtualMachines":
            shown = [_with_details(document, form.get("details", "all")) for document in shown]
        inside: Document = {"count": count} if count else {}
        if shown:
            inside[_MEMBERS[command]] = shown
        body = _document(command, inside)
        return body[: len(body) // 2] if trouble == "cut" else body

    def _page(self, form: dict[str, str]) -> tuple[int, int, int]:
        """(start, size, number of the page)."""
        if ("page" in form) != ("pagesize" in form):
            lacking, given = ("page", "pagesize") if "pagesize" in form else ("pagesize", "page")
            raise ApiError(431, f'"{lacking}" parameter is required when "{given}" is specified')
        if "page" not in form:
            return 0, self.page_cap, 1
        size, number = int(form["pagesize"]), int(form["page"])
        if size > self.page_cap:
            raise ApiError(431, f"Page size can't exceed max allowed page size value: {self.page_cap}")
        return size * (max(number, 1) - 1), size, max(number, 1)

    def _select(self, command: str, form: dict[str, str], caller: Caller) -> Sequence[Document]:
        if command not in self.estate.lists:
            return []
        wanted = self._wanted(command, form)
        mine = owner(caller.account).get("account")
        projects = form.get("projectid") == "-1"

        def keep(document: Document) -> bool:
            if wanted is not None and document.get("id") not in wanted:
                return False
            if command == "listZones":
                return caller.is_admin or document["allocationstate"] == "Enabled"
            if command == "listAccounts":
                return document["name"] == mine or (caller.is_admin and form.get("listall") == "true")
            if command not in _OWNED:
                return True
            if projects or "projectid" in document:
                in_project = "projectid" in document
                return (
                    projects and in_project and (caller.is_admin or document["projectid"] == ident("project", PROJECT))
                )
            return document["account"] == mine or (caller.is_admin and form.get("listall") == "true")

        if command == "listTemplates":
            self._check_template_filter(form, caller)
        return self.estate.select(command, keep)

    def _wanted(self, command: str, form: dict[str, str]) -> set[str] | None:
        one, several = _IDS.get(command, ("id", "ids"))
        names = [name for name in (one, several) if name not in self.ignored]
        asked = [native_id for name in names for native_id in form.get(name, "").split(",") if native_id]
        for native_id in asked:
            if not self.estate.existed(native_id):
                raise ApiError(
                    431,
                    f"Unable to execute API command {command.lower()} due to invalid value. Invalid parameter "
                    f"{several} value={native_id} due to incorrect long value format, or entity does not exist or due "
                    "to incorrect parameter annotation for the field in api cmd class.",
                )
        return set(asked) if asked else None

    def _check_template_filter(self, form: dict[str, str], caller: Caller) -> None:
        chosen = form.get("templatefilter")
        if chosen is None:
            raise ApiError(431, "Unable to execute API command listtemplates due to missing parameter templatefilter")
        if chosen == "all" and not caller.is_admin:
            raise ApiError(431, "Filter all can be specified by admin only")


def _with_details(document: Document, details: str) -> Document:
    """Statistics only for those who ask for them: they differ at every read."""
    asked = details.split(",")
    shown = dict(document)
    if "all" in asked or "stats" in asked:
        shown |= {"cpuused": "12.5%", "networkkbsread": 4711}
    if "all" not in asked and "nics" not in asked:
        shown.pop("nic", None)
    return shown


def _document(command: str, inside: Document) -> bytes:
    return json.dumps({f"{command.lower()}response": inside}).encode()


def start(*, instances: int = 1700, page_cap: int = PAGE_CAP) -> running.Replay:
    """Start the server as a process of its own."""
    arguments = ["--instances", str(instances), "--page-cap", str(page_cap)]
    return running.Replay.start("tests.harness.replay.cloudstack", arguments)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--instances", type=int, default=1700)
    parser.add_argument("--page-cap", type=int, default=PAGE_CAP)
    parser.add_argument("--port", type=int, default=0)
    options = parser.parse_args()
    server = CloudStack(Estate(instances=options.instances), page_cap=options.page_cap)
    listener = listen(options.port)
    server.control.ready()
    print(f"ready {listener.getsockname()[1]}", flush=True)
    serve(listener, server.answer)


if __name__ == "__main__":
    main()
