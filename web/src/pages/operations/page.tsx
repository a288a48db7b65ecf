import { useCallback } from "react";
import Button from "@cloudscape-design/components/button";
import Header from "@cloudscape-design/components/header";
import Pagination from "@cloudscape-design/components/pagination";
import ProgressBar from "@cloudscape-design/components/progress-bar";
import Select from "@cloudscape-design/components/select";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Table from "@cloudscape-design/components/table";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useSearchParams } from "react-router";

import { get } from "../../api/client";
import type { Operation, OperationStatus } from "../../api/types";
import { FILTER } from "../../app/keys";
import { terms } from "../../i18n/terms";
import { useTerm, useTexts } from "../../i18n/use-texts";
import { Age } from "../../parts/freshness";
import { Inside } from "../../parts/links";
import { Name } from "../../parts/name";
import { ProblemAlert } from "../../parts/problem-alert";
import { Empty } from "../../parts/states";
import { Status } from "../../parts/status";
import { tableTexts } from "../../parts/table-labels";
import { usePages } from "../../parts/use-pages";
import { OperationPanel } from "./panel";
import { texts } from "./texts";

const SIZE = 50;
const STATUSES = Object.keys(terms.operation) as OperationStatus[];
const OVER = new Set(["succeeded", "failed", "cancelled", "in_doubt"]);

/** Live: events say that an operation has changed, and the page that is open asks again. */
export default function Operations() {
  const t = useTexts(texts);
  const labels = useTexts(tableTexts);
  const term = useTerm();
  const [params, setParams] = useSearchParams();
  const status = STATUSES.find((each) => each === params.get("status")) ?? "";
  const cursor = params.get("cursor") ?? "";
  const page = cursor ? Math.max(1, Number(params.get("page")) || 1) : 1;
  const id = params.get("id") ?? "";
  const set = useCallback(
    (change: Record<string, string>) =>
      setParams((before) => changed(before, change)),
    [setParams],
  );
  const close = useCallback(() => set({ id: "" }), [set]);
  const found = useQuery({
    queryKey: ["operations", "list", status, cursor],
    placeholderData: keepPreviousData,
    queryFn: ({ signal }) =>
      get("/api/v1/operations", { query: { limit: SIZE, ...(status ? { status: [status] } : {}), ...(cursor ? { cursor } : {}) }, signal }),
  });
  const pages = usePages(status, { page, cursor }, found.data?.next_cursor);
  const options = [{ value: "", label: t("anyStatus") }, ...STATUSES.map((value) => ({ value, label: term("operation", value) }))];
  return (
    <SpaceBetween size="m">
      <Header
        variant="h1"
        description={t("subtitle")}
        actions={<Button iconName="refresh" ariaLabel={t("refresh")} loading={found.isFetching} onClick={() => void found.refetch()} />}
      >
        {t("title")}
      </Header>
      {found.isError ? <ProblemAlert error={found.error} onRetry={() => void found.refetch()} /> : null}
      <Table
        items={found.data?.items ?? []}
        trackBy="id"
        loading={found.isPending}
        loadingText={t("loading")}
        resizableColumns
        ariaLabels={{ tableLabel: t("table") }}
        filter={
          <div className="console-choice" {...{ [FILTER]: "" }}>
            <Select
              ariaLabel={t("filter")}
              options={options}
              selectedOption={options.find((each) => each.value === status) ?? null}
              onChange={({ detail }) => set({ status: detail.selectedOption.value ?? "", cursor: "", page: "" })}
            />
          </div>
        }
        pagination={
          <Pagination
            currentPageIndex={page}
            pagesCount={pages.pagesCount}
            openEnd={pages.openEnd}
            ariaLabels={{ nextPageLabel: labels("nextPage"), previousPageLabel: labels("previousPage"), pageLabel: (n) => labels("page", { n }) }}
            onChange={({ detail }) => {
              const to = pages.to(detail.currentPageIndex);
              set({ cursor: to.cursor, page: to.page > 1 ? String(to.page) : "" });
            }}
          />
        }
        columnDefinitions={[
          {
            id: "action",
            header: t("action"),
            isRowHeader: true,
            width: 190,
            cell: (each) => (
              <Inside href={`/operations?${changed(params, { id: each.id })}`}>{each.action}</Inside>
            ),
          },
          { id: "resource", header: t("resource"), width: 220, cell: (each) => <Target of={each} /> },
          { id: "status", header: t("status"), width: 150, cell: (each) => <Status group="operation" word={each.status} /> },
          { id: "progress", header: t("progress"), width: 190, cell: (each) => <Progress of={each} /> },
          { id: "account", header: t("account"), width: 170, cell: (each) => <Inside href={`/accounts/${encodeURIComponent(each.account)}`}>{each.account}</Inside> },
          { id: "by", header: t("by"), width: 130, cell: (each) => each.requested_by },
          { id: "created", header: t("created"), width: 150, cell: (each) => <Age at={each.created_at} /> },
          { id: "finished", header: t("finished"), width: 150, cell: (each) => (each.finished_at ? <Age at={each.finished_at} /> : "–") },
        ]}
        empty={found.isError ? null : <Empty title={status ? t("nothingFits") : t("none")} {...(status ? {} : { hint: t("noneHint") })} />}
      />
      {id ? <OperationPanel id={id} onClose={close} /> : null}
    </SpaceBetween>
  );
}

function changed(before: URLSearchParams, change: Record<string, string>): URLSearchParams {
  const all = new URLSearchParams(before);
  for (const [name, value] of Object.entries(change)) {
    if (value) all.set(name, value);
    else all.delete(name);
  }
  return all;
}

function Target({ of }: { of: Operation }) {
  const id = of.resource_id ?? of.made_id;
  const name = <Name of={of.resource_name || "–"} />;
  return id ? <Inside href={`/inventory?id=${id}`}>{name}</Inside> : name;
}

/** A bar only where the cloud says how far it is: nobody knows what it does not say. */
function Progress({ of }: { of: Operation }) {
  const t = useTexts(texts);
  if (OVER.has(of.status) || of.percent === null || of.percent === undefined) return <>–</>;
  return <ProgressBar value={of.percent} variant="standalone" ariaLabel={t("progressOf", { name: of.resource_name })} />;
}
