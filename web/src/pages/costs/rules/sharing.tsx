import { useMoney } from "../../../i18n/money";
import { useTexts } from "../../../i18n/use-texts";
import { plain } from "../../../parts/plain";
import type { Rule } from "./rule";
import { texts } from "./texts";

type Share = Rule["document"]["share"];

const METHODS = { fixed: "fixed", even: "even", proportional: "proportional" } as const;

/** How a rule shares, and among whom, in words. */
export function useSharing(): { how(share: Share): string; among(share: Share): string; months(of: Rule["document"]): string } {
  const t = useTexts(texts);
  const money = useMoney();
  const how = (share: Share) => {
    if (share.by === "cost") return t("byCost");
    if (share.by === "usage") return t("byUsage", { unit: plain(share.unit ?? "") });
    if (share.by === "measure") return t("byMeasure", { measure: plain(share.measure ?? "") });
    return t(METHODS[share.method]);
  };
  const among = (share: Share) => {
    if (share.to === "tenants") return share.except?.length ? t("but", { names: plain(share.except.join(", ")) }) : t("tenants");
    return share.to
      .map((each) => {
        const who = [each.tenant, each.application, each.cost_center].filter(Boolean).join(" / ");
        const part = each.percent ? ` ${money.decimal(each.percent)} %` : each.value ? ` ${money.decimal(each.value)}` : "";
        return plain(`${who}${part}`);
      })
      .join(" · ");
  };
  const months = ({ since, until }: Rule["document"]) => {
    if (since && until) return t("between", { from: money.month(since), until: money.month(until) });
    if (since) return t("since", { from: money.month(since) });
    return until ? t("until", { until: money.month(until) }) : t("always");
  };
  return { how, among, months };
}
