import { catalogue } from "../i18n/messages";

/** What the pages that govern (plans, people, notices …) say alike. */
export const governingTexts = catalogue({
  refresh: { en: "Refresh", zh: "刷新" },
  reading: { en: "Reading", zh: "正在读取" },
  mayNot: { en: "It needs the permission “{permission}”", zh: "需要权限“{permission}”" },
  cancel: { en: "Cancel", zh: "取消" },
  closeDialog: { en: "Close", zh: "关闭" },
  sameByCommand: { en: "The same on the command line", zh: "等效命令行" },
  typeName: { en: "Type “{name}” to confirm", zh: "请输入“{name}”以确认" },
  nothingFits: { en: "Nothing fits", zh: "没有符合条件的内容" },
  look: { en: "Look", zh: "查看" },
  typeFilter: { en: "Give a filter to see what fits.", zh: "请输入筛选条件以查看符合的资源。" },
  fitNow: { en: "Fit now: {n}", zh: "当前符合条件：{n}" },
  choosing: { en: "Selection", zh: "选择" },
  chooseAll: { en: "Select all", zh: "全选" },
  chooseOne: { en: "Select {name}", zh: "选择 {name}" },
  filtering: { en: "A part of what is shown", zh: "显示内容的一部分" },
});
