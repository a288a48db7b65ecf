import type { Page } from "../../app/page";

export const tenants: Page = {
  path: "/tenants",
  title: { en: "Tenants", zh: "租户" },
  section: "trust",
  permission: "tenant.read",
  help: {
    heading: { en: "Tenants", zh: "租户" },
    paragraphs: [
      {
        en: "Tenants form a tree. Rules say which resources belong to which; what none fits belongs to its account's tenant.",
        zh: "租户构成树形结构。规则决定资源归属；不符合任何规则的资源归其账号所属租户。",
      },
    ],
  },
  load: () => import("./page"),
};

export const tenantRules: Page = {
  path: "/tenants/rules",
  title: { en: "Rules", zh: "规则" },
  above: "/tenants",
  permission: "tenant.read",
  load: () => import("./rules"),
};

export const quotas: Page = {
  path: "/tenant-quotas",
  title: { en: "Quotas", zh: "配额" },
  section: "trust",
  permission: "quota.read",
  load: () => import("./quotas"),
};
