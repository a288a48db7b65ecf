import { type Catalogue, catalogue, textOf } from "../../i18n/messages";
import { usePreferences } from "../../preferences/preferences";
import { plain } from "../../parts/plain";

/** Words of the API about findings. A key is the word as the API says it. */
export const findingWords = {
  kind: catalogue({
    idle_instance: { en: "Idle instance", zh: "闲置实例" },
    oversized_instance: { en: "Oversized instance", zh: "规格过大的实例" },
    orphaned_volume: { en: "Unattached volume", zh: "未挂载的云硬盘" },
    orphaned_address: { en: "Unused public IP", zh: "未使用的公网 IP" },
    old_snapshot: { en: "Old snapshot", zh: "过期快照" },
    uncommitted_instance: { en: "Runs all the time without a commitment", zh: "长期运行但未使用承诺折扣" },
  }),
  status: catalogue({
    open: { en: "Open", zh: "待处理" },
    dismissed: { en: "Dismissed", zh: "已忽略" },
    resolved: { en: "Resolved", zh: "已解决" },
    all: { en: "All", zh: "全部" },
  }),
  confidence: catalogue({
    high: { en: "High", zh: "高" },
    medium: { en: "Medium", zh: "中" },
    low: { en: "Low", zh: "低" },
  }),
  note: catalogue({
    no_price: { en: "No price and no rate card says what it costs", zh: "没有价格或费率卡可说明其费用" },
    stopping_keeps_the_bill: { en: "The cloud bills a stopped machine as before: stopping alone saves nothing that could be named", zh: "云平台对已停止的机器照常计费：仅停止无法说明可节省多少" },
    stop_billing_unknown: { en: "Nobody says what stopping does to the bill; the saving is what it would be if it ended", zh: "停止后是否继续计费未知；所示节省以停止计费为前提" },
    no_exchange_rate: { en: "Its price comes in a currency from which no exchange rate is known", zh: "其价格的币种没有可用汇率" },
    seed_prices: { en: "Reckoned with example prices that came with mcm", zh: "按随 mcm 附带的示例价格计算" },
    coverage_unknown: { en: "No bill says whether a commitment pays for it already", zh: "没有账单说明其是否已由承诺折扣覆盖" },
    at_most: { en: "Of its whole size; what is stored and billed may be less", zh: "按完整容量计算；实际存储和计费可能更少" },
  }),
  // What tells most comes first.
  evidence: catalogue({
    cpu_p95: { en: "CPU p95, highest day", zh: "CPU p95（最高日）" },
    memory_p95: { en: "Memory p95, highest day", zh: "内存 p95（最高日）" },
    vcpus: { en: "vCPU now", zh: "当前 vCPU" },
    to_vcpus: { en: "vCPU then", zh: "调整后 vCPU" },
    memory_mib: { en: "Memory now", zh: "当前内存" },
    to_memory_mib: { en: "Memory then", zh: "调整后内存" },
    to_flavor: { en: "Flavor then", zh: "调整后规格" },
    days: { en: "Days", zh: "天数" },
    option: { en: "Buy as", zh: "购买方式" },
    term_months: { en: "For (months)", zh: "期限（月）" },
    upfront: { en: "Paid at once", zh: "预付金额" },
    coverage: { en: "Measured", zh: "测量覆盖率" },
    size_gib: { en: "Size (GiB)", zh: "容量（GiB）" },
    address: { en: "Address", zh: "地址" },
    since: { en: "So since", zh: "开始时间" },
    created_at: { en: "Created", zh: "创建时间" },
    cpu_max: { en: "CPU maximum", zh: "CPU 最大值" },
    from: { en: "First day", zh: "首日" },
    to: { en: "Last day", zh: "末日" },
  }),
} as const;
export type FindingWords = keyof typeof findingWords;

/** In the reader's language; a word that is not known is shown as it came. */
export function useFindingWord(): (group: FindingWords, word: string) => string {
  const { language } = usePreferences();
  return (group, word) => {
    const known: Catalogue = findingWords[group];
    const message = known[word];
    return message ? textOf(message, language) : plain(word);
  };
}
