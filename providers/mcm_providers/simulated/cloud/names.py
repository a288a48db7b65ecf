"""Words from which instances, projects and tags get believable names, a part of them Chinese."""

APPS = (
    "web", "app", "api", "db", "cache", "mq", "erp", "crm", "oa", "mes", "portal", "gitlab", "jenkins", "harbor",
    "k8s-master", "k8s-node", "hadoop-dn", "kafka", "es", "nginx", "ldap", "dns", "ntp", "bastion", "backup",
    "财务系统", "核心账务", "门户网站", "数据中台", "人力资源",
)  # fmt: skip
ENVIRONMENTS = ("prod", "prod", "prod", "uat", "test", "test", "dev", "dr")
OWNERS = ("zhang.wei", "wang.fang", "li.na", "liu.yang", "chen.jie", "ops-team", "dba", "m.keller", "a.singh", "财务部")
COST_CENTRES = ("CC-1001", "CC-1002", "CC-2040", "CC-3300", "CC-7781")
PROJECTS = (
    "core-banking", "数据中台", "portal", "erp-prod", "devtest", "大数据平台", "ci-cd", "security", "网络安全部", "crm",
    "mobile-app", "人力资源", "iot-edge", "risk-control", "data-lake", "财务共享", "oa-system", "mes-factory",
    "disaster-recovery", "研发测试", "video", "kubernetes", "ai-training", "办公系统", "middleware", "monitoring",
    "archive", "电子商务", "payment", "logistics", "partner-a", "partner-b", "sandbox", "培训环境", "gis", "hr-saas",
    "email", "vdi", "客户服务", "lab",
)  # fmt: skip


def project_name(number: int) -> str:
    name = PROJECTS[number % len(PROJECTS)]
    return name if number < len(PROJECTS) else f"{name}-{number // len(PROJECTS) + 1}"


def instance_name(slot: int, dice: int) -> str:
    """One in about 41 is a plain word that other instances carry too: clouds allow duplicates."""
    app = APPS[dice % len(APPS)]
    if dice % 41 == 0:
        return APPS[(dice >> 12) % 5]
    return f"{app}-{ENVIRONMENTS[(dice >> 8) % len(ENVIRONMENTS)]}-{slot % 10_000:02d}"


def instance_tags(dice: int, version: int) -> dict[str, str]:
    """env and app belong to the instance; owner, cost centre and a ticket change with each `version`."""
    tags = {
        "env": ENVIRONMENTS[(dice >> 8) % len(ENVIRONMENTS)],
        "app": APPS[dice % len(APPS)],
        "owner": OWNERS[((dice >> 16) + version) % len(OWNERS)],
    }
    if dice & 3 == 0:
        tags["cost_center"] = COST_CENTRES[(dice >> 20) % len(COST_CENTRES)]
    if dice % 23 == 0:
        tags["等级保护"] = "三级"
    if version:
        tags["ticket"] = f"CHG-{version:05d}"
    return tags
