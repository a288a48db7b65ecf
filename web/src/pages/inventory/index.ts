import type { Page } from "../../app/page";
import { firstRows } from "./list";

export const inventory: Page = {
  path: "/inventory",
  title: { en: "Inventory", zh: "资源清单" },
  section: "estate",
  permission: "resource.read",
  help: {
    heading: { en: "Inventory", zh: "资源清单" },
    paragraphs: [
      {
        en: "Everything that any connected cloud has, in one list. What you see is what the cloud last said, with its age; a read that failed or was cut never removes a row.",
        zh: "所有已连接云中的全部资源，汇总在一个列表中。显示的是云平台最近一次返回的内容及其时间；读取失败或不完整时不会删除任何条目。",
      },
      {
        en: "The filter is the same language as on the command line and in the API. The address of this page holds all of it: send it to somebody and they see the same.",
        zh: "过滤器与命令行及 API 使用同一种语法。页面地址包含全部条件：把地址发给他人即可看到相同内容。",
      },
      {
        en: "“As of” shows the inventory as it was at a past instant.",
        zh: "“时间点”可查看过去某一时刻的资源清单。",
      },
    ],
  },
  load: () => import("./page"),
  ahead: firstRows,
};
