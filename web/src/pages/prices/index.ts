import type { Page } from "../../app/page";

export const prices: Page = {
  path: "/prices",
  title: { en: "Prices", zh: "价格" },
  section: "costs",
  permission: "price.read",
  help: {
    heading: { en: "Prices", zh: "价格" },
    paragraphs: [
      {
        en: "What clouds ask for what, of which day and from whom. Example prices came with mcm and give way to any real list of the same region. Nothing is ever changed: a newer list takes the older one's place.",
        zh: "各云对各项目的报价及其日期和来源。示例价格随 mcm 提供，一旦导入同一区域的真实价格表即不再使用。价格从不修改：新价格表取代旧价格表。",
      },
    ],
  },
  load: () => import("./points"),
};

export const priceLists: Page = {
  path: "/price-lists",
  title: { en: "Price lists", zh: "价格表" },
  section: "costs",
  permission: "price.read",
  load: () => import("./lists"),
};

export const priceList: Page = {
  path: "/price-lists/:list",
  title: { en: "Price list", zh: "价格表" },
  above: "/price-lists",
  nameless: true,
  permission: "price.read",
  load: () => import("./list"),
};

export const exchangeRates: Page = {
  path: "/exchange-rates",
  title: { en: "Exchange rates", zh: "汇率" },
  section: "costs",
  permission: "price.read",
  load: () => import("./rates"),
};

export const rateRules: Page = {
  path: "/rate-rules",
  title: { en: "Negotiated rates", zh: "协议价" },
  section: "costs",
  permission: "price.read",
  help: {
    heading: { en: "Negotiated rates", zh: "协议价" },
    paragraphs: [
      {
        en: "Of several discounts and fixed prices that fit, the one that says most holds; two of one kind never add up. A markup goes on top of what that leaves. A discount lowers what is paid upfront too.",
        zh: "多条折扣或固定价格符合时，以限定最多的为准；同类规则不叠加。加价在其结果之上计算。折扣同样适用于预付金额。",
      },
    ],
  },
  load: () => import("./discounts/list"),
};

export const priceFetches: Page = {
  path: "/price-fetches",
  title: { en: "Price fetches", zh: "价格读取" },
  section: "costs",
  permission: "price.read",
  load: () => import("./fetches/list"),
};

export const rateCards: Page = {
  path: "/rate-cards",
  title: { en: "Rate cards", zh: "费率卡" },
  section: "costs",
  permission: "price.read",
  help: {
    heading: { en: "Rate cards", zh: "费率卡" },
    paragraphs: [
      {
        en: "A cost pool says what own clouds cost in a month and who carries which share of it. Its rates hold once they are published as the rate card of a month, which is never changed: a correction is the next version.",
        zh: "成本池说明自有云每月的成本及各部分的承担比例。发布为某月费率卡后费率生效，且不再修改：更正会生成下一个版本。",
      },
    ],
  },
  load: () => import("./cards/list"),
};

export const rateCard: Page = {
  path: "/rate-cards/:card",
  title: { en: "Rate card", zh: "费率卡" },
  above: "/rate-cards",
  nameless: true,
  permission: "price.read",
  load: () => import("./cards/card"),
};

export const newCostPool: Page = {
  path: "/cost-pools/new",
  title: { en: "New cost pool", zh: "新建成本池" },
  above: "/rate-cards",
  permission: "price.write",
  load: () => import("./cards/new"),
};

export const costPool: Page = {
  path: "/cost-pools/:pool",
  title: { en: "Cost pool", zh: "成本池" },
  above: "/rate-cards",
  permission: "price.read",
  load: () => import("./cards/pool"),
};
