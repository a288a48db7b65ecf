import { type FormEvent, useCallback, useState } from "react";
import Button from "@cloudscape-design/components/button";
import Grid from "@cloudscape-design/components/grid";
import SpaceBetween from "@cloudscape-design/components/space-between";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useNavigate } from "react-router";

import { get } from "../../api/client";
import type { Schemas } from "../../api/types";
import { useTexts } from "../../i18n/use-texts";
import { useFormat } from "../../i18n/format";
import { AllowedButton } from "../../parts/allowed-button";
import { Typed } from "../../parts/choice";
import { CommandLine } from "../../parts/command-line";
import { Inside } from "../../parts/links";
import { Listing } from "../../parts/listing";
import { Name } from "../../parts/name";
import { Empty } from "../../parts/states";
import { changedAddress, useAddress } from "../../parts/use-address";
import { Row } from "./row";
import { exportOf, type Field, FIELDS, type Wanted, wantedOf, wordsOf } from "./state";
import { texts } from "./texts";
import { Verdict } from "./verdict";

const SIZE = 50;
export type AuditRow = Schemas["AuditItem"];

export default function Audit() {
  const t = useTexts(texts);
  const format = useFormat();
  const navigate = useNavigate();
  const { params, set, value } = useAddress();
  const [verifying, setVerifying] = useState(false);
  const wanted = wantedOf(params);
  const cursor = value("cursor");
  const found = useQuery({
    queryKey: ["audit", wanted, cursor],
    placeholderData: keepPreviousData,
    queryFn: ({ signal }) => get("/api/v1/audit/events", { query: { limit: SIZE, cursor, ...wanted }, signal }),
  });
  const seq = Number(value("row")) || 0;
  const open = found.data?.items.find((each) => each.seq === seq);
  const close = useCallback(() => set({ row: "" }), [set]);
  const filtered = Object.keys(wanted).length > 0;
  return (
    <SpaceBetween size="m">
      <Listing
        of={found}
        title={t("title")}
        subtitle={t("subtitle")}
        trackBy={(each) => String(each.seq)}
        pagesOf={JSON.stringify(wanted)}
        actions={
          <SpaceBetween direction="horizontal" size="xs">
            <Button onClick={() => void navigate("/audit/segments")}>{t("segments")}</Button>
            <AllowedButton permission="audit.export" iconName="download" href={exportOf(wanted)} download>
              {t("exportAll")}
            </AllowedButton>
            <Button variant="primary" disabled={verifying} onClick={() => setVerifying(true)}>
              {t("verify")}
            </Button>
          </SpaceBetween>
        }
        above={verifying ? <Verdict onClose={() => setVerifying(false)} /> : null}
        filter={<Filters key={JSON.stringify(wanted)} wanted={wanted} onChange={(to) => set({ ...Object.fromEntries(FIELDS.map((name) => [name, to[name] ?? ""])), cursor: "", page: "", row: "" })} />}
        columns={[
          { id: "at", header: t("at"), width: 230, isRowHeader: true, cell: (each) => <Inside href={`/audit?${changedAddress(params, { row: String(each.seq) })}`}>{format.instant(each.at)}</Inside> },
          { id: "who", header: t("who"), width: 140, cell: (each) => <Name of={each.principal_name} /> },
          { id: "action", header: t("action"), width: 190, cell: (each) => each.action },
          { id: "target", header: t("target"), width: 290, cell: (each) => <Name of={`${each.target_kind}:${each.target_id}`} /> },
          { id: "phase", header: t("phase"), width: 100, cell: (each) => (each.phase === "intent" ? t("intent") : t("outcome")) },
          { id: "result", header: t("result"), width: 140, cell: (each) => <Outcome word={each.outcome} /> },
          { id: "source", header: t("source"), width: 130, cell: (each) => <Name of={each.source} /> },
        ]}
        empty={filtered ? <Empty title={t("nothingFits")} action={<Button onClick={() => void navigate("/audit")}>{t("clear")}</Button>} /> : <Empty title={t("none")} />}
      />
      <CommandLine words={["mcm", ...wordsOf(wanted)]} />
      {open ? <Row row={open} onClose={close} /> : null}
    </SpaceBetween>
  );
}

/** The trail's own word, which is looked for with exactly this filter. */
export function Outcome({ word }: { word: string }) {
  const type = word === "succeeded" || word === "allowed" ? "success" : word === "failed" || word === "denied" || word === "refused" ? "error" : "info";
  return <StatusIndicator type={type}>{word}</StatusIndicator>;
}

function Filters({ wanted, onChange }: { wanted: Wanted; onChange(wanted: Wanted): void }) {
  const t = useTexts(texts);
  const [typed, setTyped] = useState(wanted);
  const field = (name: Field, label: string, example?: string) => (
    <Typed label={label} value={typed[name] ?? ""} {...(example ? { example } : {})} onChange={(to) => setTyped((before) => ({ ...before, [name]: to }))} />
  );

  function submit(event: FormEvent) {
    event.preventDefault();
    onChange(typed);
  }

  return (
    <form onSubmit={submit}>
      <SpaceBetween size="s">
        <Grid gridDefinition={FIELDS.map(() => ({ colspan: { default: 12, xs: 6, s: 4, m: 3 } }))}>
          {field("principal", t("who"), t("whoExample"))}
          {field("action", t("action"), t("actionExample"))}
          {field("target", t("target"), t("targetExample"))}
          {field("result", t("result"), t("resultExample"))}
          {field("since", t("since"), t("sinceExample"))}
          {field("until", t("until"), t("sinceExample"))}
          {field("request_id", t("request"))}
        </Grid>
        <SpaceBetween direction="horizontal" size="xs">
          <Button iconName="filter">{t("filter")}</Button>
          <Button formAction="none" variant="link" onClick={() => onChange({})}>
            {t("clear")}
          </Button>
        </SpaceBetween>
      </SpaceBetween>
    </form>
  );
}
