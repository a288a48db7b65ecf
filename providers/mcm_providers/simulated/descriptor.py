"""What the simulated cloud asks and offers. No state, no clock, no other module of this package."""

from mcm.contract import (
    ActionSupport,
    Cadence,
    Capability,
    ConnectionField,
    ConnectionSchema,
    ImageSupport,
    KindSupport,
    ProviderDescriptor,
    ResourceKind,
    Text,
)
from mcm.contract.actions import ACTIONS, proven_beside

_FIELDS = (
    ConnectionField(
        key="flavour",
        title="Flavour",
        title_zh="风格",
        help="openstack (if left out), vmware or public: names, states, ids and kinds as such a cloud has them",
    ),
    ConnectionField(
        key="instances", type="integer", title="Instances", title_zh="实例数量", help="0 to 100000; 200 if left out"
    ),
    ConnectionField(
        key="regions", type="list", title="Regions", title_zh="区域", help="their ids, or how many; 2 if left out"
    ),
    ConnectionField(key="seed", type="integer", title="Seed", title_zh="随机种子", help="same seed, same cloud"),
    ConnectionField(
        key="page_size", type="integer", title="Page size", title_zh="每页条数", help="1 to 10000; 250 if left out"
    ),
    ConnectionField(key="latency_ms", title="Latency of each call, ms", title_zh="每次调用的延迟（毫秒）"),
    ConnectionField(
        key="action_ms",
        title="Duration of what is asked for, ms",
        title_zh="操作耗时（毫秒）",
        help="how long starting, stopping and the like take; 1500 if left out",
    ),
    ConnectionField(
        key="drift", title="Changes per minute", title_zh="每分钟变化次数", help="a formula of seed and clock"
    ),
    ConnectionField(
        key="faults",
        type="list",
        title="Faults",
        title_zh="故障",
        help="e.g. expired, throttle:0.2, hang:REGION, region:ID=unreachable, kind:volume=denied, cut:instance@3",
    ),
    ConnectionField(key="seed_file", title="Seed file", title_zh="种子文件", help="a YAML file with the whole cloud"),
    ConnectionField(
        key="cloud_id", title="Cloud id", title_zh="云标识", help="accounts with the same id see the same cloud"
    ),
    ConnectionField(
        key="image_formats",
        type="list",
        title="Image formats",
        title_zh="镜像格式",
        help="what its machines start from, the first what images of instances have; qcow2, raw if left out",
    ),
    ConnectionField(key="project", title="Project", title_zh="项目", help="id or name; only this project is seen"),
    ConnectionField(
        key="token",
        title="Token",
        title_zh="令牌",
        secret=True,
        help="anything is accepted but 'wrong' and 'expired'",
    ),
)

_HOT = {ResourceKind.INSTANCE, ResourceKind.VOLUME, ResourceKind.PORT, ResourceKind.PUBLIC_IP, ResourceKind.QUOTA}
_DEEP = {ResourceKind.FLAVOR, ResourceKind.IMAGE, ResourceKind.KEYPAIR}
_FED = {ResourceKind.INSTANCE, ResourceKind.VOLUME, ResourceKind.PORT}


def _support(kind: ResourceKind) -> KindSupport:
    cadence = Cadence.HOT if kind in _HOT else Cadence.DEEP if kind in _DEEP else Cadence.SLOW
    return KindSupport(cadence=cadence, feed=kind in _FED)


DESCRIPTOR = ProviderDescriptor(
    name="simulated",
    title=Text(en="Simulated cloud", zh="模拟云"),
    adapter="mcm_providers.simulated.adapter:SimulatedProvider",
    connection=ConnectionSchema(fields=_FIELDS),
    kinds={kind: _support(kind) for kind in ResourceKind},
    capabilities=frozenset(
        {
            *(Capability.INVENTORY, Capability.CHANGE_FEED, Capability.ACTIONS, Capability.METRICS),
            *(Capability.IMAGE_EXPORT, Capability.IMAGE_IMPORT),
        }
    ),
    images=ImageSupport(root_volume=True),
    proven=proven_beside(__file__),
    actions={
        ident: ActionSupport(absent="no_console") if ident == "instance.console" else ActionSupport()
        for ident in ACTIONS
    },
    messages={
        "no_console": Text(
            en="A simulated instance has no screen to look at.",
            zh="模拟实例没有可供查看的控制台。",
        ),
        "not_in_flavour": Text(
            en="The kind of cloud that is simulated here has no such state.",
            zh="此处模拟的云类型没有这种状态。",
        ),
        "service_missing": Text(
            en="This cloud has no service for {kind}.",
            zh="该云没有提供“{kind}”的服务。",
        ),
        "storage_is_hidden": Text(
            en="This kind of cloud does not show where it stores its volumes.",
            zh="此类云不展示卷的存储位置。",
        ),
        "hardware_is_hidden": Text(
            en="A public cloud does not show its {kind}.",
            zh="公有云不展示“{kind}”。",
        ),
        "disks_belong_to_instances": Text(
            en="Disks are parts of instances here and not resources of their own.",
            zh="磁盘在此属于实例，不是独立资源。",
        ),
        "sizes_are_free": Text(
            en="Instances have free sizes here; there are no flavors.",
            zh="此处实例的规格可任意设定，没有规格类型。",
        ),
        "no_projects": Text(
            en="This cloud has no projects.",
            zh="该云没有项目。",
        ),
    },
)
