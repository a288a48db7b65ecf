import { catalogue } from "../i18n/messages";

export const moneyTexts = catalogue({
  atLeastHint: { en: "At least: something in it has no known cost", zh: "至少：其中部分费用未知" },
  fresh: { en: "{n} days old", zh: "{n} 天前" },
  exampleAge: { en: "Example price", zh: "示例价格" },
  asTable: { en: "As a table", zh: "以表格显示" },
  asTableOf: { en: "{title}: as a table", zh: "{title}：以表格显示" },
  gapCyclic: { en: "The allocation rules hand cost round in a ring, and none was used", zh: "分摊规则形成循环，均未使用" },
  gapRate: { en: "There is no exchange rate from {currency} to {to}: it stays as billed", zh: "没有 {currency} 到 {to} 的汇率，保留原币种" },
  gapNames: { en: "The rule {rule} names what is gone, and shares nothing", zh: "规则 {rule} 引用了不存在的对象，未分摊任何费用" },
  gapNothing: { en: "There was nothing in {currency} to share by: it stayed where it was", zh: "{currency} 没有可作分摊依据的费用，保留在原处" },
  gapUnknown: { en: "Charges whose bill does not say what they cost: {charges}", zh: "账单未给出金额的费用条数：{charges}" },
  gapRunning: { en: "{month} is not over: part of a month stands beside all of {against}", zh: "{month} 尚未结束：以部分月份与 {against} 整月比较" },
  gapUnmetered: {
    en: "Nobody metered this month's use of {accounts}: what they cost is not in it. `{command}` does.",
    zh: "{accounts} 本月用量尚未计量：其成本未计入。可执行 `{command}`。",
  },
  gapIdle: { en: "What stands idle is not known of {accounts}", zh: "以下账号的闲置成本未知：{accounts}" },
  gapsTitle: { en: "What the numbers lack", zh: "数据缺口" },
  rateUsed: { en: "1 {currency} = {rate} {to} ({source}, {on})", zh: "1 {currency} = {rate} {to}（来源：{source}，{on}）" },
  ratesUsed: { en: "Exchange rates used", zh: "使用的汇率" },
});
