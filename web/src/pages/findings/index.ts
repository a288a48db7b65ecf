import type { Page } from "../../app/page";
import { texts } from "./texts";

export const findings: Page = {
  path: "/findings",
  title: texts.title,
  section: "costs",
  permission: "cost.read",
  help: {
    heading: texts.title,
    paragraphs: [
      {
        en: "mcm looks every hour for idle and oversized instances, volumes and addresses that nothing uses, and old snapshots. Each finding carries its evidence, how sure it is, and the action that carries it out.",
        zh: "mcm 每小时查找闲置和规格过大的实例、无人使用的云硬盘和地址以及过期快照。每条建议都附有证据、置信度和对应的操作。",
      },
      {
        en: "A saving is of a month at the prices of the place. Where nobody knows a price it is unknown, and is in no sum. A plan is looked at, approved and applied before anything is sent to a cloud.",
        zh: "节省金额按所在位置的价格以月计算；没有价格时为未知，不计入合计。计划须经审阅、审批和执行后才会向云平台发送请求。",
      },
    ],
  },
  load: () => import("./list"),
};
