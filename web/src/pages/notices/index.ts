import type { Page } from "../../app/page";

export const notices: Page = {
  path: "/notices",
  title: { en: "Notices", zh: "通知" },
  section: "settings",
  permission: "notice.read",
  help: {
    heading: { en: "Notices", zh: "通知" },
    paragraphs: [
      {
        en: "Targets are told what happens: over a signed webhook, or by mail. What does not arrive is tried again, for longer and longer pauses; after too many failures in a row a target is turned off.",
        zh: "通过签名的 Webhook 或邮件将事件告知目标。未送达时会以递增间隔重试；连续失败过多时目标会被停用。",
      },
    ],
  },
  load: () => import("./list"),
};

export const noticeTarget: Page = {
  path: "/notices/:target",
  title: { en: "Target", zh: "通知目标" },
  above: "/notices",
  permission: "notice.read",
  load: () => import("./target"),
};
