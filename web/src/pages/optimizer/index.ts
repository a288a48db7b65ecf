import type { Page } from "../../app/page";

export const optimizations: Page = {
  path: "/optimizations",
  title: { en: "Optimise", zh: "优化" },
  section: "placement",
  permission: "placement.read",
  load: () => import("./list"),
};

export const optimization: Page = {
  path: "/optimizations/:optimization",
  title: { en: "Optimisation", zh: "优化" },
  above: "/optimizations",
  nameless: true,
  permission: "placement.read",
  load: () => import("./optimization"),
};
