import type { ResourceTab } from "../../app/page";
import { texts } from "./texts";

export const detailsTab: ResourceTab = {
  id: "details",
  title: texts.details,
  permission: "resource.read",
  load: () => import("./details"),
};
export const relationsTab: ResourceTab = {
  id: "relations",
  title: texts.relations,
  permission: "resource.read",
  load: () => import("./relations"),
};
export const historyTab: ResourceTab = {
  id: "history",
  title: texts.history,
  permission: "resource.read",
  load: () => import("./history"),
};
export const nativeTab: ResourceTab = {
  id: "native",
  title: texts.native,
  permission: "resource.read",
  load: () => import("./native"),
};
