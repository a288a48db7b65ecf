import type { Page, ResourceTab } from "../../app/page";
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
export const operationsTab: ResourceTab = {
  id: "operations",
  title: texts.operations,
  permission: "operation.read",
  load: () => import("./operations"),
};

export const resource: Page = {
  path: "/resources/:resource",
  title: { en: "Resource", zh: "资源" },
  above: "/inventory",
  nameless: true,
  permission: "resource.read",
  help: {
    heading: { en: "Resource", zh: "资源" },
    paragraphs: [
      {
        en: "Everything that is known of one resource: what the cloud last said, what it hangs together with, how it changed, and what was asked of it.",
        zh: "某个资源的全部已知信息：云平台最近返回的内容、关联资源、变更历史以及对它执行过的操作。",
      },
      {
        en: "Each action says first what it would do and what hangs on the resource; nothing is sent before you have confirmed. What cannot be asked for now says why.",
        zh: "每个操作都会先说明将执行的内容和受影响的关联资源，确认之前不会发送任何请求。当前无法执行的操作会说明原因。",
      },
    ],
  },
  load: () => import("./page"),
};
