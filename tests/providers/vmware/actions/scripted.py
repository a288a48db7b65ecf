"""A scripted vCenter with a few objects, for what the simulator does not do."""

import re
from collections.abc import Mapping

from mcm.contract import ResourceKind, ResourceRef
from tests.providers.vmware.answers import (
    Answer,
    Asked,
    Reply,
    Script,
    answer,
    content,
    made,
    page,
    uuid,
)

INSTANCE = ResourceRef(ResourceKind.INSTANCE, uuid(7), "", "datacenter-2", "VirtualMachine:vm-7")
Objects = dict[tuple[str, str], dict[str, object]]


def machine(**properties: object) -> dict[str, object]:
    found: dict[str, object] = {
        "name": "web",
        "config.instanceUuid": uuid(7),
        "runtime.powerState": "poweredOn",
        "runtime.host": ("HostSystem", "host-1"),
        "parent": ("Folder", "group-v3"),
    }
    return found | {path.replace("__", "."): of for path, of in properties.items()}


def task(state: str, verb: str = "VirtualMachine.powerOn", **properties: object) -> dict[str, object]:
    return {
        "info.state": state,
        "info.descriptionId": verb,
        **{f"info.{name}": of for name, of in properties.items()},
    }


def task_error(native_type: str, message: str) -> str:
    return (
        f'<val xsi:type="LocalizedMethodFault"><fault xsi:type="{native_type}"/>'
        f"<localizedMessage>{message}</localizedMessage></val>"
    )


def number(of: int) -> str:
    return f'<val xsi:type="xsd:int">{of}</val>'


def script(objects: Objects, **operations: Answer) -> Script:
    """Answers retrievals from `objects`, searches by uuid, and `operations`."""

    def retrieved(asked: Asked) -> Reply:
        known = re.findall(r'<obj type="(\w+)">([^<]*)</obj>', asked.body)
        found = dict.fromkeys(one for one in known if one in objects)
        if ("ContainerView", "view-1") in known:
            found = dict.fromkeys(one for one in objects if one[0] == "VirtualMachine")
        return page(content(one[0], one[1], objects[one]) for one in found)

    def searched(asked: Asked) -> Reply:
        wanted = asked.value("uuid")
        for (native_type, value), properties in objects.items():
            if properties.get("config.instanceUuid") == wanted:
                return made("FindByUuid", native_type, value)
        return answer("FindByUuid")

    return {"RetrievePropertiesEx": retrieved, "FindByUuid": searched, **operations}


def instance(properties: Mapping[str, object] | None = None, **others: dict[str, object]) -> Objects:
    """The instance, and tasks by their number: task_1=task(…)."""
    objects: Objects = {("VirtualMachine", "vm-7"): dict(properties or machine())}
    return objects | {("Task", name.replace("_", "-")): of for name, of in others.items()}


def started(operation: str, key: str = "task-1") -> Reply:
    return made(operation, "Task", key)
