import type { ReactNode } from "react";
import Alert from "@cloudscape-design/components/alert";
import Badge from "@cloudscape-design/components/badge";
import Box from "@cloudscape-design/components/box";
import ExpandableSection from "@cloudscape-design/components/expandable-section";
import StatusIndicator from "@cloudscape-design/components/status-indicator";

import type { Schemas } from "../api/types";
import { type Catalogue, textOf } from "../i18n/messages";
import { useMoney } from "../i18n/money";
import { useTexts } from "../i18n/use-texts";
import { usePreferences } from "../preferences/preferences";
import { moneyTexts } from "./money-texts";
import { moneyWords, type MoneyWords } from "./money-words";
import { plain } from "./plain";

/** Words of the API about money in the reader's language; one that is not known is shown as it came. */
export function useMoneyWord(): (group: MoneyWords, word: string | null | undefined) => string {
  const { language } = usePreferences();
  return (group, word) => {
    const message = word ? (moneyWords[group] as Catalogue)[word] : undefined;
    return message ? textOf(message, language) : plain(word ?? "–");
  };
}

interface AmountProps {
  of: string | null | undefined;
  currency: string;
  /** Something in it is not known. */
  atLeast?: boolean;
  change?: boolean;
}

/** An amount as people read it; every digit of it is in its title. */
export function Amount({ of, currency, atLeast = false, change = false }: AmountProps) {
  const money = useMoney();
  const t = useTexts(moneyTexts);
  if (of == null) return <>{money.money(of, currency)}</>;
  const exact = money.exact(of, currency);
  return (
    <span className="console-amount" title={atLeast ? `${exact} – ${t("atLeastHint")}` : exact}>
      {atLeast ? "≥ " : ""}
      {change ? money.change(of, currency) : money.money(of, currency)}
    </span>
  );
}

const AMBER_FROM_DAYS = 30;
const RED_FROM_DAYS = 90;

/** Of which day a price is, and how much that is worth. */
export function PriceAge({ on, days, seed = false }: { on: string | null | undefined; days: number | null | undefined; seed?: boolean }) {
  const money = useMoney();
  const t = useTexts(moneyTexts);
  if (!on) return <>–</>;
  const old = days ?? 0;
  const said = `${money.day(on)} (${t("fresh", { n: old })})`;
  return (
    <>
      {old >= AMBER_FROM_DAYS ? <StatusIndicator type={old >= RED_FROM_DAYS ? "error" : "warning"}>{said}</StatusIndicator> : said}
      {seed ? (
        <>
          {" "}
          <Badge color="severity-medium">{t("exampleAge")}</Badge>
        </>
      ) : null}
    </>
  );
}

/** The same as a chart, for whoever cannot see it or wants the digits. */
export function AsTable({ title, children }: { title?: string; children: ReactNode }) {
  const t = useTexts(moneyTexts);
  return <ExpandableSection headerText={title ? t("asTableOf", { title }) : t("asTable")}>{children}</ExpandableSection>;
}

type Gap = Schemas["mcm__allocations__schemas__Gap"];

/** What the numbers above lack, in words; nothing when they lack nothing. */
export function MoneyGaps({ of }: { of: readonly Gap[] }) {
  const t = useTexts(moneyTexts);
  if (of.length === 0) return null;
  const value = (gap: Gap, name: string) => {
    const found = gap.params[name];
    return plain(Array.isArray(found) ? found.join(", ") : String(found ?? ""));
  };
  const said = (gap: Gap) => {
    switch (gap.about) {
      case "rules_cyclic":
        return t("gapCyclic");
      case "no_exchange_rate":
        return t("gapRate", { currency: value(gap, "currency"), to: value(gap, "to") });
      case "names_unknown":
        return t("gapNames", { rule: value(gap, "rule") });
      case "nothing_to_share_by":
        return t("gapNothing", { currency: value(gap, "currency") });
      case "unknown_cost":
        return t("gapUnknown", { charges: value(gap, "charges") });
      case "idle_unknown":
        return t("gapIdle", { accounts: value(gap, "accounts") });
      case "month_running":
        return t("gapRunning", { month: value(gap, "month"), against: value(gap, "against") });
      case "not_metered":
        return t("gapUnmetered", { accounts: value(gap, "accounts"), command: "mcm charge meter" });
      default:
        return plain(`${gap.about} ${JSON.stringify(gap.params)}`);
    }
  };
  return (
    <Alert type="warning" header={t("gapsTitle")}>
      <ul className="console-plain-list">
        {of.map((gap) => (
          <li key={JSON.stringify(gap)}>{said(gap)}</li>
        ))}
      </ul>
    </Alert>
  );
}

type Rate = Pick<Schemas["RateUsed"], "currency" | "to" | "rate" | "source" | "on" | "seed">;

export function RatesUsed({ of }: { of: readonly Rate[] }) {
  const t = useTexts(moneyTexts);
  const money = useMoney();
  if (of.length === 0) return null;
  const lines = [...new Set(of.map((each) => t("rateUsed", { currency: each.currency, to: each.to, rate: money.decimal(each.rate, 18), source: plain(each.source), on: money.day(each.on) })))];
  return (
    <Box color="text-body-secondary" fontSize="body-s">
      {t("ratesUsed")}: {lines.join(" · ")}
    </Box>
  );
}

/** Of a chart only, which draws pixels. */
export function drawn(amount: string | null | undefined): number {
  return amount == null ? 0 : Number.parseFloat(amount);
}

/** The month that it is now, as bills count: in UTC. */
export function thisMonth(now = new Date()): string {
  return now.toISOString().slice(0, 7);
}
