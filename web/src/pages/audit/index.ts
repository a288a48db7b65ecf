import type { Page } from "../../app/page";

export const audit: Page = {
  path: "/audit",
  title: { en: "Audit trail", zh: "审计日志" },
  section: "trust",
  permission: "audit.read",
  help: {
    heading: { en: "Audit trail", zh: "审计日志" },
    paragraphs: [
      {
        en: "Every change leaves an intent before something leaves mcm, and a result. Rows form a chain: verifying walks it and names the first row that is wrong.",
        zh: "每次变更都会在发出前留下意图记录，并在之后留下结果记录。各行构成链，校验会遍历整条链并指出第一处异常。",
      },
      {
        en: "A head says how far the trail goes now. Kept elsewhere, it shows later whether the end was cut off.",
        zh: "链头表明日志当前的末端位置。将其另行保存，日后可据此发现末尾是否被截断。",
      },
    ],
  },
  load: () => import("./page"),
};

export const segments: Page = {
  path: "/audit/segments",
  title: { en: "Segments", zh: "分段" },
  above: "/audit",
  permission: "audit.read",
  load: () => import("./segments"),
};
