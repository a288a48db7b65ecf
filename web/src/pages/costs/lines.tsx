import Box from "@cloudscape-design/components/box";
import Header from "@cloudscape-design/components/header";
import Table, { type TableProps } from "@cloudscape-design/components/table";

import type { Schemas } from "../../api/types";
import { useFormat } from "../../i18n/format";
import { useTexts } from "../../i18n/use-texts";
import { Inside } from "../../parts/links";
import { Amount, drawn, useMoneyWord } from "../../parts/money";
import { Name } from "../../parts/name";
import { plain } from "../../parts/plain";
import { type Asked, behind } from "./state";
import { texts } from "./texts";
import { Why } from "./totals";

type Line = Schemas["ReportLine"];

/** Who pays what; the first name of a line leads to what is behind it. */
export function Lines({ of, asked }: { of: Schemas["CostReport"]; asked: Asked }) {
  const t = useTexts(texts);
  const format = useFormat();
  const word = useMoneyWord();
  // By tenant alone the lines are a tree, in its order.
  const tree = of.by.length === 1 && of.by[0] === "tenant";
  const items = tree ? of.lines : of.lines.toSorted((a, b) => a.currency.localeCompare(b.currency) || drawn(b.amount) - drawn(a.amount));
  const zero = (amount: string) => /^-?0(\.0*)?$/.test(amount);
  const nameOf = (line: Line, at: number) => {
    const key = line.keys[at];
    if (key?.name == null) return <Box color="text-status-inactive" display="inline">{t("unnamed")}</Box>;
    const there = at === 0 ? behind(asked, line.keys) : null;
    const name = key.name === "idle" && zero(line.idle) === false ? t("kindIdle") : key.name;
    return there ? <Inside href={there}><Name of={name} /></Inside> : <Name of={name} />;
  };
  const columns: TableProps.ColumnDefinition<Line>[] = [
    ...of.by.map((by, at) => ({
      id: `by-${by}`,
      header: by.startsWith("tag:") ? `${word("dimension", "tag")} ${plain(by.slice("tag:".length))}` : word("dimension", by),
      isRowHeader: at === 0,
      width: 200,
      cell: (line: Line) => <div className={at === 0 && tree && line.depth > 0 ? `console-depth-${Math.min(line.depth, 6)}` : undefined}>{nameOf(line, at)}</div>,
    })),
    { id: "amount", header: t("amount"), width: 170, cell: (line) => <Amount of={line.presented} currency={line.currency} atLeast={line.unknown > 0} /> },
    ...(tree ? [{ id: "below", header: t("withBelow"), width: 170, cell: (line: Line) => <Amount of={line.total} currency={line.currency} atLeast={line.unknown > 0} /> }] : []),
    { id: "before", header: t("before"), width: 175, cell: (line) => <Amount of={line.before} currency={line.currency} /> },
    { id: "difference", header: t("difference"), width: 175, cell: (line) => <Amount change of={line.difference} currency={line.currency} /> },
    { id: "why", header: t("why"), width: 260, cell: (line) => <Why of={line.change ?? []} currency={line.currency} /> },
    { id: "rules", header: t("byRules"), width: 175, cell: (line) => (zero(line.by_rules) ? "–" : <Amount of={line.by_rules} currency={line.currency} />) },
    { id: "charges", header: t("charges"), width: 100, cell: (line) => format.number(line.charges) },
  ];
  return (
    <Table
      header={<Header counter={`(${format.number(items.length)})`}>{t("lines")}</Header>}
      ariaLabels={{ tableLabel: t("lines") }}
      items={items}
      trackBy={(line) => JSON.stringify([line.currency, line.keys])}
      resizableColumns
      columnDefinitions={columns}
    />
  );
}
