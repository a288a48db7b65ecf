import Alert from "@cloudscape-design/components/alert";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import SpaceBetween from "@cloudscape-design/components/space-between";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import Table from "@cloudscape-design/components/table";
import { useQuery } from "@tanstack/react-query";
import { useParams } from "react-router";

import { get, post } from "../../api/client";
import { useFormat } from "../../i18n/format";
import { useTexts } from "../../i18n/use-texts";
import { CommandLine } from "../../parts/command-line";
import { Copyable } from "../../parts/copyable";
import { Word } from "../../parts/deciding/word";
import { Age } from "../../parts/freshness";
import { Inside } from "../../parts/links";
import { Name } from "../../parts/name";
import { plain } from "../../parts/plain";
import { Empty, Shown } from "../../parts/states";
import { useAddress } from "../../parts/use-address";
import { Deciding } from "./deciding";
import type { PlacementDetail } from "./outcome";
import { OutcomePart } from "./outcome-part";
import { Reserved } from "./reserved";
import { texts } from "./texts";

export default function PlacementPage() {
  const { placement: id = "" } = useParams();
  const found = useQuery({
    queryKey: ["placements", "one", id],
    queryFn: ({ signal }) => get("/api/v1/placements/{placement_id}", { path: { placement_id: id }, signal }),
  });
  return <Shown whole of={found}>{(one) => <Known placement={one} />}</Shown>;
}

function Known({ placement }: { placement: PlacementDetail }) {
  const t = useTexts(texts);
  const format = useFormat();
  const replaying = useAddress().value("replay") !== "";
  const version = placement.workload_version === null ? "" : ` · ${t("version", { n: placement.workload_version })}`;
  return (
    <SpaceBetween size="l">
      <Header variant="h1" description={`${t("workload")}${version}`} actions={<Deciding placement={placement} />}>
        <Name of={placement.workload} />
      </Header>
      {placement.reason ? <Alert type="warning" header={t("reason")}>{plain(placement.reason)}</Alert> : null}
      <Container header={<Header variant="h2">{t("about")}</Header>}>
        <KeyValuePairs
          columns={4}
          items={[
            { label: t("status"), value: <Word group="placement" word={placement.status} /> },
            { label: t("at"), value: placement.at.length ? plain(placement.at.join(" · ")) : "–" },
            { label: t("instances"), value: format.number(placement.instances) },
            { label: t("approval"), value: placement.requires_approval ? t("needs", { what: plain(placement.needs.join(", ")) }) : t("needsNone") },
            { label: t("by"), value: <Name of={placement.requested_by} /> },
            { label: t("decidedBy"), value: placement.decided_by ? <Name of={placement.decided_by} /> : "–" },
            { label: t("asOf"), value: <Age at={placement.as_of} /> },
            { label: t("expires"), value: format.instant(placement.expires_at) },
            { label: t("hash"), value: <Copyable value={placement.hash} /> },
            ...(placement.spilled ? [{ label: t("group"), value: t("spilled") }] : []),
          ]}
        />
      </Container>
      {replaying ? <Replayed id={placement.id} /> : null}
      {placement.made.length > 0 ? (
        <Table
          header={<Header counter={`(${placement.made.length})`}>{t("made")}</Header>}
          ariaLabels={{ tableLabel: t("made") }}
          items={placement.made}
          trackBy="name"
          columnDefinitions={[
            { id: "name", header: t("name"), isRowHeader: true, cell: (each) => <Name of={each.name} /> },
            { id: "tier", header: t("tier"), cell: (each) => <Name of={each.tier} /> },
            { id: "location", header: t("location"), cell: (each) => <Name of={each.location} /> },
            { id: "status", header: t("status"), cell: (each) => <Word group="made" word={each.status} /> },
            { id: "operation", header: t("operation"), cell: (each) => (each.operation_id ? <Inside href={`/operations?id=${each.operation_id}`}>{t("operation")}</Inside> : "–") },
            { id: "tried", header: t("tried"), cell: (each) => plain(each.tried.join(" · ")) || "–" },
            { id: "reason", header: t("reason"), cell: (each) => (each.reason ? plain(each.reason) : "–") },
          ]}
          empty={<Empty title={t("nothingMade")} />}
        />
      ) : null}
      <OutcomePart outcome={placement.outcome} id={placement.id} />
      <Reserved items={placement.reservations} />
      <CommandLine words={["mcm", "placement", "show", placement.id, "--explain"]} />
    </SpaceBetween>
  );
}

/** Made again of what it was made of, and what would be decided now. */
function Replayed({ id }: { id: string }) {
  const t = useTexts(texts);
  const found = useQuery({
    queryKey: ["placements", "replay", id],
    staleTime: Infinity,
    queryFn: () => post("/api/v1/placements/{placement_id}/replay", { path: { placement_id: id } }),
  });
  return (
    <Container header={<Header variant="h2">{t("replayed")}</Header>}>
      <Shown of={found}>
        {(again) => (
          <SpaceBetween size="s">
            <StatusIndicator type={again.same ? "success" : "error"}>{again.same ? t("same") : t("notSame")}</StatusIndicator>
            <StatusIndicator type={again.changed ? "warning" : "success"}>{again.changed ? t("changedNow") : t("unchangedNow")}</StatusIndicator>
            {again.come_home ? <StatusIndicator type="info">{t("comeHome")}</StatusIndicator> : null}
            {again.changed ? <ul>{(again.now.chosen?.parts ?? []).map((each) => <li key={`${each.tier} ${each.part}`}>{plain(`${each.count} × ${each.tier}: ${each.location}`)}</li>)}</ul> : null}
          </SpaceBetween>
        )}
      </Shown>
    </Container>
  );
}
