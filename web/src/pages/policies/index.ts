import type { Page, ResourceTab } from "../../app/page";

export const policies: Page = {
  path: "/policies",
  title: { en: "Policies", zh: "策略" },
  section: "placement",
  permission: "policy.read",
  load: () => import("./list"),
};

export const newPolicy: Page = {
  path: "/policies/new",
  title: { en: "New policy", zh: "新建策略" },
  above: "/policies",
  permission: "policy.write",
  load: () => import("./create"),
};

export const policyLibrary: Page = {
  path: "/policies/library",
  title: { en: "Library", zh: "策略库" },
  above: "/policies",
  permission: "policy.read",
  load: () => import("./library"),
};

export const policy: Page = {
  path: "/policies/:policy",
  title: { en: "Policy", zh: "策略" },
  above: "/policies",
  permission: "policy.read",
  load: () => import("./policy"),
};

export const editPolicy: Page = {
  path: "/policies/:policy/edit",
  title: { en: "Edit", zh: "编辑" },
  above: "/policies/:policy",
  permission: "policy.write",
  load: () => import("./edit"),
};

export const violations: Page = {
  path: "/violations",
  title: { en: "Violations", zh: "违规" },
  section: "placement",
  permission: "policy.read",
  load: () => import("./violations"),
};

export const exceptions: Page = {
  path: "/exceptions",
  title: { en: "Exceptions", zh: "例外" },
  section: "placement",
  permission: "policy.read",
  load: () => import("./exceptions"),
};

export const policyTab: ResourceTab = {
  id: "policies",
  title: { en: "Policies", zh: "策略" },
  permission: "policy.read",
  load: () => import("./tab"),
};
