import type { Page } from "../../app/page";

export const operations: Page = {
  path: "/operations",
  title: { en: "Operations", zh: "操作记录" },
  section: "work",
  permission: "operation.read",
  help: {
    heading: { en: "Operations", zh: "操作记录" },
    paragraphs: [
      {
        en: "Every change that mcm has asked a cloud for, as it goes on. It is recorded before it is sent and goes on without this page.",
        zh: "mcm 向云平台发出的每一项变更及其进展。操作在发送前即已记录，关闭此页面不影响执行。",
      },
      {
        en: "“In doubt” means that the answer was lost: mcm looks at the cloud for what became of it and never sends it again blindly.",
        zh: "“结果未知”表示未收到云平台的答复：mcm 会到云平台核实结果，绝不盲目重发。",
      },
    ],
  },
  load: () => import("./page"),
};
