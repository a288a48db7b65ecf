import type { ReactNode } from "react";
import Button from "@cloudscape-design/components/button";
import Header from "@cloudscape-design/components/header";
import Pagination from "@cloudscape-design/components/pagination";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Table, { type TableProps } from "@cloudscape-design/components/table";
import type { UseQueryResult } from "@tanstack/react-query";

import { FILTER } from "../app/keys";
import { useFormat } from "../i18n/format";
import { useTexts } from "../i18n/use-texts";
import { governingTexts } from "./governing-texts";
import { ProblemAlert } from "./problem-alert";
import { Empty } from "./states";
import { tableTexts } from "./table-labels";
import { useAddress } from "./use-address";
import { usePages } from "./use-pages";

interface Listed<T> {
  items: T[];
  next_cursor?: string | null | undefined;
}

interface Props<T> {
  of: UseQueryResult<Listed<T>>;
  title: string;
  /** h1: the table is the page. */
  variant?: "h1" | "h2";
  subtitle?: ReactNode;
  trackBy: (item: T) => string;
  columns: readonly TableProps.ColumnDefinition<T>[];
  empty: ReactNode;
  actions?: ReactNode;
  filter?: ReactNode;
  /** Between the heading of the page and the table. */
  above?: ReactNode;
  /** Which list the pages are of: another filter begins anew. Without it there is one page only. */
  pagesOf?: string;
  /** The name of the parameter in the address, where a page has two lists. */
  cursorName?: string;
  /** Of what was read, what is shown. */
  shown?: (items: T[]) => T[];
  /** Long texts take several lines, instead of being cut. */
  wrap?: boolean;
  /** Where several rows can be chosen. */
  choosing?: Choosing<T>;
}

interface Choosing<T> {
  chosen: readonly T[];
  onChange(chosen: readonly T[]): void;
  /** What a row is called. */
  label(item: T): string;
  /** What makes no sense to choose. */
  disabled?(item: T): boolean;
}

/** A table of a listing of the API with its states; where it is in the pages stands in the address. */
export function Listing<T>(props: Props<T>) {
  const { of, title, variant = "h1", pagesOf, cursorName = "cursor", choosing } = props;
  const t = useTexts(governingTexts);
  const labels = useTexts(tableTexts);
  const format = useFormat();
  const { set, value } = useAddress();
  const cursor = value(cursorName);
  const page = cursor ? Math.max(1, Number(value("page")) || 1) : 1;
  const pages = usePages(pagesOf ?? "", { page, cursor }, of.data?.next_cursor);
  const all = of.data?.items ?? [];
  const items = props.shown ? props.shown(all) : all;
  const whole = !cursor && !of.data?.next_cursor;
  const header = (
    <Header
      variant={variant}
      counter={whole && items.length > 0 ? `(${format.number(items.length)})` : undefined}
      description={props.subtitle}
      actions={
        <SpaceBetween direction="horizontal" size="xs">
          <Button iconName="refresh" ariaLabel={t("refresh")} loading={of.isFetching} formAction="none" onClick={() => void of.refetch()} />
          {props.actions}
        </SpaceBetween>
      }
    >
      {title}
    </Header>
  );
  return (
    <SpaceBetween size="m">
      {variant === "h1" ? header : null}
      {of.isError ? <ProblemAlert error={of.error} onRetry={() => void of.refetch()} /> : null}
      {props.above}
      <Table<T>
        {...(variant === "h1" ? {} : { header })}
        items={items}
        trackBy={props.trackBy}
        columnDefinitions={props.columns}
        loading={of.isPending}
        loadingText={t("reading")}
        resizableColumns
        wrapLines={props.wrap ?? false}
        ariaLabels={{
          tableLabel: title,
          ...(choosing
            ? {
                selectionGroupLabel: t("choosing"),
                allItemsSelectionLabel: () => t("chooseAll"),
                itemSelectionLabel: (_: unknown, item: T) => t("chooseOne", { name: choosing.label(item) }),
              }
            : {}),
        }}
        {...(choosing
          ? {
              selectionType: "multi" as const,
              selectedItems: [...choosing.chosen],
              onSelectionChange: ({ detail }: { detail: TableProps.SelectionChangeDetail<T> }) => choosing.onChange(detail.selectedItems),
              ...(choosing.disabled ? { isItemDisabled: choosing.disabled } : {}),
            }
          : {})}
        filter={props.filter ? <div {...{ [FILTER]: "" }}>{props.filter}</div> : undefined}
        pagination={
          pagesOf === undefined || pages.pagesCount <= 1 ? undefined : (
            <Pagination
              currentPageIndex={page}
              pagesCount={pages.pagesCount}
              openEnd={pages.openEnd}
              ariaLabels={{
                nextPageLabel: labels("nextPage"),
                previousPageLabel: labels("previousPage"),
                pageLabel: (n) => labels("page", { n }),
              }}
              onChange={({ detail }) => {
                const to = pages.to(detail.currentPageIndex);
                set({ [cursorName]: to.cursor, page: to.page > 1 ? String(to.page) : "" });
              }}
            />
          )
        }
        empty={of.isError ? null : all.length > items.length ? <Empty title={t("nothingFits")} /> : props.empty}
      />
    </SpaceBetween>
  );
}
