"""The connection keys, named as in clouds.yaml; no SDK is imported here.

The keys under `auth` may be written with the prefix (`auth.username`), without it (`username`) or nested; `canonical`
brings all of them to the dotted form.
"""

from collections.abc import Mapping

from mcm.contract import ConnectionField, ConnectionForm, ConnectionSchema, InvalidRequest
from mcm_providers._prometheus.fields import FIELDS as PROMETHEUS_FIELDS

_F = ConnectionField

FIELDS = (
    _F(
        key="auth.auth_url",
        type="url",
        title="Identity URL",
        title_zh="身份服务地址",
        help="Keystone's address, such as https://cloud.example.com:5000/v3.",
        required=True,
    ),
    _F(key="auth.username", title="User name", title_zh="用户名"),
    _F(key="auth.user_id", title="User ID", title_zh="用户 ID", help="Instead of the name and its domain."),
    _F(key="auth.user_domain_name", title="User's domain", title_zh="用户所属域"),
    _F(key="auth.user_domain_id", title="ID of the user's domain", title_zh="用户所属域的 ID"),
    _F(key="auth.project_name", title="Project", title_zh="项目"),
    _F(key="auth.project_id", title="Project ID", title_zh="项目 ID", help="Instead of the name and its domain."),
    _F(key="auth.project_domain_name", title="Project's domain", title_zh="项目所属域"),
    _F(key="auth.project_domain_id", title="ID of the project's domain", title_zh="项目所属域的 ID"),
    _F(key="auth.domain_name", title="Domain to act in", title_zh="作用域（域）", help="Instead of a project."),
    _F(key="auth.domain_id", title="ID of the domain to act in", title_zh="作用域（域 ID）"),
    _F(
        key="auth.default_domain_name",
        title="Default domain",
        title_zh="默认域",
        help="Where no domain is given for user or project.",
    ),
    _F(key="auth.default_domain_id", title="ID of the default domain", title_zh="默认域的 ID"),
    _F(
        key="auth.system_scope",
        title="System scope",
        title_zh="系统作用域",
        help="'all', instead of a project. Most services answer a project's token only.",
    ),
    _F(key="auth.trust_id", title="Trust ID", title_zh="信任 ID"),
    _F(
        key="auth.application_credential_id",
        title="Application credential ID",
        title_zh="应用凭据 ID",
        help="Instead of a user and a project.",
    ),
    _F(
        key="auth.application_credential_name",
        title="Application credential name",
        title_zh="应用凭据名称",
        help="Together with the user it belongs to.",
    ),
    _F(
        key="auth_type",
        title="Kind of credentials",
        title_zh="凭据类型",
        help="password, token or v3applicationcredential; taken from the keys given when empty.",
    ),
    _F(
        key="region_name",
        type="list",
        title="Regions",
        title_zh="区域",
        help="One or several; all of the catalogue when empty.",
    ),
    _F(
        key="interface",
        title="Endpoint interface",
        title_zh="端点类型",
        help="public, internal or admin.",
        default="public",
    ),
    _F(key="identity_api_version", title="Identity API version", title_zh="身份 API 版本", help="Only 3 is spoken."),
    _F(key="verify", type="boolean", title="Verify TLS certificates", title_zh="验证 TLS 证书", default=True),
    _F(
        key="cacert",
        title="CA file (PEM)",
        title_zh="CA 证书文件 (PEM)",
        help="Trust these certificate authorities instead of the public ones.",
    ),
    _F(key="compute_endpoint_override", type="url", title="Compute endpoint", title_zh="计算服务端点"),
    _F(key="network_endpoint_override", type="url", title="Network endpoint", title_zh="网络服务端点"),
    _F(key="image_endpoint_override", type="url", title="Image endpoint", title_zh="镜像服务端点"),
    _F(key="block_storage_endpoint_override", type="url", title="Block storage endpoint", title_zh="块存储服务端点"),
    _F(key="auth.password", title="Password", title_zh="密码", secret=True),
    _F(
        key="auth.application_credential_secret",
        title="Application credential secret",
        title_zh="应用凭据密钥",
        secret=True,
    ),
    _F(key="auth.token", title="Token", title_zh="令牌", help="It expires and cannot be renewed.", secret=True),
    *PROMETHEUS_FIELDS,
)

KEYS = frozenset(field.key for field in FIELDS)
_OTHER_NAMES = {
    "endpoint_type": "interface",
    "regions": "region_name",
    "auth.tenant_name": "auth.project_name",
    "auth.tenant_id": "auth.project_id",
    "auth.system": "auth.system_scope",
    "volume_endpoint_override": "block_storage_endpoint_override",
    "volumev3_endpoint_override": "block_storage_endpoint_override",
}


def canonical(given: Mapping[str, object]) -> dict[str, object]:
    """The same answers under their dotted keys; unknown keys stay as they are, for `validated` to refuse."""
    flat: dict[str, object] = {}
    for key, value in given.items():
        if key == "auth" and isinstance(value, Mapping):
            flat |= {f"auth.{inner}": kept for inner, kept in value.items()}
        else:
            flat[key] = value
    answers: dict[str, object] = {}
    for key, value in flat.items():
        name = _canonical_key(key)
        if name in answers and answers[name] != value:
            raise InvalidRequest(f"'{key}' and '{name}' say different things; give only one of them")
        answers[name] = value
    return answers


def _canonical_key(key: str) -> str:
    for name in (key, f"auth.{key}"):
        known = _OTHER_NAMES.get(name, name)
        if known in KEYS:
            return known
    return key


class CloudsYamlSchema(ConnectionSchema):
    """The schema with clouds.yaml's several ways to write one key."""

    def validated(self, config: Mapping[str, object], secrets: Mapping[str, str]) -> ConnectionForm:
        kept = {key: str(value) for key, value in canonical(secrets).items()}
        return super().validated(canonical(config), kept)
