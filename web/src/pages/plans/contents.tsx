import { useState } from "react";
import Alert from "@cloudscape-design/components/alert";
import Box from "@cloudscape-design/components/box";
import Container from "@cloudscape-design/components/container";
import ExpandableSection from "@cloudscape-design/components/expandable-section";
import Header from "@cloudscape-design/components/header";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import Pagination from "@cloudscape-design/components/pagination";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Table, { type TableProps } from "@cloudscape-design/components/table";

import type { Schemas } from "../../api/types";
import { useFormat } from "../../i18n/format";
import { useTerm, useTexts } from "../../i18n/use-texts";
import { Inside } from "../../parts/links";
import { Name } from "../../parts/name";
import { plain } from "../../parts/plain";
import { Status } from "../../parts/status";
import { tableTexts } from "../../parts/table-labels";
import { usePreferences } from "../../preferences/preferences";
import type { PlanDetail } from "./standing";
import { texts } from "./texts";

const ON_A_PAGE = 20;
type Item = PlanDetail["items"][number];
type Impact = PlanDetail["impact"];

/** A table of what is there already, some rows at a time. */
function Paged<T>({ title, rows, columns, trackBy }: { title: string; rows: readonly T[]; columns: TableProps.ColumnDefinition<T>[]; trackBy(row: T): string }) {
  const labels = useTexts(tableTexts);
  const format = useFormat();
  const [page, setPage] = useState(1);
  return (
    <Table<T>
      header={<Header counter={`(${format.number(rows.length)})`}>{title}</Header>}
      ariaLabels={{ tableLabel: title }}
      items={rows.slice((page - 1) * ON_A_PAGE, page * ON_A_PAGE)}
      trackBy={trackBy}
      resizableColumns
      columnDefinitions={columns}
      pagination={
        rows.length > ON_A_PAGE ? (
          <Pagination
            currentPageIndex={page}
            pagesCount={Math.ceil(rows.length / ON_A_PAGE)}
            ariaLabels={{ nextPageLabel: labels("nextPage"), previousPageLabel: labels("previousPage"), pageLabel: (n) => labels("page", { n }) }}
            onChange={({ detail }) => setPage(detail.currentPageIndex)}
          />
        ) : undefined
      }
    />
  );
}

/** What failed or was refused first: it needs somebody. */
const ORDER = ["refused", "left", "target", "asked", "recycled"];

export function Items({ items }: { items: readonly Item[] }) {
  const t = useTexts(texts);
  const term = useTerm();
  const { language } = usePreferences();
  const rows = items.toSorted((a, b) => Number(b.operation_status === "failed") - Number(a.operation_status === "failed") || ORDER.indexOf(a.status) - ORDER.indexOf(b.status));
  return (
    <Paged
      title={t("items")}
      rows={rows}
      trackBy={(each) => each.resource_id}
      columns={[
        {
          id: "name",
          header: t("name"),
          isRowHeader: true,
          width: 230,
          cell: (each) => (
            <Inside href={`/inventory?id=${each.resource_id}`}>
              <Name of={each.name || each.resource_id} />
            </Inside>
          ),
        },
        { id: "kind", header: t("kind"), width: 110, cell: (each) => term("kind", each.kind) },
        { id: "account", header: t("account"), width: 150, cell: (each) => <Inside href={`/accounts/${encodeURIComponent(each.account)}`}>{plain(each.account)}</Inside> },
        { id: "state", header: t("state"), width: 130, cell: (each) => <Status group="state" word={each.state} /> },
        { id: "status", header: t("inPlan"), width: 150, cell: (each) => <Status group="item" word={each.status} /> },
        {
          id: "operation",
          header: t("operation"),
          width: 150,
          cell: (each) =>
            each.operation_id ? (
              <Inside href={`/operations?id=${each.operation_id}`}>
                <Status group="operation" word={each.operation_status} />
              </Inside>
            ) : (
              "–"
            ),
        },
        {
          id: "why",
          header: t("why"),
          width: 380,
          cell: (each) => {
            if (each.operation_error) return plain(each.operation_error);
            if (!each.why) return "–";
            return plain(language === "zh-CN" ? `${each.why.reason_zh} ${each.why.how_to_fix_zh}` : `${each.why.reason} ${each.why.how_to_fix}`);
          },
        },
      ]}
    />
  );
}

