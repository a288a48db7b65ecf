import { useState } from "react";
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import FileInput from "@cloudscape-design/components/file-input";
import FormField from "@cloudscape-design/components/form-field";
import Multiselect from "@cloudscape-design/components/multiselect";
import SegmentedControl from "@cloudscape-design/components/segmented-control";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Textarea from "@cloudscape-design/components/textarea";
import { useQuery } from "@tanstack/react-query";

import { get } from "../../../api/client";
import { useSession } from "../../../api/session";
import { useTexts } from "../../../i18n/use-texts";
import { Choice, Typed } from "../../../parts/choice";
import { FilterField, WhatFits } from "../../../parts/filter-field";
import { useMoneyWord } from "../../../parts/money";
import { plain } from "../../../parts/plain";
import { ProblemAlert } from "../../../parts/problem-alert";
import { NoPermission } from "../../../parts/states";
import { useAddress } from "../../../parts/use-address";
import { OPTIONS, WAYS, wayOf } from "./asking";
import { texts } from "./texts";

const CURRENCIES = ["CNY", "USD", "EUR", "GBP", "HKD", "JPY", "SGD"] as const;

/** What is compared and how; all but a pasted document stands in the address. */
export function Subject({ document, onDocument }: { document: string; onDocument(text: string): void }) {
  const t = useTexts(texts);
  const word = useMoneyWord();
  const { params, set, value } = useAddress();
  const { may } = useSession();
  const way = wayOf(params);
  const [typed, setTyped] = useState(document);
  const [more, setMore] = useState({ tax: value("tax"), locations: value("locations") });
  const workloads = useQuery({
    queryKey: ["prices", "workloads"],
    enabled: may("workload.read"),
    queryFn: ({ signal }) => get("/api/v1/workloads", { query: { limit: 200 }, signal }),
  });
  const stored = workloads.data?.items ?? [];
  const chosen = value("options").split(",");
  const send = () => {
    if (way === "document") onDocument(typed);
    set(more);
  };
  return (
    <SpaceBetween size="m">
      <SegmentedControl
        label={t("what")}
        selectedId={way}
        options={WAYS.map((id) => ({ id, text: id === "stored" ? t("byStored") : id === "document" ? t("byDocument") : t("byFilter") }))}
        onChange={({ detail }) => set({ way: detail.selectedId, column: "" })}
      />
      {workloads.error ? <ProblemAlert error={workloads.error} onRetry={() => void workloads.refetch()} /> : null}
      {way === "stored" ? (
        <>
          {may("workload.read") ? null : <NoPermission permission="workload.read" />}
          {workloads.isSuccess && stored.length === 0 ? <Box color="text-body-secondary">{t("noWorkload")}</Box> : null}
          <Choice field label={t("workload")} value={value("workload")} options={stored.map((each) => ({ value: each.name, label: plain(each.title || each.name), description: each.name }))} onChange={(workload) => set({ workload, column: "" })} />
        </>
      ) : null}
      {way === "document" ? (
        <FormField label={t("document")} description={t("documentHint")} stretch>
          <SpaceBetween size="xs">
            <Textarea value={typed} rows={10} spellcheck={false} onChange={({ detail }) => setTyped(detail.value)} />
            <FileInput value={[]} accept=".yaml,.yml,.json" onChange={({ detail }) => void detail.value[0]?.text().then(setTyped)}>
              {t("chooseFile")}
            </FileInput>
          </SpaceBetween>
        </FormField>
      ) : null}
      {way === "filter" ? (
        <>
          <FilterField label={t("filter")} value={value("filter")} onChange={(filter) => set({ filter, column: "" })} />
          <WhatFits filter={value("filter")} kind="instance" />
        </>
      ) : null}
      <div className="console-choices">
        <Choice
          field
          label={t("currency")}
          value={value("currency")}
          options={[...new Set([...CURRENCIES, ...(value("currency") ? [value("currency")] : [])])].map((each) => ({ value: each as string, label: each }))}
          onChange={(currency) => set({ currency })}
        />
        <FormField label={t("options")}>
          <Multiselect
            placeholder={t("allOptions")}
            options={OPTIONS.map((each) => ({ value: each, label: word("option", each) }))}
            selectedOptions={OPTIONS.filter((each) => chosen.includes(each)).map((each) => ({ value: each, label: word("option", each) }))}
            tokenLimit={2}
            onChange={({ detail }) => set({ options: detail.selectedOptions.map((each) => each.value).join(","), column: "" })}
          />
        </FormField>
        <Typed label={t("tax")} hint={t("taxHint")} value={more.tax} onChange={(tax) => setMore({ ...more, tax })} />
        <Typed label={t("locations")} hint={t("locationsHint")} value={more.locations} onChange={(locations) => setMore({ ...more, locations })} />
        <Button onClick={send}>{t("compare")}</Button>
      </div>
    </SpaceBetween>
  );
}
