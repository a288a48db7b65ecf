# mypy: ignore-errors
"""nova's own fake hypervisor, which forgets its instances when it restarts and never delivers a snapshot, mended.

Runs inside nova-compute, never in the test process.
"""

# First: importing it decides how the interpreter runs threads.
from nova.cmd.compute import main  # noqa: F401, I001

import io
import os

import nova.virt
from nova import context as nova_context
from nova import objects
from nova.compute import task_states
from nova.image import glance
from nova.virt import fake, node

# nova looks for drivers in its own package only.
nova.virt.__path__.append(os.path.dirname(__file__))

_SNAPSHOT_BYTES = 1 << 20


class Hypervisor(fake.FakeDriver):
    def init_host(self, host):
        super().init_host(host)
        # A node must keep its identity over restarts; the fake driver would make up a new one.
        setattr(fake.uuids, f"node_{host}", node.get_local_node_uuid())
        for instance in objects.InstanceList.get_by_host(nova_context.get_admin_context(), host):
            self.instances[instance.uuid] = fake.FakeInstance(instance.name, instance.power_state, instance.uuid)

    def snapshot(self, context, instance, image_id, update_task_state):
        update_task_state(task_state=task_states.IMAGE_PENDING_UPLOAD)
        update_task_state(task_state=task_states.IMAGE_UPLOADING, expected_state=task_states.IMAGE_PENDING_UPLOAD)
        delivered = {"status": "active", "disk_format": "raw", "container_format": "bare"}
        glance.API().update(context, image_id, delivered, io.BytesIO(bytes(_SNAPSHOT_BYTES)), purge_props=False)
