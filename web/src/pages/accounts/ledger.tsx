import { useState } from "react";
import Box from "@cloudscape-design/components/box";
import Header from "@cloudscape-design/components/header";
import Pagination from "@cloudscape-design/components/pagination";
import Select from "@cloudscape-design/components/select";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Table from "@cloudscape-design/components/table";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useSearchParams } from "react-router";

import { get } from "../../api/client";
import type { Run } from "../../api/types";
import { terms } from "../../i18n/terms";
import { useFormat } from "../../i18n/format";
import { useTerm, useTexts } from "../../i18n/use-texts";
import { Age } from "../../parts/freshness";
import { ProblemAlert } from "../../parts/problem-alert";
import { Empty, Gate } from "../../parts/states";
import { Status } from "../../parts/status";
import { tableTexts } from "../../parts/table-labels";
import { usePages } from "../../parts/use-pages";
import { texts } from "./texts";

const SIZE = 20;
const OUTCOMES = Object.keys(terms.outcome);
const COUNTS = ["listed", "added", "changed", "unchanged", "missing", "gone", "calls"] as const;

/** Every read of an account, newest first: it answers "why is my machine not here?". */
export function Ledger({ account }: { account: string }) {
  return (
    <Gate permission="sync.read">
      <Rows account={account} />
    </Gate>
  );
}

function Rows({ account }: { account: string }) {
  const t = useTexts(texts);
  const labels = useTexts(tableTexts);
  const term = useTerm();
  const format = useFormat();
  const [params, setParams] = useSearchParams();
  const [place, setPlace] = useState({ page: 1, cursor: "" });
  const outcome = OUTCOMES.find((each) => each === params.get("outcome")) ?? "";
  const found = useQuery({
    queryKey: ["runs", account, outcome, place.cursor],
    placeholderData: keepPreviousData,
    queryFn: ({ signal }) =>
      get("/api/v1/sync/runs", {
        query: { account, limit: SIZE, ...(outcome ? { outcome } : {}), ...(place.cursor ? { cursor: place.cursor } : {}) },
        signal,
      }),
  });
  const pages = usePages(`${account} ${outcome}`, place, found.data?.next_cursor);
  const options = [{ value: "", label: t("anyOutcome") }, ...OUTCOMES.map((value) => ({ value, label: term("outcome", value) }))];
  return (
    <SpaceBetween size="s">
      {found.isError ? <ProblemAlert error={found.error} onRetry={() => void found.refetch()} /> : null}
      <Table<Run>
        header={<Header>{t("ledger")}</Header>}
        ariaLabels={{ tableLabel: t("ledger") }}
        items={found.data?.items ?? []}
        trackBy="id"
        loading={found.isPending}
        loadingText={t("loading")}
        resizableColumns
        filter={
          <div className="console-choice">
          <Select
            ariaLabel={t("outcome")}
            options={options}
            selectedOption={options.find((each) => each.value === outcome) ?? null}
            onChange={({ detail }) => {
              setPlace({ page: 1, cursor: "" });
              setParams(detail.selectedOption.value ? { outcome: detail.selectedOption.value } : {}, { replace: true });
            }}
          />
          </div>
        }
        pagination={
          <Pagination
            currentPageIndex={place.page}
            pagesCount={pages.pagesCount}
            openEnd={pages.openEnd}
            onChange={({ detail }) => setPlace(pages.to(detail.currentPageIndex))}
            ariaLabels={{ nextPageLabel: labels("nextPage"), previousPageLabel: labels("previousPage"), pageLabel: (n) => labels("page", { n }) }}
          />
        }
        columnDefinitions={[
          { id: "started", header: t("started"), isRowHeader: true, width: 150, cell: (run) => <Age at={run.started_at} /> },
          { id: "kind", header: t("kind"), width: 140, cell: (run) => term("kind", run.kind) },
          { id: "region", header: t("region"), width: 130, cell: (run) => run.region },
          { id: "outcome", header: t("outcome"), width: 140, cell: (run) => <Status group="outcome" word={run.outcome} /> },
          ...COUNTS.map((id) => ({ id, header: t(id), width: 115, cell: (run: Run) => format.number(run[id]) })),
          { id: "api", header: t("cloudTime"), width: 120, cell: (run) => t("ms", { n: run.api_ms }) },
          { id: "db", header: t("ownTime"), width: 110, cell: (run) => t("ms", { n: run.db_ms }) },
          { id: "reason", header: t("reason"), width: 320, cell: (run) => <Why run={run} /> },
        ]}
        empty={found.isError ? null : <Empty title={t("noRuns")} />}
      />
    </SpaceBetween>
  );
}

function Why({ run }: { run: Run }) {
  const t = useTexts(texts);
  if (!run.error_message && !run.missing_permission) return <>–</>;
  return (
    <>
      {run.error_message}
      {run.missing_permission ? <Box>{t("missingPermission", { name: run.missing_permission })}</Box> : null}
    </>
  );
}