export function ImpactBox({ impact }: { impact: Impact }) {
  const t = useTexts(texts);
  const term = useTerm();
  const format = useFormat();
  const { language } = usePreferences();
  // The API's words for these numbers.
  const words: Record<string, string> = { dependants: t("dependants"), left: t("leftAlone"), unknown: t("unknownClass") };
  const counted = (by: Record<string, number>, group?: "kind") =>
    Object.entries(by)
      .map(([word, n]) => `${group ? term(group, word) : (words[word] ?? plain(word))}: ${format.number(n)}`)
      .join(" · ") || "–";
  const money = plain(language === "zh-CN" ? impact.money_note_zh : impact.money_note);
  return (
    <Container header={<Header variant="h2">{t("impact")}</Header>}>
      <SpaceBetween size="m">
        <KeyValuePairs
          columns={3}
          items={[
            { label: t("targets"), value: format.number(impact.targets) },
            { label: t("leftAlone"), value: format.number(impact.left) },
            { label: t("dependants"), value: `${format.number(impact.dependants)}${impact.dependants > 0 ? ` (${counted(impact.by_kind, "kind")})` : ""}` },
            { label: t("protected"), value: counted(impact.protected) },
            { label: t("classes"), value: counted({ ...impact.data_class }) },
            { label: t("money"), value: money },
          ]}
        />
        {impact.listed.length > 0 ? (
          <ExpandableSection headerText={t("shownOf", { n: impact.listed.length, all: impact.dependants })}>
            <Paged
              title={t("dependants")}
              rows={impact.listed}
              trackBy={(each) => `${each.id} ${each.of} ${each.relation}`}
              columns={[
                { id: "name", header: t("name"), isRowHeader: true, width: 220, cell: (each) => <Inside href={`/inventory?id=${each.id}`}><Name of={each.name || each.id} /></Inside> },
                { id: "kind", header: t("kind"), width: 130, cell: (each) => term("kind", each.kind) },
                { id: "relation", header: t("relation"), width: 130, cell: (each) => term("relation", each.relation) },
                { id: "of", header: t("hangsOn"), width: 220, cell: (each) => <Name of={each.of} /> },
                { id: "state", header: t("state"), width: 130, cell: (each) => <Status group="state" word={each.state} /> },
              ]}
            />
          </ExpandableSection>
        ) : (
          <Box color="text-body-secondary">{t("nothingHangs")}</Box>
        )}
      </SpaceBetween>
    </Container>
  );
}

export function DriftTable({ drift }: { drift: readonly Schemas["Drift"][] }) {
  const t = useTexts(texts);
  const told = (values: object) => plain(JSON.stringify(values));
  return (
    <SpaceBetween size="s">
      <Alert type="warning" header={t("drift")}>
        {t("driftHint")}
      </Alert>
      <Paged
        title={t("drift")}
        rows={drift}
        trackBy={(each) => each.resource_id}
        columns={[
          { id: "name", header: t("name"), isRowHeader: true, width: 220, cell: (each) => <Inside href={`/inventory?id=${each.resource_id}`}><Name of={each.name || each.resource_id} /></Inside> },
          { id: "changed", header: t("changed"), width: 180, cell: (each) => plain(each.changed.join(", ")) },
          { id: "before", header: t("before"), width: 260, cell: (each) => <code className="console-code">{told(each.before)}</code> },
          { id: "after", header: t("after"), width: 260, cell: (each) => <code className="console-code">{told(each.after)}</code> },
        ]}
      />
    </SpaceBetween>
  );
}
