import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import LineChart from "@cloudscape-design/components/line-chart";
import SpaceBetween from "@cloudscape-design/components/space-between";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import Table from "@cloudscape-design/components/table";
import { useQuery } from "@tanstack/react-query";

import { get } from "../../../api/client";
import type { Schemas } from "../../../api/types";
import { useFormat } from "../../../i18n/format";
import { useMoney } from "../../../i18n/money";
import { useTexts } from "../../../i18n/use-texts";
import { Choice } from "../../../parts/choice";
import { AsTable } from "../../../parts/money";
import { Empty, Shown } from "../../../parts/states";
import { useAddress } from "../../../parts/use-address";
import { useNow } from "../../../parts/use-now";
import { sinceOf } from "./since";
import { texts } from "./texts";

type Known = Schemas["ResourceUtilisation"];
type Metric = Schemas["MetricUtilisation"];
const DAYS = [14, 30, 90] as const;
const METRICS = { cpu: "cpu", memory: "memory", disk_read: "diskRead", disk_write: "diskWrite", network_in: "networkIn", network_out: "networkOut" } as const;

/** Distributions by day, with which share of the time was measured; what was not is absent, and no 0. */
export function Used({ id }: { id: string }) {
  const t = useTexts(texts);
  const format = useFormat();
  const now = useNow();
  const { set, value } = useAddress();
  const days = DAYS.find((each) => String(each) === value("days")) ?? 14;
  const since = sinceOf(days, now);
  const found = useQuery({
    queryKey: ["resources", "utilisation", id, since],
    queryFn: ({ signal }) => get("/api/v1/resources/{resource_id}/utilisation", { path: { resource_id: id }, query: { since }, signal }),
  });
  const asked = found.data?.read_at;
  return (
    <Container
      header={
        <Header
          variant="h2"
          description={asked ? t("usedHint", { age: format.age(asked, now) }) : undefined}
          actions={<Choice label={t("days")} value={String(days)} options={DAYS.map((each) => ({ value: String(each), label: t("lastDays", { n: each }) }))} onChange={(to) => set({ days: to === "14" ? "" : to }, true)} />}
        >
          {t("used")}
        </Header>
      }
    >
      <Shown of={found}>{(known) => <Measured of={known} />}</Shown>
    </Container>
  );
}

function Measured({ of }: { of: Known }) {
  const t = useTexts(texts);
  const format = useFormat();
  const money = useMoney();
  const written = useWritten();
  const name = useMetricName();
  return (
    <SpaceBetween size="m">
      {of.status === "unsupported" ? <StatusIndicator type="info">{t("unsupported")}</StatusIndicator> : null}
      {of.status === "never" ? <StatusIndicator type="pending">{t("never")}</StatusIndicator> : null}
      {of.status === "failed" ? <StatusIndicator type="warning">{t("failed")}</StatusIndicator> : null}
      {of.metrics.length > 0 ? <ByDay of={of} /> : null}
      <Table
        variant="embedded"
        ariaLabels={{ tableLabel: t("used") }}
        items={of.metrics}
        trackBy="metric"
        columnDefinitions={[
          { id: "metric", header: t("metric"), isRowHeader: true, cell: (each) => name(each.metric) },
          { id: "p95", header: t("p95"), cell: (each) => written(each, each.p95) },
          { id: "mean", header: t("mean"), cell: (each) => written(each, each.mean) },
          { id: "max", header: t("max"), cell: (each) => written(each, each.max) },
          { id: "coverage", header: t("measured"), cell: (each) => `${money.percent(String(each.coverage))} · ${t("measuredDays", { n: each.days })}` },
          { id: "between", header: t("between"), cell: (each) => `${money.day(each.first)} – ${money.day(each.last)}` },
        ]}
        empty={<Empty title={t("unmeasured")} hint={t("unmeasuredHint")} />}
      />
      {of.metrics.map((metric) => (
        <AsTable key={metric.metric} title={name(metric.metric)}>
          <Table
            variant="embedded"
            ariaLabels={{ tableLabel: name(metric.metric) }}
            items={metric.points}
            trackBy="day"
            columnDefinitions={[
              { id: "day", header: t("day"), isRowHeader: true, cell: (each) => money.day(each.day) },
              { id: "min", header: t("minimum"), cell: (each) => written(metric, each.min) },
              { id: "p50", header: t("p50"), cell: (each) => written(metric, each.p50) },
              { id: "p95", header: t("p95"), cell: (each) => written(metric, each.p95) },
              { id: "max", header: t("max"), cell: (each) => written(metric, each.max) },
              { id: "coverage", header: t("measured"), cell: (each) => money.percent(String(each.coverage)) },
              { id: "samples", header: t("samples"), cell: (each) => format.number(each.samples) },
            ]}
          />
        </AsTable>
      ))}
    </SpaceBetween>
  );
}

/** Only shares: bytes a second have another scale. A day that was not measured has no point. */
function ByDay({ of }: { of: Known }) {
  const t = useTexts(texts);
  const money = useMoney();
  const name = useMetricName();
  const shares = of.metrics.filter((each) => each.unit === "share");
  if (shares.length === 0) return null;
  const percent = (value: number) => money.percent(String(value));
  return (
    <LineChart
      series={shares.map((each) => ({
        type: "line" as const,
        title: name(each.metric),
        data: each.points.map((point) => ({ x: new Date(`${point.day}T00:00:00Z`), y: point.p95 })),
        valueFormatter: percent,
      }))}
      xScaleType="time"
      xDomain={[new Date(`${of.since}T00:00:00Z`), new Date(`${of.until}T00:00:00Z`)]}
      yDomain={[0, 1]}
      height={200}
      hideFilter
      ariaLabel={t("chart")}
      xTitle={t("day")}
      yTitle={t("share")}
      i18nStrings={{ xTickFormatter: (day) => money.day(day.toISOString()), yTickFormatter: percent }}
    />
  );
}

function useMetricName(): (metric: string) => string {
  const t = useTexts(texts);
  return (metric) => {
    const key = METRICS[metric as keyof typeof METRICS];
    return key ? t(key) : metric;
  };
}

function useWritten(): (metric: Metric, value: number) => string {
  const t = useTexts(texts);
  const format = useFormat();
  const money = useMoney();
  return (metric, value) => (metric.unit === "share" ? money.percent(String(value)) : t("rate", { n: format.number(value / 1024) }));
}
