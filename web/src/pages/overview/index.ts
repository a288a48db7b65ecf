import type { Page } from "../../app/page";

export const overview: Page = {
  path: "/",
  title: { en: "Overview", zh: "总览" },
  section: "estate",
  permission: "own.read",
  help: {
    heading: { en: "Overview", zh: "总览" },
    paragraphs: [
      {
        en: "All clouds at a glance. Every number says how old it is; “≥” stands before a sum in which something is missing, and the page names what.",
        zh: "所有云的整体状况。每个数字都标明时间；“≥”表示合计中有缺失，页面会列出缺失的内容。",
      },
    ],
  },
  load: () => import("./page"),
};
