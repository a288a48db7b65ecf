"""OpenStack: keystone, nova, cinder, glance and neutron, read through keystoneauth."""
