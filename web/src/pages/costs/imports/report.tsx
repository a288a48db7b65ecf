import Header from "@cloudscape-design/components/header";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import Table from "@cloudscape-design/components/table";

import type { Schemas } from "../../../api/types";
import { useFormat } from "../../../i18n/format";
import { useMoney } from "../../../i18n/money";
import { useTexts } from "../../../i18n/use-texts";
import { Inside } from "../../../parts/links";
import { Amount, useMoneyWord } from "../../../parts/money";
import { Name } from "../../../parts/name";
import { plain } from "../../../parts/plain";
import { Empty } from "../../../parts/states";
import { usePreferences } from "../../../preferences/preferences";
import { texts } from "./texts";

const LINES = 8;
type Finding = Schemas["mcm__charges__schemas__FindingItem"];

/** What an import brought, by month and currency. */
export function PartsTable({ of }: { of: readonly Schemas["mcm__charges__schemas__PartItem"][] }) {
  const t = useTexts(texts);
  const format = useFormat();
  const money = useMoney();
  const word = useMoneyWord();
  return (
    <Table
      header={<Header variant="h2">{t("parts")}</Header>}
      ariaLabels={{ tableLabel: t("parts") }}
      items={[...of]}
      trackBy={(each) => `${each.month} ${each.currency}`}
      resizableColumns
      columnDefinitions={[
        { id: "month", header: t("month"), isRowHeader: true, width: 240, cell: (each) => <Inside href={`/charges?month=${each.month}`}>{t("toCharges", { month: money.month(each.month) })}</Inside> },
        { id: "state", header: t("state"), width: 130, cell: (each) => word("import", each.status) },
        { id: "rows", header: t("rows"), width: 110, cell: (each) => format.number(each.rows) },
        { id: "billed", header: t("billed"), width: 170, cell: (each) => <Amount of={each.billed} currency={each.currency} atLeast={each.unknown > 0} /> },
        { id: "effective", header: t("effective"), width: 170, cell: (each) => <Amount of={each.effective} currency={each.currency} atLeast={each.unknown > 0} /> },
        { id: "list", header: t("list"), width: 170, cell: (each) => <Amount of={each.list} currency={each.currency} /> },
        { id: "unknown", header: t("unknown"), width: 130, cell: (each) => format.number(each.unknown) },
      ]}
    />
  );
}

/** What was odd in a file, by line. */
export function Findings({ of }: { of: readonly Finding[] }) {
  const t = useTexts(texts);
  const format = useFormat();
  const word = useMoneyWord();
  const { language } = usePreferences();
  return (
    <Table
      header={<Header variant="h2" counter={`(${format.number(of.length)})`}>{t("findings")}</Header>}
      ariaLabels={{ tableLabel: t("findings") }}
      items={[...of]}
      trackBy={(each) => `${each.code} ${each.column}`}
      resizableColumns
      wrapLines
      columnDefinitions={[
        { id: "what", header: t("what"), isRowHeader: true, width: 340, cell: (each) => plain(language === "zh-CN" ? each.text_zh : each.text) },
        { id: "level", header: t("level"), width: 120, cell: (each) => <StatusIndicator type={each.level === "error" ? "error" : each.level === "warning" ? "warning" : "info"}>{word("import", each.level)}</StatusIndicator> },
        { id: "column", header: t("column"), width: 190, cell: (each) => <Name of={each.source ? `${each.column} (${each.source})` : (each.column ?? "–")} /> },
        { id: "count", header: t("count"), width: 110, cell: (each) => format.number(each.count) },
        { id: "lines", header: t("lines"), width: 220, cell: (each) => (each.lines.length > 0 ? each.lines.slice(0, LINES).join(", ") + (each.lines.length > LINES ? " …" : "") : "–") },
        { id: "example", header: t("example"), width: 180, cell: (each) => <Name of={each.example ?? "–"} /> },
      ]}
      empty={<Empty title={t("noFindings")} />}
    />
  );
}
