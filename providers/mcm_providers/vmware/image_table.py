"""Why the bytes of an image cannot be had, or taken in. Data only, read before pyVmomi is imported."""

from collections.abc import Mapping

from mcm.contract import Text

OF_IMAGES: Mapping[str, Text] = {
    "images_by_hand": Text(
        en="mcm copies no disks into vSphere; `ovftool` or the vSphere client deploy an OVF.",
        zh="mcm 不向 vSphere 导入磁盘，请用 `ovftool` 或 vSphere 客户端部署 OVF。",
    ),
    "image_has_no_disk": Text(en="The template has no disk.", zh="该模板没有磁盘。"),
    "disk_has_snapshots": Text(
        en="The disk's content is spread over the files of snapshots: consolidate its disks, or make the image anew.",
        zh="磁盘内容分散在多个快照文件中：请整合磁盘或重新制作镜像。",
    ),
    "disk_is_a_device": Text(
        en="The disk is a device of the storage (raw device mapping) and no file: turn it into a virtual disk first.",
        zh="该磁盘是存储设备（裸设备映射）而非文件：请先转换为虚拟磁盘。",
    ),
    "disk_encrypted": Text(
        en="The disk is encrypted and its file of use to vSphere alone: decrypt it first.",
        zh="该磁盘已加密，其文件只有 vSphere 能读取：请先解密。",
    ),
    "disk_not_flat": Text(
        en="The disk is not one flat file: migrate the instance's storage to a VMFS or NFS datastore first.",
        zh="该磁盘不是单个平面文件：请先将实例的存储迁移到 VMFS 或 NFS 数据存储。",
    ),
    "disk_not_a_file": Text(
        en="vSAN, vVol and persistent memory keep disks as objects, not as files: migrate the instance's storage to a "
        "VMFS or NFS datastore first.",
        zh="vSAN、vVol 和持久内存以对象而非文件保存磁盘：请先将实例的存储迁移到 VMFS 或 NFS 数据存储。",
    ),
    "disk_elsewhere": Text(
        en="vCenter gives the file out at an ESXi host only, and mcm takes its session nowhere else.",
        zh="vCenter 只在 ESXi 主机上提供该文件，而 mcm 不会将会话带到其他主机。",
    ),
}
