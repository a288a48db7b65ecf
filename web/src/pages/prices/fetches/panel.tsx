import Alert from "@cloudscape-design/components/alert";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Table from "@cloudscape-design/components/table";
import { useQuery } from "@tanstack/react-query";

import { get } from "../../../api/client";
import type { Schemas } from "../../../api/types";
import { Panel } from "../../../app/panel";
import { useFormat } from "../../../i18n/format";
import { useMoney } from "../../../i18n/money";
import { useTexts } from "../../../i18n/use-texts";
import { CommandLine } from "../../../parts/command-line";
import { Age } from "../../../parts/freshness";
import { Inside } from "../../../parts/links";
import { Name } from "../../../parts/name";
import { plain } from "../../../parts/plain";
import { SaidOf } from "../../../parts/said";
import { Empty, Shown } from "../../../parts/states";
import { type Fetch, FetchStatus, useHow, useTook } from "./list";
import { texts } from "./texts";

export function FetchPanel({ id, onClose }: { id: string; onClose(): void }) {
  const found = useQuery({
    queryKey: ["prices", "fetch", id],
    queryFn: ({ signal }) => get("/api/v1/price-fetches/{fetch_id}", { path: { fetch_id: id }, signal }),
  });
  return (
    <Panel header={found.data ? plain(found.data.account) : id} onClose={onClose}>
      <Shown of={found}>{(fetch) => <Known of={fetch} />}</Shown>
    </Panel>
  );
}

function Known({ of }: { of: Fetch }) {
  const t = useTexts(texts);
  const how = useHow();
  const took = useTook();
  return (
    <SpaceBetween size="l">
      {of.error ? (
        <Alert type="error" header={t("whyFailed")}>
          <SaidOf whole fault={of.error} />
        </Alert>
      ) : null}
      {of.preview && of.status === "done" ? <Alert type="info">{t("nothingTaken")}</Alert> : null}
      <KeyValuePairs
        columns={4}
        items={[
          { label: t("status"), value: <FetchStatus of={of} /> },
          { label: t("provider"), value: <Name of={of.provider} /> },
          { label: t("regions"), value: of.regions.length > 0 ? <Name of={of.regions.join(", ")} /> : t("all") },
          { label: t("how"), value: how(of) },
          { label: t("by"), value: <Name of={of.requested_by} /> },
          { label: t("at"), value: <Age at={of.created_at} /> },
          { label: t("took"), value: took(of) },
        ]}
      />
      {of.lists ? <Lists of={of.lists} /> : null}
      <CommandLine words={["mcm", "price", "fetches"]} />
    </SpaceBetween>
  );
}

function Lists({ of }: { of: readonly Schemas["FetchedList"][] }) {
  const t = useTexts(texts);
  const format = useFormat();
  const money = useMoney();
  const number = (value: number) => format.number(value);
  return (
    <Table
      variant="embedded"
      wrapLines
      ariaLabels={{ tableLabel: t("lists") }}
      items={[...of]}
      trackBy="sha256"
      columnDefinitions={[
        { id: "list", header: t("list"), isRowHeader: true, cell: (each) => (each.list_id ? <Inside href={`/price-lists/${each.list_id}`}><Name of={each.source} /></Inside> : <Name of={each.source} />) },
        { id: "on", header: t("priceOf"), cell: (each) => money.day(each.priced_on) },
        { id: "points", header: t("points"), cell: (each) => number(each.points) },
        { id: "new", header: t("added"), cell: (each) => number(each.new) },
        { id: "changed", header: t("changed"), cell: (each) => number(each.changed) },
        { id: "unchanged", header: t("unchanged"), cell: (each) => number(each.unchanged) },
        { id: "gone", header: t("gone"), cell: (each) => number(each.gone) },
        { id: "flagged", header: t("flagged"), cell: (each) => number(each.flagged) },
        {
          id: "left",
          header: t("leftOut"),
          cell: (each) => <span className="console-words">{[number(each.left_out), ...Object.entries(each.left_out_why).map(([reason, n]) => `${plain(reason)}: ${number(n)}`)].join(" · ")}</span>,
        },
        { id: "taken", header: t("outcome"), cell: (each) => (each.already ? t("already") : each.list_id ? t("taken") : t("dryRun")) },
      ]}
      empty={<Empty title={t("noLists")} />}
    />
  );
}
