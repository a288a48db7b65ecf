import BarChart from "@cloudscape-design/components/bar-chart";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";

import type { Schemas } from "../../../api/types";
import { useMoney } from "../../../i18n/money";
import { useTexts } from "../../../i18n/use-texts";
import { drawn, useMoneyWord } from "../../../parts/money";
import { itemsOf, useColumnName } from "./naming";
import { texts } from "./texts";

const MOST = 12;
const ROW_PX = 34;

/** The parts of each total, stacked; the table below says the same in digits. */
export function Parts({ of }: { of: Schemas["Comparison"] }) {
  const t = useTexts(texts);
  const money = useMoney();
  const word = useMoneyWord();
  const columnName = useColumnName();
  const priced = of.columns.filter((each) => each.total.amount !== null);
  const shown = priced.filter((each, at) => at < MOST || each.place.ownership !== "public" || each.current);
  const names = shown.map(columnName);
  const series = itemsOf(of)
    .map((item) => ({
      type: "bar" as const,
      title: word("item", item),
      data: shown.map((column, at) => ({ x: names[at] ?? "", y: drawn(column.items.find((each) => each.item === item)?.amount) })),
      valueFormatter: (value: number) => money.money(value.toFixed(2), of.currency),
    }))
    .filter((each) => each.data.some(({ y }) => y !== 0));
  return (
    <Container header={<Header variant="h2" description={t("partsHint", { n: MOST })}>{t("parts")}</Header>}>
      <BarChart
        series={series}
        horizontalBars
        stackedBars
        xDomain={names}
        xScaleType="categorical"
        height={Math.max(160, shown.length * ROW_PX)}
        hideFilter
        ariaLabel={t("parts")}
        xTitle={t("location")}
        yTitle={of.currency}
        i18nStrings={{ yTickFormatter: (value) => money.decimal(String(value), 2) }}
      />
    </Container>
  );
}
