import { lazy, Suspense, useCallback, useMemo, useState } from "react";
import Button from "@cloudscape-design/components/button";
import CollectionPreferences from "@cloudscape-design/components/collection-preferences";
import Header from "@cloudscape-design/components/header";
import Link from "@cloudscape-design/components/link";
import Pagination from "@cloudscape-design/components/pagination";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Table, { type TableProps } from "@cloudscape-design/components/table";
import { keepPreviousData, useQuery } from "@tanstack/react-query";

import { get } from "../../api/client";
import type { Resource } from "../../api/types";
import { useFormat } from "../../i18n/format";
import { useTerm, useTexts } from "../../i18n/use-texts";
import { AllowedButton } from "../../parts/allowed-button";
import { BulkMenu } from "../../parts/acting/bulk-menu";
import { FreshnessLine, Gaps } from "../../parts/freshness";
import { useFollow } from "../../parts/links";
import { Name } from "../../parts/name";
import { plain } from "../../parts/plain";
import { ProblemAlert } from "../../parts/problem-alert";
import { Empty } from "../../parts/states";
import { useStored } from "../../parts/stored";
import { tableTexts } from "../../parts/table-labels";
import { usePages } from "../../parts/use-pages";
import { OwnFieldsOfMany } from "../resource/own-fields-of-many";
import { AsOfButton, AsOfNotice } from "./as-of";
import { type Column, columnOf, COLUMNS } from "./columns";
import { Facets } from "./facets";
import { FilterBar } from "./filter-bar";
import { ExportButton } from "./export";
import { columnsOf, listQuery, SHOWN, SIZE, SIZES } from "./list";
import { type Change, narrowing, paramsOf, type State, useInventoryState } from "./state";
import { texts } from "./texts";
import { ViewsMenu } from "./views-menu";

export { ahead } from "./list";

// Fetched by whoever opens one.
const ResourcePanel = lazy(() => import("../resource/panel").then(({ ResourcePanel: panel }) => ({ default: panel })));

