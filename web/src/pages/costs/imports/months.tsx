import StatusIndicator from "@cloudscape-design/components/status-indicator";

import { useFormat } from "../../../i18n/format";
import { useMoney } from "../../../i18n/money";
import { useTexts } from "../../../i18n/use-texts";
import { Inside } from "../../../parts/links";
import { Listing } from "../../../parts/listing";
import { Amount, useMoneyWord } from "../../../parts/money";
import { Empty } from "../../../parts/states";
import { useMonths } from "../choices";
import { texts } from "./texts";

export default function Months() {
  const t = useTexts(texts);
  const format = useFormat();
  const money = useMoney();
  const found = useMonths();
  return (
    <Listing
      of={found}
      title={t("allMonths")}
      subtitle={t("monthsHint")}
      trackBy={(each) => each.month}
      columns={[
        { id: "month", header: t("month"), isRowHeader: true, width: 180, cell: (each) => <Inside href={`/cost-months/${each.month}`}>{money.month(each.month)}</Inside> },
        { id: "state", header: t("state"), width: 150, cell: (each) => <MonthState of={each.status} /> },
        { id: "billed", header: t("billed"), width: 240, cell: (each) => each.totals.map((total) => <div key={`${total.currency} ${total.basis}`}><Amount of={total.billed} currency={total.currency} atLeast={total.unknown > 0} /></div>) },
        { id: "rows", header: t("rows"), width: 120, cell: (each) => format.number(each.totals.reduce((sum, total) => sum + total.rows, 0)) },
        { id: "closed", header: t("closedAt"), width: 220, cell: (each) => format.instant(each.closed_at) },
      ]}
      empty={<Empty title={t("noMonths")} hint={t("noneHint")} />}
    />
  );
}

export function MonthState({ of }: { of: "open" | "closed" }) {
  const word = useMoneyWord();
  return <StatusIndicator type={of === "closed" ? "success" : "in-progress"}>{word("import", of)}</StatusIndicator>;
}
