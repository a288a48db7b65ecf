import type { Page } from "../../app/page";

export const place: Page = {
  path: "/place",
  title: { en: "Place", zh: "选择位置" },
  section: "placement",
  permission: "placement.run",
  load: () => import("./place"),
};

export const placements: Page = {
  path: "/placements",
  title: { en: "Decisions", zh: "放置决定" },
  section: "placement",
  permission: "placement.read",
  load: () => import("./list"),
};

export const placement: Page = {
  path: "/placements/:placement",
  title: { en: "Decision", zh: "放置决定" },
  above: "/placements",
  permission: "placement.read",
  load: () => import("./placement"),
};

export const reservations: Page = {
  path: "/reservations",
  title: { en: "Reservations", zh: "容量预留" },
  section: "placement",
  permission: "placement.read",
  load: () => import("./reservations"),
};

export const locations: Page = {
  path: "/locations",
  title: { en: "Locations", zh: "位置" },
  section: "placement",
  permission: "placement.read",
  load: () => import("./locations"),
};
