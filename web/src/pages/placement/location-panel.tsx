import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Table from "@cloudscape-design/components/table";

import { patch } from "../../api/client";
import { Panel } from "../../app/panel";
import { useFormat } from "../../i18n/format";
import { useTexts } from "../../i18n/use-texts";
import { AllowedButton } from "../../parts/allowed-button";
import { CommandLine } from "../../parts/command-line";
import { useWord } from "../../parts/deciding/word";
import { Age } from "../../parts/freshness";
import { Inside } from "../../parts/links";
import { Name } from "../../parts/name";
import { plain } from "../../parts/plain";
import { Empty } from "../../parts/states";
import { useChange } from "../../parts/use-change";
import { type Location, Standing } from "./locations";
import { texts } from "./texts";

/** Every measure of a place with its source and the moment it was taken. */
export function LocationPanel({ location, onClose }: { location: Location; onClose(): void }) {
  const t = useTexts(texts);
  const say = useWord();
  const format = useFormat();
  const { account, region, zone } = location;
  const body = { closed: !location.closed };
  const turn = useChange({
    id: `location ${location.id}`,
    run: () =>
      zone
        ? patch("/api/v1/locations/{account}/{region}/{zone}", { path: { account, region, zone }, body })
        : patch("/api/v1/locations/{account}/{region}", { path: { account, region }, body }),
    said: () => t("turned", { name: plain(location.id) }),
    touches: ["locations"],
  });
  return (
    <Panel header={plain(location.id)} onClose={onClose}>
      <SpaceBetween size="l">
        <AllowedButton permission="placement.run" loading={turn.isPending} onClick={() => turn.mutate()}>
          {location.closed ? t("reopen") : t("close")}
        </AllowedButton>
        <KeyValuePairs
          columns={3}
          items={[
            { label: t("status"), value: <Standing of={location} /> },
            { label: t("from"), value: <Inside href={`/accounts/${encodeURIComponent(account)}`}>{plain(account)}</Inside> },
            { label: t("hosts"), value: format.number(location.hosts) },
            { label: t("overcommit"), value: format.number(location.cpu_overcommit) },
          ]}
        />
        <Table
          variant="embedded"
          ariaLabels={{ tableLabel: t("capacity") }}
          items={location.capacity}
          trackBy="resource"
          columnDefinitions={[
            { id: "resource", header: t("resource"), isRowHeader: true, cell: (each) => say("room", each.resource) },
            { id: "total", header: t("total"), cell: (each) => (each.unlimited ? t("unlimited") : format.number(each.total)) },
            { id: "free", header: t("free"), cell: (each) => format.number(each.free) },
            { id: "reserved", header: t("heldBack"), cell: (each) => format.number(each.reserved) },
            { id: "room", header: t("room"), cell: (each) => format.number(each.room) },
            { id: "source", header: t("from"), cell: (each) => <Name of={each.source} /> },
            { id: "measured", header: t("measured"), cell: (each) => (each.as_of ? <Age at={each.as_of} /> : t("notMeasured")) },
          ]}
          empty={<Empty title={t("notMeasured")} />}
        />
        <CommandLine words={["mcm", "location", "show", location.id]} />
      </SpaceBetween>
    </Panel>
  );
}
