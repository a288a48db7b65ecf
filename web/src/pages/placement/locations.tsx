import { useCallback } from "react";
import SpaceBetween from "@cloudscape-design/components/space-between";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import type { TableProps } from "@cloudscape-design/components/table";
import { keepPreviousData, useQuery } from "@tanstack/react-query";

import { get } from "../../api/client";
import type { Schemas } from "../../api/types";
import { useFormat } from "../../i18n/format";
import { useTerm, useTexts } from "../../i18n/use-texts";
import { useWord } from "../../parts/deciding/word";
import { FindHere, fits } from "../../parts/find-here";
import { Age } from "../../parts/freshness";
import { Inside } from "../../parts/links";
import { Listing } from "../../parts/listing";
import { plain } from "../../parts/plain";
import { Empty } from "../../parts/states";
import { changedAddress, useAddress } from "../../parts/use-address";
import { Latencies } from "./latencies";
import { LocationPanel } from "./location-panel";
import { texts } from "./texts";

const SIZE = 100;
export type Location = Schemas["LocationItem"];
const SHOWN = ["vcpus", "memory_gib", "disk_gib"] as const;

export default function Locations() {
  const t = useTexts(texts);
  const { params, set, value } = useAddress();
  const [cursor, search, chosen] = [value("cursor"), value("search"), value("location")];
  const found = useQuery({
    queryKey: ["locations", "list", cursor],
    placeholderData: keepPreviousData,
    queryFn: ({ signal }) => get("/api/v1/locations", { query: { limit: SIZE, cursor }, signal }),
  });
  const close = useCallback(() => set({ location: "" }), [set]);
  const one = found.data?.items.find((each) => each.id === chosen);
  return (
    <SpaceBetween size="l">
      <Listing
        of={found}
        title={t("locations")}
        subtitle={t("locationsSubtitle")}
        trackBy={(each) => each.id}
        pagesOf=""
        filter={<FindHere />}
        shown={(items) => items.filter((each) => fits(search, each.id, each.site, each.city, each.jurisdiction, each.provider, ...each.labels))}
        columns={useColumns((id) => `/locations?${changedAddress(params, { location: id })}`)}
        empty={<Empty title={t("noLocations")} hint={t("noLocationsHint")} />}
      />
      <Latencies />
      {one ? <LocationPanel location={one} onClose={close} /> : null}
    </SpaceBetween>
  );
}

export function Standing({ of }: { of: Location }) {
  const t = useTexts(texts);
  if (of.closed) return <StatusIndicator type="stopped">{t("closed")}</StatusIndicator>;
  if (of.creates === false) return <StatusIndicator type="not-started">{t("noneMade")}</StatusIndicator>;
  if (of.stale.length > 0) return <StatusIndicator type="warning">{t("old", { what: plain(of.stale.join(", ")) })}</StatusIndicator>;
  return <StatusIndicator type="success">{t("open")}</StatusIndicator>;
}

function useColumns(addressOf: (id: string) => string): TableProps.ColumnDefinition<Location>[] {
  const t = useTexts(texts);
  const term = useTerm();
  const say = useWord();
  const format = useFormat();
  return [
    { id: "location", header: t("location"), isRowHeader: true, width: 220, cell: (each) => <Inside href={addressOf(each.id)}>{plain(each.id)}</Inside> },
    { id: "status", header: t("status"), width: 230, cell: (each) => <Standing of={each} /> },
    { id: "ownership", header: t("ownership"), width: 100, cell: (each) => term("ownership", each.ownership) },
    { id: "site", header: t("site"), width: 150, cell: (each) => plain([each.site, each.city].filter(Boolean).join(" · ")) || "–" },
    { id: "jurisdiction", header: t("jurisdiction"), width: 115, cell: (each) => plain(each.jurisdiction ?? "–") },
    { id: "labels", header: t("labels"), width: 130, cell: (each) => plain(each.labels.join(" · ")) || "–" },
    { id: "used", header: t("used"), width: 90, cell: (each) => (each.used === null ? "–" : `${format.number(100 * each.used)} %`) },
    ...SHOWN.map((name) => ({ id: name, header: say("room", name), width: 190, cell: (each: Location) => <Room of={each.capacity.find((one) => one.resource === name)} /> })),
    { id: "measured", header: t("measured"), width: 140, cell: (each) => (each.as_of ? <Age at={each.as_of} /> : t("notMeasured")) },
  ];
}

function Room({ of }: { of: Location["capacity"][number] | undefined }) {
  const t = useTexts(texts);
  const format = useFormat();
  if (of?.unlimited) return <>{t("unlimited")}</>;
  if (of?.total == null || of.room == null) return <>{t("notMeasured")}</>;
  return <>{t("freeOf", { free: format.number(of.room), total: format.number(of.total) })}</>;
}
