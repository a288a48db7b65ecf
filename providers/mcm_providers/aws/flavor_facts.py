"""What an instance type says about the machines made from it."""

from typing import NamedTuple

from mcm_providers.aws.documents import Document


class FlavorFacts(NamedTuple):
    vcpus: int | None
    memory_mib: int | None
    local_disk_gib: int | None
    gpu_count: int | None
    gpu_model: str | None
    architecture: str | None
    virtualization: str | None


def flavor_facts(document: Document) -> FlavorFacts:
    """Of one record of DescribeInstanceTypes."""
    gpus = (document.get("GpuInfo") or {}).get("Gpus") or []
    models = list(dict.fromkeys(f"{gpu.get('Manufacturer', '')} {gpu.get('Name', '')}".strip() for gpu in gpus))
    architectures = (document.get("ProcessorInfo") or {}).get("SupportedArchitectures") or []
    disk_gb = (document.get("InstanceStorageInfo") or {}).get("TotalSizeInGB")
    return FlavorFacts(
        vcpus=(document.get("VCpuInfo") or {}).get("DefaultVCpus"),
        memory_mib=(document.get("MemoryInfo") or {}).get("SizeInMiB"),
        local_disk_gib=round(disk_gb * 1e9 / 2**30) if disk_gb else None,
        gpu_count=sum(int(gpu.get("Count") or 0) for gpu in gpus) if gpus else None,
        gpu_model=", ".join(models)[:1024] if models else None,
        # A type that runs both lists i386 first; the machine is the wider one.
        architecture=architectures[-1] if architectures else None,
        virtualization="baremetal" if document.get("BareMetal") else document.get("Hypervisor") or None,
    )
