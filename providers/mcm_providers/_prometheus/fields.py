"""The questions of an account that names a Prometheus server. Data only: descriptors import it."""

from mcm.contract import ConnectionField, Text

_F = ConnectionField

FIELDS = (
    _F(
        key="prometheus_url",
        type="url",
        title="Prometheus server",
        title_zh="Prometheus 服务器",
        help="Where utilisation is read, such as https://prometheus.example.com:9090. None is read without it.",
    ),
    _F(
        key="prometheus_exporter",
        title="Exporter",
        title_zh="导出器",
        help="libvirt: instances as their hosts see them. node: a node_exporter inside every instance.",
        default="libvirt",
    ),
    _F(
        key="prometheus_labels",
        type="list",
        title="Labels of this cloud",
        title_zh="此云的标签",
        help="As name=value, where the server knows several clouds, such as cluster=east.",
    ),
    _F(
        key="prometheus_step_s",
        type="integer",
        title="Interval (seconds)",
        title_zh="间隔（秒）",
        help="300 to 3600; at least twice the interval in which the server scrapes.",
        default=300,
    ),
    _F(key="prometheus_ca_file", title="Prometheus: CA file (PEM)", title_zh="Prometheus：CA 证书文件 (PEM)"),
    _F(key="prometheus_username", title="Prometheus: user name", title_zh="Prometheus：用户名"),
    _F(key="prometheus_password", title="Prometheus: password", title_zh="Prometheus：密码", secret=True),
    _F(
        key="prometheus_token",
        title="Prometheus: bearer token",
        title_zh="Prometheus：Bearer 令牌",
        help="Instead of user name and password.",
        secret=True,
    ),
)

NO_PROMETHEUS = "no_prometheus"
MESSAGES = {
    NO_PROMETHEUS: Text(
        en="The account names no Prometheus server, so that nothing is known of what is used; set prometheus_url.",
        zh="该账号未配置 Prometheus 服务器，因此没有用量数据；请设置 prometheus_url。",
    )
}
