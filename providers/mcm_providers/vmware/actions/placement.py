"""Where a clone goes: what was asked for, else where its template lies.

https://developer.broadcom.com/xapis/vsphere-web-services-api/latest/vim.vm.RelocateSpec.html
"""

from mcm.contract import InvalidRequest, ResourceNotFound
from mcm.contract.actions.params import InstanceCreate
from mcm_providers.vmware.actions.desk import Desk
from mcm_providers.vmware.actions.machine import Machine, properties
from mcm_providers.vmware.client import Reference
from mcm_providers.vmware.content import Ref, boolean, items
from mcm_providers.vmware.soap import reference

_POOLS = ("ResourcePool", "VirtualApp")
_CLUSTER, _DRS = "ClusterComputeResource", "configuration.drsConfig.enabled"


def location(desk: Desk, template: Machine, params: InstanceCreate) -> str:
    """A template is in no resource pool, and an instance has to be in one: the root pool of the template's host."""
    home = template.found.get("runtime.host")
    pool, owner = _chosen_pool(desk, params.resource_pool) if params.resource_pool else _home_pool(desk, home)
    host = _host(desk, owner, str(home or ""))
    parts = (
        reference("datastore", "Datastore", params.datastore) if params.datastore else "",
        reference("pool", *pool),
        reference("host", "HostSystem", host) if host else "",
    )
    return f"<location>{''.join(parts)}</location>"


def root_pool(desk: Desk, host: str) -> tuple[Reference, Ref]:
    """The root pool of a host's cluster, or of the host itself, and whose it is."""
    parent = properties(desk.session, [("HostSystem", host)], "parent").get(host, {}).get("parent")
    if not isinstance(parent, Ref):
        raise ResourceNotFound(f"there is no host '{host}' that can be seen")
    found = properties(desk.session, [(parent.native_type, str(parent))], "resourcePool").get(str(parent), {})
    pool = found.get("resourcePool")
    if not isinstance(pool, Ref):
        raise InvalidRequest(f"host '{host}' has no resource pool that can be seen: name a resource_pool")
    return (pool.native_type, str(pool)), parent


def _home_pool(desk: Desk, home: object) -> tuple[Reference, Ref]:
    if not home:
        raise InvalidRequest("the template is on no host that can be seen: name a resource_pool")
    return root_pool(desk, str(home))


def _chosen_pool(desk: Desk, value: str) -> tuple[Reference, Ref]:
    found = properties(desk.session, [(native_type, value) for native_type in _POOLS], "owner").get(value)
    if found is None or not isinstance(found.get("owner"), Ref):
        raise ResourceNotFound(f"there is no resource pool '{value}'")
    return (found["@type"], value), found["owner"]


def _host(desk: Desk, owner: Ref, home: str) -> str:
    """A cluster without DRS does not choose a host by itself; the template's, if it is one of the cluster's."""
    if owner.native_type != _CLUSTER:
        return ""
    found = properties(desk.session, [(_CLUSTER, str(owner))], _DRS, "host").get(str(owner), {})
    hosts = [str(one) for one in items(found.get("host"))]
    if boolean(found.get(_DRS)) or not hosts:
        return ""
    return home if home in hosts else hosts[0]