export default function Inventory() {
  const t = useTexts(texts);
  const labels = useTexts(tableTexts);
  const format = useFormat();
  const [state, change] = useInventoryState();
  const [size, setSize] = useStored(...SIZE);
  const [wrap, setWrap] = useStored("inventory.wrap", (stored) => stored === true);
  const [kept, keep] = useStored(...SHOWN);
  const [facets, setFacets] = useStored("inventory.facets", (stored) => (typeof stored === "boolean" ? stored : innerWidth > 1200));
  const chosen = columnsOf(state, kept);
  const columns = useColumns(chosen, state, change);

  const follow = useFollow();
  const which = narrowing(state);
  const rows = useQuery({ ...listQuery(state, size, chosen), placeholderData: keepPreviousData });
  // What everybody waits for comes first; the rest does not make the server slower meanwhile.
  const first = !rows.isPending;
  const counted = useQuery({
    queryKey: ["resources", "count", which],
    enabled: first,
    placeholderData: keepPreviousData,
    queryFn: ({ signal }) => get("/api/v1/resources/count", { query: which, signal }),
  });
  const pages = usePages(JSON.stringify([which, state.order, size]), state, rows.data?.next_cursor);
  // What is not on the page any more cannot be meant.
  const [marked, setMarked] = useState<ReadonlySet<string>>(new Set());
  const selected = (rows.data?.items ?? []).filter(({ id }) => marked.has(id));
  const count = counted.data ? format.atLeast(counted.data.count, counted.data.at_least) : "";
  // Before anything was known: not that there was nothing.
  const unknownThen = rows.data?.freshness.known_since ?? "";
  const filtered = Boolean(state.filter || state.search);
  const clear = <Button onClick={() => change({ filter: "", search: "" })}>{t("clear")}</Button>;

  const table = (
    <Table
      variant="container"
      items={rows.data?.items ?? []}
      trackBy="id"
      columnDefinitions={columns}
      selectionType="multi"
      selectedItems={selected}
      onSelectionChange={({ detail }) => setMarked(new Set(detail.selectedItems.map(({ id }) => id)))}
      loading={rows.isPending}
      loadingText={t("loading")}
      resizableColumns
      stickyHeader
      wrapLines={wrap}
      sortingColumn={sortingOf(state.order)}
      sortingDescending={state.order.endsWith(" desc")}
      onSortingChange={({ detail }) => {
        const field = detail.sortingColumn.sortingField;
        if (field) change({ order: detail.isDescending ? `${field} desc` : field });
      }}
      ariaLabels={{
        tableLabel: t("table"),
        selectionGroupLabel: t("select"),
        allItemsSelectionLabel: () => t("selectAll"),
        itemSelectionLabel: (_, each) => t("selectOne", { name: plain(each.name || each.native_id || each.id) }),
      }}
      filter={<FilterBar key={state.filter + state.search} state={state} count={t("matches", { n: count })} busy={counted.isFetching} onChange={change} />}
      pagination={
        <Pagination
          currentPageIndex={state.page}
          pagesCount={pages.pagesCount}
          openEnd={pages.openEnd}
          onChange={({ detail }) => change(pages.to(detail.currentPageIndex))}
          ariaLabels={{ nextPageLabel: labels("nextPage"), previousPageLabel: labels("previousPage"), pageLabel: (n) => labels("page", { n }) }}
        />
      }
      preferences={
        <CollectionPreferences
          title={t("preferences")}
          confirmLabel={t("confirm")}
          cancelLabel={t("cancel")}
          preferences={{ pageSize: size, wrapLines: wrap, contentDisplay: displayOf(chosen) }}
          pageSizePreference={{ title: t("pageSize"), options: SIZES.map((value) => ({ value, label: t("rows", { n: value }) })) }}
          wrapLinesPreference={{ label: t("wrap"), description: t("wrapHint") }}
          contentDisplayPreference={{ title: t("columns"), options: [{ id: "name", label: t("name"), alwaysVisible: true }, ...offered(chosen).map((each) => ({ id: each.id, label: each.says ? t(each.says) : plain(each.id) }))] }}
          onConfirm={({ detail }) => {
            const shown = (detail.contentDisplay ?? []).filter((each) => "visible" in each && each.visible && each.id !== "name").map((each) => each.id);
            setSize(SIZES.find((each) => each === detail.pageSize) ?? 50);
            setWrap(detail.wrapLines ?? false);
            // What the address says of columns is a view's or somebody else's, not what this browser remembers.
            if (state.columns.length === 0) keep(shown);
            change({ columns: state.columns.length > 0 ? shown : [], cursor: "", page: 1 });
          }}
        />
      }
      empty={
        rows.isError ? null : filtered || state.asOf ? <Empty title={t(unknownThen ? "nothingKnown" : "nothingFits")} {...(unknownThen ? { hint: t("slideHint", { at: format.instant(unknownThen) }) } : {})} action={filtered ? clear : undefined} /> : <Empty title={t("nothing")} hint={t("nothingHint")} />
      }
    />
  );

  return (
    <SpaceBetween size="m">
      <Header
        variant="h1"
        counter={count ? t("count", { n: count }) : undefined}
        description={rows.data ? <FreshnessLine of={rows.data.freshness} brief /> : t("subtitle")}
        actions={
          <SpaceBetween direction="horizontal" size="xs">
            {selected.length > 0 ? <span className="console-beside-button">{t("selected", { n: selected.length })}</span> : null}
            <BulkMenu selected={selected} past={state.asOf !== ""} onDone={() => setMarked(new Set())} />
            <OwnFieldsOfMany selected={selected} past={state.asOf !== ""} />
            <Button onClick={() => setFacets(!facets)} ariaExpanded={facets}>
              {facets ? t("hideFacets") : t("showFacets")}
            </Button>
            <ViewsMenu state={state} shown={chosen} onChange={change} />
            <AsOfButton at={state.asOf} onChange={(asOf) => change({ asOf })} />
            <ExportButton state={state} shown={chosen} />
            <Button iconName="refresh" ariaLabel={t("refresh")} loading={rows.isFetching} onClick={() => void rows.refetch()} />
            <AllowedButton permission="operation.run" unless={state.asOf ? t("pastOnly") : ""} variant="primary" href="/create/instance" onFollow={follow}>
              {t("create")}
            </AllowedButton>
          </SpaceBetween>
        }
      >
        {t("title")}
      </Header>
      <AsOfNotice at={state.asOf} onChange={(asOf) => change({ asOf }, asOf !== "")} />
      {rows.data && !unknownThen ? <Gaps of={rows.data.freshness} /> : null}
      {rows.isError ? <ProblemAlert error={rows.error} onRetry={() => void rows.refetch()} /> : null}
      {facets ? (
        <div className="console-beside">
          <Facets state={state} enabled={first} onNarrow={(filter) => change({ filter })} />
          {table}
        </div>
      ) : (
        table
      )}
      <Suspense>{state.id ? <ResourcePanel id={state.id} past={state.asOf !== ""} onClose={() => change({ id: "" })} /> : null}</Suspense>
    </SpaceBetween>
  );
}

