import BarChart from "@cloudscape-design/components/bar-chart";
import Container from "@cloudscape-design/components/container";
import Grid from "@cloudscape-design/components/grid";
import Header from "@cloudscape-design/components/header";
import PieChart from "@cloudscape-design/components/pie-chart";

import { useFormat } from "../../i18n/format";
import { useTerm, useTexts } from "../../i18n/use-texts";
import { Empty, Shown } from "../../parts/states";
import { capacityOf } from "./capacity";
import { texts } from "./texts";
import { useCapacity } from "./use-capacity";
import { useFacets } from "./use-facets";

const HEIGHT = 220;
const MOST_BARS = 12;
const MIB_IN_GIB = 1024;
const FREE = "color-mix(in srgb, currentColor 25%, transparent)";

export default function Charts() {
  return (
    <Grid gridDefinition={[{ colspan: { default: 12, s: 6, l: 4 } }, { colspan: { default: 12, s: 6, l: 4 } }, { colspan: { default: 12, l: 4 } }]}>
      <ByState />
      <ByAccount />
      <ByMemory />
    </Grid>
  );
}

function ByState() {
  const t = useTexts(texts);
  const term = useTerm();
  const format = useFormat();
  const found = useFacets();
  return (
    <Container fitHeight header={<Header variant="h2">{t("byState")}</Header>}>
      <Shown of={found}>
        {({ facets, total, at_least: atLeast }) => (
          <PieChart
            variant="donut"
            size="medium"
            hideFilter
            hideTitles
            hideDescriptions
            data={(facets["state"]?.values ?? []).map(({ value, count }) => ({ title: `${term("state", value ?? "unknown")} ${format.number(count)}`, value: count }))}
            innerMetricValue={format.atLeast(total, atLeast)}
            innerMetricDescription={t("total")}
            segmentDescription={(datum, sum) => `${format.number(datum.value)} · ${format.number((100 * datum.value) / (sum || 1))} %`}
            ariaLabel={t("byState")}
            ariaDescription={t("byState")}
            empty={<Empty title={t("noData")} />}
            noMatch={<Empty title={t("noData")} />}
          />
        )}
      </Shown>
    </Container>
  );
}

function ByAccount() {
  const t = useTexts(texts);
  const format = useFormat();
  const found = useFacets();
  return (
    <Container fitHeight header={<Header variant="h2">{t("byAccount")}</Header>}>
      <Shown of={found}>
        {({ facets }) => {
          const values = facets["account"]?.values ?? [];
          const rest = values.slice(MOST_BARS).reduce((sum, each) => sum + each.count, 0);
          const bars = values.slice(0, MOST_BARS).map(({ value, count }) => ({ x: value ?? "–", y: count }));
          const data = rest > 0 ? [...bars, { x: t("others"), y: rest }] : bars;
          return (
            <BarChart
              series={[{ title: t("instances"), type: "bar", data, valueFormatter: (value) => format.number(value) }]}
              xDomain={data.map((each) => each.x)}
              horizontalBars
              height={Math.max(HEIGHT, data.length * 32)}
              hideFilter
              hideLegend
              xScaleType="categorical"
              ariaLabel={t("byAccount")}
              xTitle={t("account")}
              yTitle={t("instances")}
              i18nStrings={{ yTickFormatter: (value) => format.number(value) }}
              empty={<Empty title={t("noData")} />}
              noMatch={<Empty title={t("noData")} />}
            />
          );
        }}
      </Shown>
    </Container>
  );
}

/** Of whoever has hosts of their own: what is used of their memory, and what is free. */
function ByMemory() {
  const t = useTexts(texts);
  const format = useFormat();
  const found = useCapacity();
  return (
    <Container fitHeight header={<Header variant="h2">{t("byMemory")}</Header>}>
      <Shown of={found}>
        {(levels) => {
          const known = [...levels].flatMap(([x, level]) => {
            const { memory } = capacityOf(level);
            return memory ? [{ x, used: memory.used / MIB_IN_GIB, free: Math.max(0, memory.of - memory.used) / MIB_IN_GIB }] : [];
          });
          const rows = known.toSorted((a, b) => b.used + b.free - a.used - a.free).slice(0, MOST_BARS);
          const gib = (value: number) => `${format.number(value)} GiB`;
          return (
            <BarChart
              stackedBars
              horizontalBars
              series={[
                { title: t("inUse"), type: "bar", data: rows.map(({ x, used }) => ({ x, y: used })), valueFormatter: gib },
                { title: t("free"), type: "bar", data: rows.map(({ x, free }) => ({ x, y: free })), valueFormatter: gib, color: FREE },
              ]}
              xDomain={rows.map(({ x }) => x)}
              height={Math.max(HEIGHT, rows.length * 32)}
              hideFilter
              xScaleType="categorical"
              ariaLabel={t("byMemory")}
              xTitle={t("account")}
              yTitle={t("gib")}
              i18nStrings={{ yTickFormatter: (value) => format.number(value) }}
              empty={<Empty title={t("noHosts")} />}
              noMatch={<Empty title={t("noHosts")} />}
            />
          );
        }}
      </Shown>
    </Container>
  );
}
