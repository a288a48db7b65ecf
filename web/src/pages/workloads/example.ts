/** What a workload looks like, for whoever begins with an empty page. */
export const EXAMPLE = `apiVersion: mcm/v1
kind: Workload
metadata:
  name: shop
spec:
  data_class: internal
  tiers:
    - name: web
      count: 2
      vcpus: 2
      memory_gib: 4
      disk_gib: 20
`;
