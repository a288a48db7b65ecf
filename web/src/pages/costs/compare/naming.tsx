import type { Schemas } from "../../../api/types";
import { useTexts } from "../../../i18n/use-texts";
import { useMoneyWord } from "../../../parts/money";
import { plain } from "../../../parts/plain";
import { texts } from "./texts";

export type Column = Schemas["ColumnItem"];
export type Item = Column["items"][number];
/** Drawn from the baseline up, and listed, in this order. */
export const ITEMS = ["compute", "storage", "snapshot", "egress", "transfer", "public_ip", "load_balancer", "licence", "support", "tax"] as const;

/** What a way of buying is called, with its term. */
export function useOptionName(): (column: Column) => string {
  const t = useTexts(texts);
  const word = useMoneyWord();
  return (column) => (column.term_months ? `${word("option", column.option)}, ${t("months", { n: column.term_months })}` : word("option", column.option));
}

export function useColumnName(): (column: Column) => string {
  const option = useOptionName();
  return (column) => `${plain(column.place.key)} · ${option(column)}`;
}

/** Items that somewhere are priced, or needed and not priced. Tax that nobody asked for is none. */
export function itemsOf(comparison: Schemas["Comparison"]): string[] {
  return ITEMS.filter((item) =>
    comparison.columns.some((column) => {
      const found = column.items.find((each) => each.item === item);
      return found && found.state !== "not_needed" && (item !== "tax" || comparison.tax !== null);
    }),
  );
}
