"""Real OpenStack services (keystone, placement, glance, neutron, cinder, nova) on loopback, for tests and for people.

Only the machines and the volumes' bytes are pretended: nova runs its fake hypervisor, cinder its fake driver. Every
API, database, queue, scheduler, quota and policy is the real one.
"""
