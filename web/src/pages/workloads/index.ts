import type { Page } from "../../app/page";

export const workloads: Page = {
  path: "/workloads",
  title: { en: "Workloads", zh: "工作负载" },
  section: "placement",
  permission: "workload.read",
  load: () => import("./list"),
};

export const newWorkload: Page = {
  path: "/workloads/new",
  title: { en: "New workload", zh: "新建工作负载" },
  above: "/workloads",
  permission: "workload.write",
  load: () => import("./create"),
};

export const workload: Page = {
  path: "/workloads/:workload",
  title: { en: "Workload", zh: "工作负载" },
  above: "/workloads",
  permission: "workload.read",
  load: () => import("./workload"),
};

export const editWorkload: Page = {
  path: "/workloads/:workload/edit",
  title: { en: "Edit", zh: "编辑" },
  above: "/workloads/:workload",
  permission: "workload.write",
  load: () => import("./edit"),
};
