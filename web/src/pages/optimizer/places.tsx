import BarChart from "@cloudscape-design/components/bar-chart";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Table from "@cloudscape-design/components/table";
import Container from "@cloudscape-design/components/container";

import type { Schemas } from "../../api/types";
import { useFormat } from "../../i18n/format";
import { useTexts } from "../../i18n/use-texts";
import { plain } from "../../parts/plain";
import { Empty } from "../../parts/states";
import { texts } from "./texts";

type Load = Schemas["PlaceLoad"];
const MOST_BARS = 12;
const BAR = 44;
const AROUND = 40;
const MOST_ROWS = 100;

/** How many are at each place, and how full it is, before and after. */
export function Places({ items }: { items: Load[] }) {
  const t = useTexts(texts);
  const format = useFormat();
  const named = items.map((each) => ({ ...each, name: plain(each.host ? `${each.location} · ${each.host}` : each.location) }));
  const bars = named.toSorted((a, b) => Math.abs(b.after - b.before) - Math.abs(a.after - a.before)).slice(0, MOST_BARS);
  const change = (before: number | null, after: number | null) => `${share(before)} → ${share(after)}`;
  const share = (of: number | null) => (of === null ? "–" : `${format.number(100 * of)} %`);
  return (
    <SpaceBetween size="m">
      {bars.length > 0 ? (
        <Container header={<Header variant="h2">{t("places")}</Header>}>
          <BarChart
            horizontalBars
            hideFilter
            series={[
              { title: t("before"), type: "bar", data: bars.map((each) => ({ x: each.name, y: each.before })), valueFormatter: (value: number) => format.number(value) },
              { title: t("after"), type: "bar", data: bars.map((each) => ({ x: each.name, y: each.after })), valueFormatter: (value: number) => format.number(value) },
            ]}
            xDomain={bars.map((each) => each.name)}
            height={AROUND + bars.length * BAR}
            xScaleType="categorical"
            ariaLabel={t("places")}
            xTitle={t("location")}
            yTitle={t("instances")}
            i18nStrings={{ yTickFormatter: (value) => format.number(value) }}
            empty={<Empty title={t("noPlaces")} />}
            noMatch={<Empty title={t("noPlaces")} />}
          />
        </Container>
      ) : null}
      <Table
        header={<Header counter={`(${named.length})`}>{t("places")}</Header>}
        ariaLabels={{ tableLabel: t("places") }}
        items={named.slice(0, MOST_ROWS)}
        trackBy="name"
        columnDefinitions={[
          { id: "location", header: t("location"), isRowHeader: true, cell: (each) => plain(each.location) },
          { id: "host", header: t("host"), cell: (each) => (each.host ? plain(each.host) : "–") },
          { id: "instances", header: t("instances"), cell: (each) => `${format.number(each.before)} → ${format.number(each.after)}` },
          { id: "vcpus", header: t("vcpus"), cell: (each) => change(each.used_vcpus_before, each.used_vcpus_after) },
          { id: "memory", header: t("memory"), cell: (each) => change(each.used_memory_before, each.used_memory_after) },
          { id: "emptied", header: t("emptied"), cell: (each) => (each.emptied ? t("yes") : "–") },
        ]}
        empty={<Empty title={t("noPlaces")} />}
      />
    </SpaceBetween>
  );
}
