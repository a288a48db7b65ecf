import { useCallback } from "react";
import ColumnLayout from "@cloudscape-design/components/column-layout";
import Container from "@cloudscape-design/components/container";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import SpaceBetween from "@cloudscape-design/components/space-between";
import type { TableProps } from "@cloudscape-design/components/table";
import { keepPreviousData, useQuery } from "@tanstack/react-query";

import { get, post } from "../../api/client";
import type { Schemas } from "../../api/types";
import { useFormat } from "../../i18n/format";
import { useTexts } from "../../i18n/use-texts";
import { AllowedButton } from "../../parts/allowed-button";
import { Choice } from "../../parts/choice";
import { useBoth, useWord, Word } from "../../parts/deciding/word";
import { words } from "../../parts/deciding/words";
import { Age } from "../../parts/freshness";
import { Inside } from "../../parts/links";
import { Listing } from "../../parts/listing";
import { Name } from "../../parts/name";
import { plain } from "../../parts/plain";
import { Empty, Shown } from "../../parts/states";
import { changedAddress, useAddress } from "../../parts/use-address";
import { useChange } from "../../parts/use-change";
import { Exposure } from "./exposure";
import { ViolationPanel } from "./violation-panel";
import { texts } from "./violation-texts";

const SIZE = 50;
type Violation = Schemas["ViolationItem"];
const SEVERITIES = Object.keys(words.severity) as Violation["severity"][];
const MODES = Object.keys(words.mode) as Violation["mode"][];
const STATUSES = ["current", "open", "excepted", "resolved"] as const;

export default function Violations() {
  const t = useTexts(texts);
  const say = useWord();
  const { params, set, value } = useAddress();
  const severity = SEVERITIES.find((each) => each === value("severity"));
  const mode = MODES.find((each) => each === value("mode"));
  const status = STATUSES.find((each) => each === value("status")) ?? "current";
  const [policy, account, owner, resource] = [value("policy"), value("account"), value("owner"), value("resource")];
  const cursor = value("cursor");
  const wanted = { status, policy, account, owner, resource, ...(severity ? { severity } : {}), ...(mode ? { mode } : {}) };
  const found = useQuery({
    queryKey: ["violations", "list", wanted, cursor],
    placeholderData: keepPreviousData,
    queryFn: ({ signal }) => get("/api/v1/violations", { query: { ...wanted, limit: SIZE, cursor }, signal }),
  });
  const summary = useQuery({ queryKey: ["violations", "summary"], queryFn: ({ signal }) => get("/api/v1/violations/summary", { signal }) });
  const checking = useChange({
    id: "violations",
    run: () => post("/api/v1/violations/check", { query: { whole: true } }),
    said: (done) => t("checked", { n: done.looked_at, opened: done.opened, resolved: done.resolved }),
    touches: ["violations"],
  });
  const close = useCallback(() => set({ id: "" }), [set]);
  const choose = (name: string) => (to: string) => set({ [name]: to, cursor: "", page: "" });
  const policies = [...new Set([...(policy ? [policy] : []), ...(summary.data?.policies ?? []).map((each) => each.policy)])];
  return (
    <>
      <Listing
        of={found}
        title={t("title")}
        subtitle={t("subtitle")}
        trackBy={(each) => each.id}
        columns={useColumns((id) => `/violations?${changedAddress(params, { id })}`)}
        pagesOf={JSON.stringify(wanted)}
        actions={
          <AllowedButton permission="policy.write" loading={checking.isPending} onClick={() => checking.mutate()}>
            {t("check")}
          </AllowedButton>
        }
        above={<Shown of={summary}>{(all) => <Summary of={all} />}</Shown>}
        filter={
          <SpaceBetween direction="horizontal" size="xs">
            <Choice label={t("status")} value={status} options={STATUSES.map((each) => ({ value: each, label: say("violation", each) }))} onChange={choose("status")} />
            <Choice label={t("policy")} value={policy} options={[{ value: "", label: t("anyPolicy") }, ...policies.map((each) => ({ value: each, label: plain(each) }))]} onChange={choose("policy")} />
            <Choice label={t("severity")} value={severity ?? ""} options={[{ value: "", label: t("anySeverity") }, ...SEVERITIES.map((each) => ({ value: each, label: say("severity", each) }))]} onChange={choose("severity")} />
            <Choice label={t("mode")} value={mode ?? ""} options={[{ value: "", label: t("anyMode") }, ...MODES.map((each) => ({ value: each, label: say("mode", each) }))]} onChange={choose("mode")} />
          </SpaceBetween>
        }
        empty={<Empty title={policy || severity || mode || account || owner || resource || status !== "current" ? t("noneWith") : t("none")} />}
      />
      {value("id") ? <ViolationPanel id={value("id")} onClose={close} /> : null}
    </>
  );
}

function Summary({ of }: { of: Schemas["ViolationSummary"] }) {
  const t = useTexts(texts);
  const format = useFormat();
  return (
    <Container>
      <ColumnLayout columns={1}>
        <KeyValuePairs
          columns={4}
          items={[
            { label: t("open"), value: <span className="console-figure">{format.number(of.open)}</span> },
            { label: t("excepted"), value: <span className="console-figure">{format.number(of.excepted)}</span> },
            { label: t("unclassified"), value: <span className="console-figure">{`${format.number(of.unclassified)} / ${format.number(of.instances)}`}</span> },
            { label: t("lookedAt"), value: of.as_of ? <Age at={of.as_of} /> : "–" },
          ]}
        />
      </ColumnLayout>
    </Container>
  );
}

function useColumns(addressOf: (id: string) => string): TableProps.ColumnDefinition<Violation>[] {
  const t = useTexts(texts);
  const both = useBoth();
  return [
    { id: "resource", header: t("resource"), isRowHeader: true, width: 170, cell: (each) => <Inside href={addressOf(each.id)}><Name of={each.name} /></Inside> },
    { id: "why", header: t("why"), width: 330, cell: (each) => <span className="console-words">{both(each.message, each.message_zh)}</span> },
    { id: "policy", header: t("policy"), width: 210, cell: (each) => <Inside href={`/policies/${encodeURIComponent(each.policy)}`}><Name of={each.policy} /></Inside> },
    { id: "severity", header: t("severity"), width: 110, cell: (each) => <Word group="severity" word={each.severity} /> },
    { id: "mode", header: t("mode"), width: 85, cell: (each) => <Word group="mode" word={each.mode} /> },
    { id: "status", header: t("status"), width: 120, cell: (each) => <Word group="violation" word={each.status} /> },
    { id: "owner", header: t("owner"), width: 140, cell: (each) => (each.owner ? <Name of={each.owner} /> : "–") },
    { id: "age", header: t("age"), width: 130, cell: (each) => <Age at={each.since} /> },
    { id: "exposure", header: t("exposure"), width: 220, cell: (each) => <Exposure of={each.exposure} /> },
    { id: "account", header: t("account"), width: 120, cell: (each) => (each.account ? <Name of={each.account} /> : "–") },
  ];
}