function useColumns(chosen: readonly string[], state: State, change: Change): TableProps.ColumnDefinition<Resource>[] {
  const t = useTexts(texts);
  const labels = useTexts(tableTexts);
  const term = useTerm();
  const format = useFormat();
  const sorted = state.order.split(" ")[0];
  const descending = state.order.endsWith(" desc");
  const open = useCallback((id: string) => change({ id }), [change]);
  return useMemo(() => {
    const spoken = (column: string, id: string) => labels(id !== sorted ? "unsorted" : descending ? "sortedDown" : "sortedUp", { column });
    const name: TableProps.ColumnDefinition<Resource> = {
      id: "name",
      header: t("name"),
      isRowHeader: true,
      sortingField: "name",
      width: 240,
      ariaLabel: () => spoken(t("name"), "name"),
      cell: (resource) => (
        <Link
          href={`/inventory?${paramsOf({ ...state, id: resource.id }, false)}`}
          onFollow={(event) => {
            event.preventDefault();
            open(resource.id);
          }}
        >
          <Name of={resource.name || resource.native_id || resource.id} />
        </Link>
      ),
    };
    const others = chosen.map(columnOf).filter((each) => each !== undefined);
    const titleOf = (column: Column) => (column.says ? t(column.says) : plain(column.id));
    return [
      name,
      ...others.map((column) => ({
        id: column.id,
        header: titleOf(column),
        ...(column.width ? { width: column.width } : {}),
        ...(column.sorts ? { sortingField: column.id, ariaLabel: () => spoken(titleOf(column), column.id) } : {}),
        cell: (resource: Resource) => (column.id === "kind" ? term("kind", resource.kind) : column.cell(resource, format)),
      })),
    ];
  }, [chosen, sorted, descending, state, t, labels, term, format, open]);
}

function sortingOf(order: string): TableProps.SortingColumn<Resource> | undefined {
  const field = order.split(" ")[0];
  return field ? { sortingField: field } : undefined;
}

/** All that can be shown, with what the address alone names. */
function offered(chosen: readonly string[]): readonly Column[] {
  const own = chosen.filter((id) => !COLUMNS.some((column) => column.id === id)).map(columnOf);
  return [...COLUMNS, ...own.filter((each) => each !== undefined)];
}

function displayOf(chosen: readonly string[]) {
  const hidden = COLUMNS.filter((each) => !chosen.includes(each.id));
  return [
    { id: "name", visible: true },
    ...chosen.map((id) => ({ id, visible: true })),
    ...hidden.map((each) => ({ id: each.id, visible: false })),
  ];
}
