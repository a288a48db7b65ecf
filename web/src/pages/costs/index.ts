import type { Page, ResourceTab } from "../../app/page";

export const costs: Page = {
  path: "/costs",
  title: { en: "Costs", zh: "成本报告" },
  section: "costs",
  permission: "cost.read",
  help: {
    heading: { en: "Costs", zh: "成本报告" },
    paragraphs: [
      {
        en: "What a month cost and who pays it: bills, metered use of own clouds, and what allocation rules share. Amounts are exact; what is shown is rounded once, and every digit stands in the title of an amount.",
        zh: "某个月的成本及其承担者：账单、自有云的用量计费以及分摊规则的结果。金额精确计算，仅在显示时舍入一次；鼠标悬停可查看完整数字。",
      },
      {
        en: "A number with ≥ lacks something that is not known. Behind each line stand the groups of charges it is made of, and behind these the charges and the import that brought them.",
        zh: "带 ≥ 的数字表示其中有未知部分。每一行都可以追溯到组成它的费用分组，再到具体费用及其导入记录。",
      },
    ],
  },
  load: () => import("./report"),
};

export const costSources: Page = {
  path: "/costs/sources",
  title: { en: "Behind a line", zh: "费用来源" },
  above: "/costs",
  permission: "cost.read",
  load: () => import("./sources"),
};

export const charges: Page = {
  path: "/charges",
  title: { en: "Charges", zh: "费用明细" },
  above: "/costs",
  permission: "cost.read",
  load: () => import("./charges"),
};

export const compare: Page = {
  path: "/compare",
  title: { en: "Compare", zh: "成本对比" },
  section: "costs",
  permission: "cost.read",
  help: {
    heading: { en: "Compare", zh: "成本对比" },
    paragraphs: [
      {
        en: "What a workload, or instances that are, would cost in a month on every location and by every way of buying. Private clouds are priced by their published rate card.",
        zh: "工作负载或现有实例在每个位置、每种购买方式下的月成本。私有云按其已发布的费率卡计价。",
      },
      {
        en: "What is needed and has no price is not included: the total is then at least so much, and ranks behind those that are whole.",
        zh: "需要但没有价格的部分不计入：此时总额为下限，排在完整的结果之后。",
      },
    ],
  },
  load: () => import("./compare/page"),
};

export const estimates: Page = {
  path: "/estimates",
  title: { en: "Estimates", zh: "估算存档" },
  section: "costs",
  permission: "cost.read",
  load: () => import("./compare/estimates"),
};

export const estimate: Page = {
  path: "/estimates/:estimate",
  title: { en: "Estimate", zh: "估算" },
  above: "/estimates",
  nameless: true,
  permission: "cost.read",
  load: () => import("./compare/estimate"),
};

export const budgets: Page = {
  path: "/budgets",
  title: { en: "Budgets", zh: "预算" },
  section: "costs",
  permission: "cost.read",
  help: {
    heading: { en: "Budgets", zh: "预算" },
    paragraphs: [
      {
        en: "A budget is for a month. Every hour mcm looks at what is spent and forecast, and tells once for each threshold and month.",
        zh: "预算按月计算。mcm 每小时检查实际与预测支出，每个阈值每月仅通知一次。",
      },
    ],
  },
  load: () => import("./budgets/list"),
};

export const budget: Page = {
  path: "/budgets/:budget",
  title: { en: "Budget", zh: "预算" },
  above: "/budgets",
  permission: "cost.read",
  load: () => import("./budgets/budget"),
};

export const forecast: Page = {
  path: "/forecast",
  title: { en: "Forecast", zh: "预测" },
  section: "costs",
  permission: "cost.read",
  help: {
    heading: { en: "Forecast", zh: "预测" },
    paragraphs: [
      {
        en: "The method is whichever of three simple ones would have been nearest in the last months; the range is what its tries were off by. Odd days cost far more than the days before them.",
        zh: "从三种简单方法中选取近几个月最接近实际的一种；区间为其试算误差。异常日指费用明显高于之前日期的日子。",
      },
    ],
  },
  load: () => import("./budgets/forecast"),
};

export const allocationRules: Page = {
  path: "/allocation-rules",
  title: { en: "Allocation rules", zh: "分摊规则" },
  section: "costs",
  permission: "cost.read",
  help: {
    heading: { en: "Allocation rules", zh: "分摊规则" },
    paragraphs: [
      {
        en: "A charge belongs to the tenant of its resource, else to that of its account. Rules share what belongs to everybody: support, tax, what could not be linked, idle capacity. The parts add up to the charge to the last digit.",
        zh: "费用归属于资源所属租户，否则归属于账号所属租户。规则用于分摊公共费用：支持服务、税、无法关联的费用、闲置容量。各部分之和与原费用完全一致。",
      },
      {
        en: "A rule holds for all months between its since and until: give an old one an until, and write a new one, to keep the past as it was.",
        zh: "规则对 since 与 until 之间的所有月份有效：如需保留过去的结果，请为旧规则设置 until，再新建规则。",
      },
    ],
  },
  load: () => import("./rules/list"),
};

export const newAllocationRule: Page = {
  path: "/allocation-rules/new",
  title: { en: "New rule", zh: "新建规则" },
  above: "/allocation-rules",
  permission: "cost.write",
  load: () => import("./rules/create"),
};

export const allocationRule: Page = {
  path: "/allocation-rules/:rule",
  title: { en: "Allocation rule", zh: "分摊规则" },
  above: "/allocation-rules",
  permission: "cost.write",
  load: () => import("./rules/edit"),
};

export const chargeImports: Page = {
  path: "/charge-imports",
  title: { en: "Imports", zh: "账单导入" },
  section: "costs",
  permission: "cost.read",
  help: {
    heading: { en: "Imports", zh: "账单导入" },
    paragraphs: [
      {
        en: "A bill is imported whole or not at all: FOCUS 1.0 to 1.4 as CSV, gzipped CSV or Parquet. A newer bill takes the place of an older one of the same account and months; the same file changes nothing.",
        zh: "账单要么完整导入，要么完全不导入：支持 FOCUS 1.0 至 1.4 的 CSV、gzip 压缩 CSV 或 Parquet。同一账号同月份的新账单会取代旧账单；相同文件不产生变化。",
      },
    ],
  },
  load: () => import("./imports/list"),
};

export const chargeImport: Page = {
  path: "/charge-imports/:import",
  title: { en: "Import", zh: "导入" },
  above: "/charge-imports",
  nameless: true,
  permission: "cost.read",
  load: () => import("./imports/import"),
};

export const costMonths: Page = {
  path: "/cost-months",
  title: { en: "Months", zh: "月结" },
  section: "costs",
  permission: "cost.read",
  help: {
    heading: { en: "Months", zh: "月结" },
    paragraphs: [
      {
        en: "A month that is closed changes only by corrections, and is never opened again. Reconciling holds an invoice's total beside the sum of its charges; what remains has a name.",
        zh: "已关账的月份只能通过更正修改，不会重新打开。对账将发票总额与费用合计并列；差额需要命名说明。",
      },
    ],
  },
  load: () => import("./imports/months"),
};

export const costMonth: Page = {
  path: "/cost-months/:month",
  title: { en: "Month", zh: "月份" },
  above: "/cost-months",
  permission: "cost.read",
  load: () => import("./imports/month"),
};

export const costTab: ResourceTab = {
  id: "cost",
  title: { en: "Cost", zh: "成本" },
  permission: "cost.read",
  load: () => import("./resource/tab"),
};
