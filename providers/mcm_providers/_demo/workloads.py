"""What the demonstration's organisation wants to run, as documents: one whose data stays private, one that may go
anywhere."""

LEDGER = """\
apiVersion: mcm/v1
kind: Workload
metadata:
  name: ledger
  title: 核心账务 · General ledger
  owner: zhang.wei
  application: 核心账务
  environment: prod
spec:
  data_class: confidential
  residency: [CN]
  tiers:
    - name: app
      count: 2
      vcpus: 4
      memory_gib: 8
      disk_gib: 40
      traffic: {to: {db: 50}}
    - name: db
      count: 2
      vcpus: 8
      memory_gib: 16
      disk_gib: 160
      snapshot_gib: 160
"""
SHOP = """\
apiVersion: mcm/v1
kind: Workload
metadata:
  name: web-shop
  title: 网上商城 · Web shop
  owner: li.na
  application: web
  environment: prod
spec:
  data_class: internal
  purchase: [on_demand, reserved]
  tiers:
    - name: web
      count: 3
      vcpus: 2
      memory_gib: 4
      disk_gib: 40
      public_ips: 1
      traffic: {internet_gb: 300, to: {cache: 20}}
    - name: cache
      vcpus: 4
      memory_gib: 32
"""
WORKLOADS = {"ledger": LEDGER, "web-shop": SHOP}
