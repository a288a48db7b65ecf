import type { Page } from "../../app/page";

export const recycling: Page = {
  path: "/recycle-bin",
  title: { en: "Recycle bin", zh: "回收站" },
  section: "work",
  permission: "operation.read",
  help: {
    heading: { en: "Recycle bin", zh: "回收站" },
    paragraphs: [
      {
        en: "What is here is stopped and deleted some days later, unless somebody restores it before. Until then nothing is lost.",
        zh: "此处的实例已停止，若未在期限内恢复，将在若干天后删除。在此之前不会丢失任何内容。",
      },
    ],
  },
  load: () => import("./bin"),
};

export const retirements: Page = {
  path: "/retirements",
  title: { en: "Retirements", zh: "退役安排" },
  section: "work",
  permission: "resource.read",
  help: {
    heading: { en: "Retirements", zh: "退役安排" },
    paragraphs: [
      {
        en: "An instance with a date is stopped on that day, never deleted. Its owner is reminded before; a later date renews it.",
        zh: "设有日期的实例将在当天停止，但不会被删除。到期前会提醒负责人；设置更晚的日期即可续期。",
      },
    ],
  },
  load: () => import("./retirements"),
};
