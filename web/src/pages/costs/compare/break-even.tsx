import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import MixedLineBarChart, { type MixedLineBarChartProps } from "@cloudscape-design/components/mixed-line-bar-chart";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Table from "@cloudscape-design/components/table";

import type { Schemas } from "../../../api/types";
import { useMoney } from "../../../i18n/money";
import { useTexts } from "../../../i18n/use-texts";
import { Amount, drawn, useMoneyWord } from "../../../parts/money";
import { curveOf } from "./curve";
import { type Column, useColumnName } from "./naming";
import { texts } from "./texts";

const RIVALS = 3;

/** What an own cloud costs by how well it is used, and from where on it is cheaper than the others. */
export function BreakEven({ of, all }: { of: Column; all: Schemas["Comparison"] }) {
  const t = useTexts(texts);
  const money = useMoney();
  const word = useMoneyWord();
  const columnName = useColumnName();
  const { currency } = all;
  const nameOf = (key: string) => {
    const found = all.columns.find((each) => each.key === key);
    return found ? columnName(found) : key;
  };
  const rows = of.break_even.toSorted((a, b) => drawn(a.public_amount) - drawn(b.public_amount));
  const formatter = (value: number) => money.money(value.toFixed(2), currency);
  const curve = curveOf(of.utilisations);
  const series: MixedLineBarChartProps.ChartSeries<number>[] = [
    { type: "line", title: columnName(of), data: curve, valueFormatter: formatter },
    // The cheapest, the dearest and one between them: more lines say no more.
    ...rivals(rows).map((each) => ({ type: "threshold" as const, title: nameOf(each.column), y: drawn(each.public_amount), valueFormatter: formatter })),
  ];
  if (of.used_utilisation) series.push({ type: "threshold", title: t("assumed"), x: drawn(of.used_utilisation) });
  const percent = (value: number) => money.percent(String(value));
  const title = t("breakEven", { name: columnName(of) });
  return (
    <Container header={<Header variant="h2" description={t("breakEvenHint")}>{title}</Header>}>
      <SpaceBetween size="m">
        {curve.length > 0 ? (
          <MixedLineBarChart
            series={series}
            xScaleType="linear"
            xDomain={[0.1, 1]}
            height={260}
            hideFilter
            ariaLabel={title}
            xTitle={t("utilisation")}
            yTitle={currency}
            i18nStrings={{ xTickFormatter: percent, yTickFormatter: (value) => money.decimal(String(value), 2) }}
          />
        ) : null}
        <ul className="console-plain-list">
          {of.utilisations.map((each) => (
            <li key={each.utilisation}>
              {t("costAt", { at: money.percent(each.utilisation) })}: <Amount of={each.shown} currency={currency} atLeast={of.total.at_least} />
            </li>
          ))}
        </ul>
        <Table
          variant="embedded"
          ariaLabels={{ tableLabel: title }}
          items={rows}
          trackBy="column"
          columnDefinitions={[
            { id: "column", header: t("location"), isRowHeader: true, cell: (each) => nameOf(each.column) },
            { id: "amount", header: t("publicAmount"), cell: (each) => <Amount of={each.public_amount} currency={currency} /> },
            { id: "from", header: t("cheaperFrom"), cell: (each) => (each.code === "from" ? t("from", { at: money.percent(each.utilisation) }) : each.code === "always" ? t("always") : t("never")) },
            { id: "over", header: t("over2"), cell: (each) => each.over.map((item) => word("item", item)).join(", ") },
          ]}
        />
      </SpaceBetween>
    </Container>
  );
}

function rivals<T>(sorted: readonly T[]): T[] {
  if (sorted.length <= RIVALS) return [...sorted];
  const at = [0, Math.floor(sorted.length / 2), sorted.length - 1];
  return at.flatMap((each) => sorted[each] ?? []);
}
