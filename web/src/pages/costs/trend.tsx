import BarChart from "@cloudscape-design/components/bar-chart";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import Table from "@cloudscape-design/components/table";
import { useQueries } from "@tanstack/react-query";

import { get } from "../../api/client";
import type { Schemas } from "../../api/types";
import { useMoney } from "../../i18n/money";
import { useTexts } from "../../i18n/use-texts";
import { Amount, AsTable, drawn } from "../../parts/money";
import { plain } from "../../parts/plain";
import { useMonths } from "./choices";
import { type Asked, reportQuery, upTo } from "./state";
import { texts } from "./texts";

const MONTHS = 6;
const SERIES = 5;
const KEPT_MS = 300_000;

interface Point {
  month: string;
  total: string | null;
  parts: Map<string, number>;
}

/** The months before this one asked the same, stacked by what the report is grouped by first. */
export function Trend({ asked, currency }: { asked: Asked; currency: string }) {
  const t = useTexts(texts);
  const money = useMoney();
  const known = useMonths().data?.items ?? [];
  const months = upTo(asked.month, known.map((each) => each.month), MONTHS);
  const reports = useQueries({
    queries: months.map((month) => {
      const query = reportQuery({ ...asked, month, by: asked.by.slice(0, 1) }, false);
      return { queryKey: ["costs", "report", query], staleTime: KEPT_MS, queryFn: ({ signal }: { signal: AbortSignal }) => get("/api/v1/cost-reports", { query, signal }) };
    }),
  });
  const points = months.map((month, at) => pointOf(month, currency, reports[at]?.data));
  const sums = new Map<string, number>();
  for (const point of points) for (const [name, amount] of point.parts) sums.set(name, (sums.get(name) ?? 0) + amount);
  const largest = [...sums].toSorted((a, b) => b[1] - a[1]).map(([name]) => name);
  const shown = largest.slice(0, SERIES);
  const titleOf = (name: string) => (name === "idle" ? t("kindIdle") : name ? plain(name) : t("unnamed"));
  const series = shown.map((name) => ({
    type: "bar" as const,
    title: titleOf(name),
    data: points.map((point) => ({ x: point.month, y: point.parts.get(name) ?? 0 })),
    valueFormatter: (value: number) => money.money(value.toFixed(2), currency),
  }));
  if (largest.length > SERIES) {
    const rest = (point: Point) => largest.slice(SERIES).reduce((sum, name) => sum + (point.parts.get(name) ?? 0), 0);
    series.push({ type: "bar", title: t("others"), data: points.map((point) => ({ x: point.month, y: rest(point) })), valueFormatter: (value) => money.money(value.toFixed(2), currency) });
  }
  return (
    <Container header={<Header variant="h2" description={t("trendHint", { currency })}>{t("trend")}</Header>}>
      <BarChart
        series={series}
        stackedBars
        xDomain={months}
        xScaleType="categorical"
        height={220}
        hideFilter
        ariaLabel={t("trend")}
        xTitle={t("month")}
        yTitle={currency}
        statusType={reports.some((each) => each.isPending) ? "loading" : "finished"}
        i18nStrings={{ xTickFormatter: (month) => money.month(month), yTickFormatter: (value) => money.decimal(String(value), 2) }}
      />
      <AsTable>
        <Table
          variant="embedded"
          ariaLabels={{ tableLabel: t("trend") }}
          items={points}
          trackBy="month"
          columnDefinitions={[
            { id: "month", header: t("month"), isRowHeader: true, cell: (point) => money.month(point.month) },
            { id: "total", header: t("total"), cell: (point) => <Amount of={point.total} currency={currency} /> },
            ...shown.map((name) => ({ id: `of-${name}`, header: titleOf(name), cell: (point: Point) => <Amount of={point.parts.has(name) ? (point.parts.get(name) ?? 0).toFixed(2) : null} currency={currency} /> })),
          ]}
        />
      </AsTable>
    </Container>
  );
}

function pointOf(month: string, currency: string, report: Schemas["CostReport"] | undefined): Point {
  const parts = new Map<string, number>();
  for (const line of report?.lines ?? []) {
    const name = line.keys[0]?.name ?? "";
    if (line.currency === currency) parts.set(name, (parts.get(name) ?? 0) + drawn(line.amount));
  }
  return { month, total: report?.totals.find((each) => each.currency === currency)?.presented ?? null, parts };
}
