"""What the demonstration's private cloud costs. Invented numbers of a believable size; the hosts are counted."""

RATE_CARD = """\
apiVersion: mcm/v1
kind: RateCard
name: beijing-dc
description: An example; no real data centre's numbers. 示例数据，并非真实机房的成本。
currency: CNY
accounts: [beijing-dc]
assets:
  - name: 计算服务器
    capex: 1440000
    residual: 72000
    life_months: 60
    annual_rate: 0.045
    in_service_since: 2025-03
    method: annuity
  - name: 存储阵列
    capex: 600000
    life_months: 60
    in_service_since: 2025-03
    method: straight_line
energy:
  kw: 9.5
  kw_idle: 6
  pue: 1.45
  tariff: 0.78
space:
  - {name: 机柜, quantity: 3, monthly: 6000}
licences:
  - {name: 操作系统订阅, per: socket, monthly: 450, count: measured}
  - {name: 备份软件, per: flat, monthly: 5200}
support:
  - {name: 硬件维保, monthly: 9000}
staff:
  - {role: 运维工程师, fte: 1.5, monthly: 28000}
other:
  - {name: 专线, monthly: 8000}
shares:
  vcpu: 0.45
  memory: 0.35
  storage: {ssd: 0.14, hdd: 0.06}
capacity:
  vcpu: measured
  memory_gib: measured
  storage_gib: {ssd: 60000, hdd: 120000}
overcommit: {vcpu: 4}
ha_reserve: {vcpu: 0.1, memory: 0.1}
utilisation: {vcpu: measured, memory: measured, storage: 0.55}
"""
