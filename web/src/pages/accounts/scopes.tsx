import { useState } from "react";
import Header from "@cloudscape-design/components/header";
import Pagination from "@cloudscape-design/components/pagination";
import Table from "@cloudscape-design/components/table";
import Toggle from "@cloudscape-design/components/toggle";

import type { Schemas } from "../../api/types";
import { useFormat } from "../../i18n/format";
import { useTerm, useTexts } from "../../i18n/use-texts";
import { Age } from "../../parts/freshness";
import { SaidOf } from "../../parts/said";
import { Empty } from "../../parts/states";
import { Status } from "../../parts/status";
import { tableTexts } from "../../parts/table-labels";
import { texts } from "./texts";

const ON_A_PAGE = 15;
type Scope = Schemas["ScopeItem"];
// What needs somebody's attention first, what the cloud does not offer last.
const ORDER = ["quarantined", "failing", "pending", "ok", "unsupported"];

export function Scopes({ scopes }: { scopes: readonly Scope[] }) {
  const t = useTexts(texts);
  const labels = useTexts(tableTexts);
  const term = useTerm();
  const format = useFormat();
  const [troubled, setTroubled] = useState(false);
  const [page, setPage] = useState(1);
  const wanted = scopes
    .filter((each) => !troubled || each.status !== "ok")
    .toSorted((a, b) => ORDER.indexOf(a.status) - ORDER.indexOf(b.status) || a.region.localeCompare(b.region) || a.kind.localeCompare(b.kind));
  return (
    <Table<Scope>
      header={
        <Header counter={`(${format.number(wanted.length)})`} actions={<Toggle checked={troubled} onChange={({ detail }) => { setTroubled(detail.checked); setPage(1); }}>{t("onlyTroubled")}</Toggle>}>
          {t("scopeTable")}
        </Header>
      }
      ariaLabels={{ tableLabel: t("scopeTable") }}
      items={wanted.slice((page - 1) * ON_A_PAGE, page * ON_A_PAGE)}
      trackBy="id"
      resizableColumns
      pagination={
        wanted.length > ON_A_PAGE ? (
          <Pagination
            currentPageIndex={page}
            pagesCount={Math.ceil(wanted.length / ON_A_PAGE)}
            onChange={({ detail }) => setPage(detail.currentPageIndex)}
            ariaLabels={{ nextPageLabel: labels("nextPage"), previousPageLabel: labels("previousPage"), pageLabel: (n) => labels("page", { n }) }}
          />
        ) : undefined
      }
      columnDefinitions={[
        { id: "kind", header: t("kind"), isRowHeader: true, width: 160, cell: (each) => term("kind", each.kind) },
        { id: "region", header: t("region"), width: 160, cell: (each) => each.region },
        { id: "status", header: t("status"), width: 150, cell: (each) => <Status group="scope" word={each.status} /> },
        { id: "resources", header: t("resources"), width: 130, cell: (each) => (each.as_of ? format.number(each.resources) : "–") },
        { id: "asOf", header: t("asOf"), width: 150, cell: (each) => (each.status === "unsupported" ? "–" : <Age at={each.as_of} />) },
        { id: "every", header: t("every"), width: 110, cell: (each) => format.duration(each.interval_s) },
        { id: "reason", header: t("reason"), width: 320, cell: (each) => (each.error_message || each.reason ? <SaidOf fault={{ code: each.error_code, message: each.error_message ?? each.reason }} /> : "–") },
      ]}
      empty={<Empty title={t("noScopes")} />}
    />
  );
}
