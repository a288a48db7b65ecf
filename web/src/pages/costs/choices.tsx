import { useState } from "react";
import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import SpaceBetween from "@cloudscape-design/components/space-between";
import TokenGroup from "@cloudscape-design/components/token-group";
import { useQuery } from "@tanstack/react-query";
import { useSearchParams } from "react-router";

import { get } from "../../api/client";
import { useMoney } from "../../i18n/money";
import { useTexts } from "../../i18n/use-texts";
import { Choice } from "../../parts/choice";
import { thisMonth, useMoneyWord } from "../../parts/money";
import { plain } from "../../parts/plain";
import { useAddress } from "../../parts/use-address";
import { type Asked, COSTS, DIMENSIONS } from "./state";
import { texts } from "./texts";

const CURRENCIES = ["CNY", "USD", "EUR", "GBP", "HKD", "JPY", "SGD", "INR"] as const;
const FIRST_TAG = "team";

export function useMonths() {
  return useQuery({ queryKey: ["costs", "months"], queryFn: ({ signal }) => get("/api/v1/cost-months", { signal }) });
}

/** What the report is of: every choice is a change of the address. */
export function Choices({ asked }: { asked: Asked }) {
  const t = useTexts(texts);
  const word = useMoneyWord();
  const money = useMoney();
  const { set } = useAddress();
  const known = useMonths().data?.items ?? [];
  const months = [...new Set([thisMonth(), asked.month, ...known.map((each) => each.month)])].toSorted().toReversed();
  const [first = "tenant", second = ""] = asked.by;
  const options = [...DIMENSIONS.map((each) => ({ value: each as string, label: word("dimension", each) })), { value: "tag", label: t("byTag") }];
  const shownBy = (by: string) => (by.startsWith("tag:") ? "tag" : by);
  const by = (at: 0 | 1, to: string) => {
    const wanted = to === "tag" ? `tag:${FIRST_TAG}` : to;
    const both = at === 0 ? [wanted, second] : [first, wanted];
    set({ by: [...new Set(both.filter(Boolean))].join(",") });
  };
  const tagged = asked.by.find((each) => each.startsWith("tag:"));
  return (
    <SpaceBetween size="s">
      <div className="console-choices">
        <Choice field label={t("month")} value={asked.month} options={months.map((each) => ({ value: each, label: money.month(each) }))} onChange={(month) => set({ month })} />
        <Choice field label={t("groupBy")} value={shownBy(first)} options={options} onChange={(to) => by(0, to)} />
        <Choice field label={t("thenBy")} value={shownBy(second)} options={[{ value: "", label: t("nothingElse") }, ...options.filter((each) => each.value !== shownBy(first))]} onChange={(to) => by(1, to)} />
        {tagged ? <TagKey key={tagged} value={tagged.slice("tag:".length)} onChange={(key) => set({ by: asked.by.map((each) => (each === tagged ? `tag:${key}` : each)).join(",") })} /> : null}
        <Choice field label={t("cost")} value={asked.cost} options={COSTS.map((each) => ({ value: each, label: word("cost", each) }))} onChange={(cost) => set({ cost })} />
        <Choice
          field
          label={t("currency")}
          value={asked.currency}
          options={[{ value: "", label: t("asBilled") }, ...[...new Set([...CURRENCIES, ...(asked.currency ? [asked.currency] : [])])].map((each) => ({ value: each as string, label: each }))]}
          onChange={(currency) => set({ currency })}
        />
      </div>
      <Narrowed asked={asked} />
    </SpaceBetween>
  );
}

function TagKey({ value, onChange }: { value: string; onChange(key: string): void }) {
  const t = useTexts(texts);
  const [typed, setTyped] = useState(value);
  const send = () => {
    if (typed.trim() && typed !== value) onChange(typed.trim());
  };
  return (
    <FormField label={t("tagKey")}>
      <Input value={typed} onChange={({ detail }) => setTyped(detail.value)} onBlur={send} onKeyDown={({ detail }) => detail.key === "Enter" && send()} />
    </FormField>
  );
}

/** What the report is narrowed to, each to be taken out again. */
export function Narrowed({ asked }: { asked: Asked }) {
  const t = useTexts(texts);
  const word = useMoneyWord();
  const [, setParams] = useSearchParams();
  const all = Object.entries(asked.only).flatMap(([name, values]) => values.map((value) => ({ name, value })));
  if (all.length === 0) return null;
  const labelOf = ({ name, value }: { name: string; value: string }) => `${word("dimension", name)}: ${plain(value)}`;
  return (
    <TokenGroup
      items={all.map((each) => ({ label: labelOf(each), dismissLabel: t("widen", { what: labelOf(each) }) }))}
      onDismiss={({ detail }) => {
        const gone = all[detail.itemIndex];
        if (gone) setParams((before) => {
          const after = new URLSearchParams(before);
          after.delete(gone.name, gone.value);
          return after;
        });
      }}
    />
  );
}
