import { catalogue } from "../../i18n/messages";

/** What one thing costs, on the page of a resource and where one is made. */
export const quoteTexts = catalogue({
  month: { en: "In a month (730 h)", zh: "每月（730 小时）" },
  hour: { en: "In an hour", zh: "每小时" },
  basis: { en: "Basis", zh: "依据" },
  from: { en: "Price from", zh: "价格来源" },
  on: { en: "Price of", zh: "价格日期" },
  unknownWhy: { en: "What it costs is not known", zh: "费用未知" },
  rateCard: { en: "Rate card {name}", zh: "费率卡 {name}" },
  pricedAs: { en: "Priced as {sku}", zh: "按 {sku} 计价" },
  lines: { en: "What it is made of", zh: "费用构成" },
  item: { en: "Item", zh: "项目" },
  amount: { en: "In a month", zh: "每月金额" },
  quantity: { en: "Quantity", zh: "数量" },
  price: { en: "Unit price", zh: "单价" },
  source: { en: "From", zh: "来源" },
  notes: { en: "What to know", zh: "说明" },
});
