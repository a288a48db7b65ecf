import Box from "@cloudscape-design/components/box";
import ProgressBar from "@cloudscape-design/components/progress-bar";
import SpaceBetween from "@cloudscape-design/components/space-between";

import { useMoney } from "../../i18n/money";
import { useTexts } from "../../i18n/use-texts";
import { Amount } from "../../parts/money";
import { plain } from "../../parts/plain";
import { usePreferences } from "../../preferences/preferences";
import { type Money, shareOf } from "./limits";
import { texts } from "./texts";

export interface Spent {
  currency: string;
  used: string;
  reserved: string;
  unpriced: number;
  unpriced_reserved: number;
  reasons: readonly { count: number; reason: string; reason_zh: string; how: string; how_zh: string }[];
}

/** What it costs a month, of which limit, and what of it nobody can say. Null: whoever looks may not read costs. */
export function Spending({ limit, spent }: { limit: Money | null; spent: Spent | null }) {
  const t = useTexts(texts);
  const money = useMoney();
  const { language } = usePreferences();
  const chinese = language === "zh-CN";
  const said = limit ? money.money(limit.amount, limit.currency) : "";
  const taken = spent ? Number(spent.used) + Number(spent.reserved) : 0;
  return (
    <SpaceBetween size="xxs">
      {spent ? (
        <div>
          {t("used")}: <Amount of={spent.used} currency={spent.currency} atLeast={spent.unpriced > 0} />
        </div>
      ) : null}
      {!limit ? (
        <Box color="text-body-secondary">{t("noLimit")}</Box>
      ) : spent ? (
        <ProgressBar
          {...(taken > Number(limit.amount) ? { status: "error" as const, resultText: t("over", { limit: said }) } : {})}
          value={shareOf(taken, Number(limit.amount))} description={`${t("limit")}: ${said}`} ariaLabel={t("moneyPerMonth")} />
      ) : (
        <div>
          {t("limit")}: {said} <Box color="text-body-secondary">{t("costsHidden")}</Box>
        </div>
      )}
      {spent && (Number(spent.reserved) > 0 || spent.unpriced_reserved > 0) ? (
        <div>
          {t("reserved")}: <Amount of={spent.reserved} currency={spent.currency} atLeast={spent.unpriced_reserved > 0} />
        </div>
      ) : null}
      {spent && spent.unpriced > 0 ? (
        <Box color="text-status-warning">
          {t("unpriced", { n: spent.unpriced })}
          <ul>
            {spent.reasons.map((each) => (
              <li key={each.reason}>
                {t("unpricedWhy", { n: each.count, why: plain(chinese ? each.reason_zh : each.reason), how: plain(chinese ? each.how_zh : each.how) })}
              </li>
            ))}
          </ul>
        </Box>
      ) : null}
    </SpaceBetween>
  );
}
