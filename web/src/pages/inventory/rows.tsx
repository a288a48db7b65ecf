import { memo, useCallback, useMemo } from "react";
import Button from "@cloudscape-design/components/button";
import CollectionPreferences from "@cloudscape-design/components/collection-preferences";
import Link from "@cloudscape-design/components/link";
import Pagination from "@cloudscape-design/components/pagination";
import Table, { type TableProps } from "@cloudscape-design/components/table";

import type { AnswerOf, Resource } from "../../api/types";
import { useFormat } from "../../i18n/format";
import { useTerm, useTexts } from "../../i18n/use-texts";
import { drawnOnce } from "../../parts/drawn-once";
import { Name } from "../../parts/name";
import { plain } from "../../parts/plain";
import { Empty } from "../../parts/states";
import { useStored } from "../../parts/stored";
import { tableTexts } from "../../parts/table-labels";
import { usePages } from "../../parts/use-pages";
import { type Column, columnOf, COLUMNS } from "./columns";
import { FilterBar } from "./filter-bar";
import { SIZES } from "./list";
import { narrowing, paramsOf, type State } from "./state";
import { texts } from "./texts";
import type { Change } from "./use-state";

interface Props {
  rows: AnswerOf<"/api/v1/resources", "get"> | undefined;
  pending: boolean;
  failed: boolean;
  state: State;
  chosen: readonly string[];
  selected: Resource[];
  size: (typeof SIZES)[number];
  onSelect(ids: ReadonlySet<string>): void;
  onSize(size: (typeof SIZES)[number]): void;
  onKeep(columns: readonly string[]): void;
  onChange: Change;
}

const NONE: Resource[] = [];

/** Drawn anew only when what it shows has changed: nothing else of the page takes as long. */
export const Rows = memo(function Rows(props: Props) {
  const { rows, pending, failed, state, chosen, selected, size, onSelect, onSize, onKeep, onChange: change } = props;
  const t = useTexts(texts);
  const labels = useTexts(tableTexts);
  const format = useFormat();
  const [wrap, setWrap] = useStored("inventory.wrap", (stored) => stored === true);
  const columns = useColumns(chosen, state, change);
  const pages = usePages(JSON.stringify([narrowing(state), state.order, size]), state, rows?.next_cursor);
  // Before anything was known: not that there was nothing.
  const unknownThen = rows?.freshness.known_since ?? "";
  const filtered = Boolean(state.filter || state.search);
  const clear = <Button onClick={() => change({ filter: "", search: "" })}>{t("clear")}</Button>;
  return (
    <Table
      variant="container"
      items={rows?.items ?? NONE}
      trackBy="id"
      columnDefinitions={columns}
      selectionType="multi"
      selectedItems={selected}
      onSelectionChange={({ detail }) => onSelect(new Set(detail.selectedItems.map(({ id }) => id)))}
      loading={pending}
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
      filter={<FilterBar key={state.filter + state.search} state={state} listed={!pending} onChange={change} />}
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
            onSize(SIZES.find((each) => each === detail.pageSize) ?? 50);
            setWrap(detail.wrapLines ?? false);
            // What the address says of columns is a view's or somebody else's, not what this browser remembers.
            if (state.columns.length === 0) onKeep(shown);
            change({ columns: state.columns.length > 0 ? shown : [], cursor: "", page: 1 });
          }}
        />
      }
      empty={
        failed ? null : filtered || state.asOf ? <Empty title={t(unknownThen ? "nothingKnown" : "nothingFits")} {...(unknownThen ? { hint: t("slideHint", { at: format.instant(unknownThen) }) } : {})} action={filtered ? clear : undefined} /> : <Empty title={t("nothing")} hint={t("nothingHint")} />
      }
    />
  );
});

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
      cell: drawnOnce((resource: Resource) => (
        <Link
          href={`/inventory?${paramsOf({ ...state, id: resource.id }, false)}`}
          onFollow={(event) => {
            event.preventDefault();
            open(resource.id);
          }}
        >
          <Name of={resource.name || resource.native_id || resource.id} />
        </Link>
      )),
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
        cell: drawnOnce((resource: Resource) => (column.id === "kind" ? term("kind", resource.kind) : column.cell(resource, format))),
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
