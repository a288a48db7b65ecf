import Badge from "@cloudscape-design/components/badge";
import Box from "@cloudscape-design/components/box";
import StatusIndicator, { type StatusIndicatorProps } from "@cloudscape-design/components/status-indicator";

import type { Schemas } from "../../api/types";
import { useFormat } from "../../i18n/format";
import { useMoney } from "../../i18n/money";
import { useTerm, useTexts } from "../../i18n/use-texts";
import { Amount, useMoneyWord } from "../../parts/money";
import { plain } from "../../parts/plain";
import { texts } from "./texts";
import { findingWords, useFindingWord } from "./words";

export type Finding = Schemas["CostFinding"];
const SURE: Record<string, StatusIndicatorProps.Type> = { high: "success", medium: "info", low: "warning" };
const LOOKS: Record<string, StatusIndicatorProps.Type> = { open: "pending", dismissed: "stopped", resolved: "success" };
const SHARES = new Set(["coverage", "cpu_p95", "cpu_max", "memory_p95"]);
const INSTANTS = new Set(["since", "created_at"]);
const DAYS = new Set(["from", "to"]);
const MEMORIES = new Set(["memory_mib", "to_memory_mib"]);

/** In a month; what nobody knows is said and is no 0. */
export function Saving({ of }: { of: Finding }) {
  const t = useTexts(texts);
  const word = useFindingWord();
  if (of.saving === null || of.currency === null) {
    const why = of.notes.map((each) => word("note", each)).join(" · ");
    return (
      <span title={why}>
        <Box color="text-status-inactive" display="inline">{t("unknown")}</Box>
      </span>
    );
  }
  return (
    <>
      {of.notes.includes("at_most") ? "≤ " : ""}
      <Amount of={of.saving} currency={of.currency} />
      {of.notes.includes("seed_prices") ? (
        <span title={word("note", "seed_prices")}>
          {" "}
          <Badge color="severity-medium">*</Badge>
        </span>
      ) : null}
    </>
  );
}

export function Confidence({ of }: { of: Finding }) {
  const word = useFindingWord();
  return <StatusIndicator type={SURE[of.confidence] ?? "info"}>{word("confidence", of.confidence)}</StatusIndicator>;
}

export function FindingStatus({ of }: { of: Finding }) {
  const word = useFindingWord();
  return <StatusIndicator type={LOOKS[of.status] ?? "info"}>{word("status", of.status)}</StatusIndicator>;
}

/** The action with what it is asked with. */
export function useActionOf(): (of: Finding) => string {
  const t = useTexts(texts);
  const term = useTerm();
  return (of) => {
    if (of.action === null) return t("atCloud");
    // A flavor is asked for by its id; people know its name.
    const named = (name: string, value: unknown) => plain(String(name === "flavor" ? (of.evidence["to_flavor"] ?? value) : value));
    const params = Object.entries(of.params).map(([name, value]) => `${term("param", name)}: ${named(name, value)}`);
    const action = term("action", of.action);
    return params.length > 0 ? `${action} – ${params.join(", ")}` : action;
  };
}

export interface Told {
  name: string;
  value: string;
}

const ORDER = Object.keys(findingWords.evidence);
const placeOf = (name: string) => (ORDER.includes(name) ? ORDER.indexOf(name) : ORDER.length);

/** The numbers and dates a finding rests on, what tells most first, as people read them; what is not known is left out. */
export function useEvidence(): (of: Finding) => Told[] {
  const word = useFindingWord();
  const format = useFormat();
  const money = useMoney();
  const words = useMoneyWord();
  return (of) =>
    Object.entries(of.evidence)
      .filter(([, value]) => value !== null && value !== undefined)
      .toSorted(([one], [other]) => placeOf(one) - placeOf(other))
      .map(([name, value]) => ({ name: word("evidence", name), value: written(name, value) }));

  function written(name: string, value: unknown): string {
    if (SHARES.has(name)) return money.percent(String(value));
    if (INSTANTS.has(name)) return format.instant(String(value));
    if (DAYS.has(name)) return money.day(String(value));
    if (MEMORIES.has(name)) return format.memory(Number(value));
    if (name === "option") return words("option", String(value));
    return typeof value === "number" ? format.number(value) : plain(String(value));
  }
}
