"""VMware vSphere: a vCenter, or one ESXi host alone."""
