"""Somebody else at the same vCenter, who changes things: pyVmomi on a session of its own."""

from __future__ import annotations

import contextlib
import json
import ssl
import urllib.request
from base64 import b64encode
from types import TracebackType
from typing import Any, Self

from pyVim import connect, task
from pyVmomi import vim as typed_vim
from pyVmomi import vmodl

from tests.harness.vcsim import VcsimServer

# The SDK's annotations do not cover how it is called.
vim: Any = typed_vim
_connect: Any = connect
_task: Any = task


class Operator:
    def __init__(self, server: VcsimServer) -> None:
        self._server = server
        self.service: Any = _connect.SmartConnect(
            host=server.host,
            port=server.port,
            user=server.username,
            pwd=server.password,
            disableSslCertValidation=True,
        )
        self.content: Any = self.service.RetrieveContent()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        _connect.Disconnect(self.service)

    def all(self, *types: Any, below: Any = None) -> list[Any]:
        view = self.content.viewManager.CreateContainerView(below or self.content.rootFolder, list(types), True)
        try:
            return list(view.view)
        finally:
            view.Destroy()

    def machines(self, below: Any = None) -> list[Any]:
        return self.all(vim.VirtualMachine, below=below)

    def datacenters(self) -> list[Any]:
        return self.all(vim.Datacenter)

    def do(self, task: Any) -> Any:
        """The task's result, once it has ended well."""
        _task.WaitForTask(task, si=self.service)
        return task.info.result

    def clone(self, machine: Any, name: str) -> Any:
        relocation = vim.vm.RelocateSpec()
        specification = vim.vm.CloneSpec(location=relocation, powerOn=False, template=False)
        return self.do(machine.CloneVM_Task(folder=machine.parent, name=name, spec=specification))

    def power(self, machine: Any, on: bool) -> None:
        if (machine.runtime.powerState == "poweredOn") != on:
            self.do(machine.PowerOnVM_Task() if on else machine.PowerOffVM_Task())

    def set_attribute(self, machine: Any, name: str, value: str) -> None:
        """The simulator's answer lacks a field that pyVmomi requires; the attribute is made all the same."""
        manager = self.content.customFieldsManager
        with contextlib.suppress(TypeError, vmodl.MethodFault):
            manager.AddCustomFieldDef(name, None, None, None)
        machine.SetCustomValue(name, value)

    def tag(self, machine: Any, category: str, tag: str) -> None:
        """vSphere tags have only the REST API."""
        credentials = b64encode(f"{self._server.username}:{self._server.password}".encode()).decode()
        token = self._rest("POST", "/session", headers={"Authorization": f"Basic {credentials}"})
        headers = {"vmware-api-session-id": token}
        made = {"name": category, "description": "", "cardinality": "MULTIPLE", "associable_types": []}
        category_id = self._rest("POST", "/tagging/category", {"create_spec": made}, headers)
        of_tag = {"name": tag, "description": "", "category_id": category_id}
        tag_id = self._rest("POST", "/tagging/tag", {"create_spec": of_tag}, headers)
        target = {"object_id": {"id": machine._moId, "type": "VirtualMachine"}}
        self._rest("POST", f"/tagging/tag-association/id:{tag_id}?~action=attach", target, headers)

    def _rest(self, method: str, path: str, body: object = None, headers: dict[str, str] | None = None) -> Any:
        request = urllib.request.Request(
            f"https://{self._server.host}:{self._server.port}/rest/com/vmware/cis{path}",
            data=json.dumps(body).encode() if body is not None else b"",
            headers={"Content-Type": "application/json", **(headers or {})},
            method=method,
        )
        with urllib.request.urlopen(request, context=ssl._create_unverified_context()) as answer:
            text = answer.read()
        return json.loads(text)["value"] if text else None
