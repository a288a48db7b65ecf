"""Why something cannot be chosen when an instance, a volume … is made: one source for the form's choices and for the
check before anything is sent."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from mcm.operations.reasons import Reason, filled, in_chinese

_LIST = "`mcm account choices {account} --region {region}` lists them; `mcm sync {account}` reads anew"
_LIST_ZH = "“mcm account choices {account} --region {region}”列出可选项；“mcm sync {account}”重新读取"
_FIND = '`mcm resource list --filter \'kind = "{kind}" AND account = "{account}"\'` lists what there is'
_FIND_ZH = '“mcm resource list --filter \'kind = "{kind}" AND account = "{account}"\'”列出现有资源'
_SMALLER = "choose a smaller image, or a larger flavor"
_SMALLER_ZH = "请选择更小的镜像或更大的规格"

REASONS: dict[str, Reason] = {
    "unknown": Reason(
        "account '{account}' has no {kind} '{value}' in region '{region}'",
        "账号“{account}”在区域“{region}”中没有 {kind}“{value}”",
        _LIST,
        _LIST_ZH,
    ),
    # Of a kind that forms have no list of.
    "not_found": Reason(
        "account '{account}' has no {kind} '{value}' in region '{region}'",
        "账号“{account}”在区域“{region}”中没有 {kind}“{value}”",
        _FIND,
        _FIND_ZH,
    ),
    "ambiguous": Reason(
        "several of {kind} are called '{value}' in account '{account}'",
        "账号“{account}”中有多个 {kind} 名为“{value}”",
        "give the native id of one of them",
        "请改用其中一个的原生 ID",
    ),
    "other_region": Reason(
        "{kind} '{value}' is in region '{where}', not in '{region}'",
        "{kind}“{value}”位于区域“{where}”，而不在“{region}”",
        "choose one of region '{region}', or make it in '{where}'",
        "请选择区域“{region}”中的资源，或改在“{where}”中创建",
    ),
    "other_account": Reason(
        "{kind} '{value}' is of account '{where}'; account '{account}' does not see it",
        "{kind}“{value}”属于账号“{where}”，账号“{account}”看不到它",
        "choose one of account '{account}', or make it in account '{where}'",
        "请选择账号“{account}”中的资源，或改在账号“{where}”中创建",
    ),
    "missing": Reason(
        "the last complete read did not list it",
        "最近一次完整读取中未列出它",
        "choose another, or read the account again: mcm sync {account}",
        "请另选，或重新读取该账号：mcm sync {account}",
    ),
    "wrong_state": Reason(
        "it is {state} at the cloud",
        "它在云上的状态为 {state}",
        "choose another, or wait until it is available",
        "请另选，或等待其变为可用",
    ),
    "other_project": Reason(
        "it is of project '{project}' and not shared; what this account makes goes to project '{home}'",
        "它属于项目“{project}”且未共享；此账号创建的资源归入项目“{home}”",
        "choose one of project '{home}', or use an account of project '{project}'",
        "请选择项目“{home}”中的资源，或使用项目“{project}”的账号",
    ),
    "not_home": Reason(
        "what this account makes goes to project '{home}'",
        "此账号创建的资源归入项目“{home}”",
        "use an account of project '{project}'",
        "请使用项目“{project}”的账号",
    ),
    "not_external": Reason(
        "it is no outside network",
        "它不是外部网络",
        "choose a network that leads outside",
        "请选择通向外部的网络",
    ),
    "other_service": Reason(
        "it is a zone for {services}, not for {service}",
        "该可用区用于 {services}，不用于 {service}",
        "choose another zone",
        "请选择其他可用区",
    ),
    "other_source": Reason(
        "it is a snapshot of an {source}, not of a volume",
        "它是 {source} 的快照，不是卷快照",
        "choose a snapshot of a volume",
        "请选择卷快照",
    ),
    "memory_too_small": Reason(
        "image '{image}' needs {needed} MiB of memory, and '{flavor}' has {has}",
        "镜像“{image}”需要 {needed} MiB 内存，而“{flavor}”只有 {has}",
        _SMALLER,
        _SMALLER_ZH,
    ),
    "disk_too_small": Reason(
        "image '{image}' needs a disk of {needed} GiB, and '{flavor}' has {has}",
        "镜像“{image}”需要 {needed} GiB 磁盘，而“{flavor}”只有 {has}",
        _SMALLER,
        _SMALLER_ZH,
    ),
    "other_architecture": Reason(
        "image '{image}' is for {wanted}, and flavor '{flavor}' is {has}",
        "镜像“{image}”适用于 {wanted}，而规格“{flavor}”为 {has}",
        "choose an image and a flavor of one architecture",
        "请选择架构一致的镜像与规格",
    ),
    "quota": Reason(
        "tenant '{whose}' has {left} {resource} left of {limit}, and this needs {asked}",
        "租户“{whose}”的 {resource} 配额 {limit} 仅剩 {left}，而此项需要 {asked}",
        "choose a smaller one, remove something, or raise the limit: mcm quota set",
        "请选择更小的，删除部分资源，或提高限额：mcm quota set",
    ),
    "quota_above": Reason(
        "a limit above this tenant leaves no room for {asked} {resource}",
        "上级租户的限额容不下 {asked} {resource}",
        "choose a smaller one, or ask whoever manages the tenants above",
        "请选择更小的，或联系上级租户的管理者",
    ),
    "cloud_quota": Reason(
        "the cloud's quota of project '{whose}' has {left} {resource} left of {limit}, and this needs {asked}",
        "云上项目“{whose}”的 {resource} 配额 {limit} 仅剩 {left}，而此项需要 {asked}",
        "choose a smaller one, remove something, or have it raised at the cloud, then: mcm sync {account} --kind quota",
        "请选择更小的，删除部分资源，或在云上提高配额，然后执行 mcm sync {account} --kind quota",
    ),
    "same_name": Reason(
        "the name '{value}' is taken already by another {kind} in region '{region}'",
        "区域“{region}”中已有名为“{value}”的 {kind}",
        "choose another name, unless two of one name are meant",
        "若非有意重名，请另取名称",
    ),
}


@dataclass(frozen=True, slots=True)
class Hindrance:
    """One thing that stands in the way. values fill the sentences' blanks."""

    code: str
    values: Mapping[str, str] = field(default_factory=dict)

    @property
    def reason(self) -> str:
        return filled(REASONS[self.code].text, self.values)

    @property
    def reason_zh(self) -> str:
        return filled(REASONS[self.code].text_zh, in_chinese(self.values))

    @property
    def how_to_fix(self) -> str:
        return filled(REASONS[self.code].fix, self.values)

    @property
    def how_to_fix_zh(self) -> str:
        return filled(REASONS[self.code].fix_zh, self.values)

    @property
    def told(self) -> dict[str, str]:
        return {
            "reason_code": self.code,
            "reason": self.reason,
            "reason_zh": self.reason_zh,
            "how_to_fix": self.how_to_fix,
            "how_to_fix_zh": self.how_to_fix_zh,
        }


def hindrance(code: str, **values: object) -> Hindrance:
    return Hindrance(code, {name: str(value) for name, value in values.items()})
