import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Table from "@cloudscape-design/components/table";
import { useQuery } from "@tanstack/react-query";

import { get } from "../../api/client";
import type { Schemas } from "../../api/types";
import { useFormat } from "../../i18n/format";
import { useTexts } from "../../i18n/use-texts";
import { Word } from "../../parts/deciding/word";
import { Age } from "../../parts/freshness";
import { Inside } from "../../parts/links";
import { Name } from "../../parts/name";
import { plain } from "../../parts/plain";
import { Empty, Shown } from "../../parts/states";
import { texts } from "./texts";

const MOST = 20;
/** Of these something runs, or is being made. */
const RUNS = ["bound", "partial", "binding"] as const;

/** What mcm has made of it and where, from the latest decision that was carried out; and every decision. */
export function Where({ name }: { name: string }) {
  const t = useTexts(texts);
  const format = useFormat();
  const made = useQuery({
    queryKey: ["placements", "made", name],
    queryFn: async ({ signal }) => {
      const { items } = await get("/api/v1/placements", { query: { workload: name, status: [...RUNS], limit: 1 }, signal });
      return items[0] ? await get("/api/v1/placements/{placement_id}", { path: { placement_id: items[0].id }, signal }) : null;
    },
  });
  const decisions = useQuery({
    queryKey: ["placements", "of", name],
    queryFn: ({ signal }) => get("/api/v1/placements", { query: { workload: name, limit: MOST }, signal }),
  });
  return (
    <SpaceBetween size="m">
      <Shown of={made}>
        {(found) => (
          <Table
            header={<Header actions={found ? <Inside href={`/placements/${found.id}`}>{t("why")}</Inside> : undefined}>{t("where")}</Header>}
            ariaLabels={{ tableLabel: t("where") }}
            items={placesOf(found)}
            columnDefinitions={[
              { id: "tier", header: t("tier"), isRowHeader: true, cell: (each) => <Name of={each.tier} /> },
              { id: "location", header: t("where"), cell: (each) => <Name of={each.location} /> },
              { id: "status", header: t("status"), cell: (each) => <Word group="made" word={each.status} /> },
              { id: "count", header: t("instances"), cell: (each) => format.number(each.count) },
            ]}
            empty={<Empty title={t("nowhere")} />}
          />
        )}
      </Shown>
      <Shown of={decisions}>
        {({ items }) => (
          <Table
            header={<Header>{t("decisions")}</Header>}
            ariaLabels={{ tableLabel: t("decisions") }}
            items={items}
            trackBy="id"
            columnDefinitions={[
              { id: "decided", header: t("decided"), isRowHeader: true, cell: (each) => <Inside href={`/placements/${each.id}`}><Age at={each.created_at} /></Inside> },
              { id: "status", header: t("status"), cell: (each) => <Word group="placement" word={each.status} /> },
              { id: "at", header: t("where"), cell: (each) => plain(each.at.join(" · ")) || "–" },
              { id: "version", header: t("version"), cell: (each) => each.workload_version ?? "–" },
            ]}
            empty={<Empty title={t("noDecisions")} />}
          />
        )}
      </Shown>
    </SpaceBetween>
  );
}

interface Place {
  tier: string;
  location: string;
  status: string;
  count: number;
}

function placesOf(found: Schemas["PlacementDetail"] | null): Place[] {
  const places = new Map<string, Place>();
  for (const { tier, location, status } of found?.made ?? []) {
    const key = `${tier} ${location} ${status}`;
    const known = places.get(key) ?? { tier, location, status, count: 0 };
    places.set(key, { ...known, count: known.count + 1 });
  }
  return [...places.values()];
}
