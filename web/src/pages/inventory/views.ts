import { useQuery } from "@tanstack/react-query";

import { get } from "../../api/client";
import type { Schemas } from "../../api/types";
import { shownColumns } from "./column-ids";
import type { State } from "./state";

export type View = Schemas["ViewItem"];
export type ViewQuery = Schemas["ViewQuery"];
const MOST_AT_ONCE = 1000;

/** One's own and those that are shared, all of them. */
export function useViews(enabled: boolean) {
  return useQuery({
    enabled,
    queryKey: ["views", "inventory"],
    queryFn: async ({ signal }) => {
      const all: View[] = [];
      for (let cursor: string | null | undefined; cursor !== null; ) {
        const page = await get("/api/v1/views", {
          query: { page: "inventory", limit: MOST_AT_ONCE, ...(cursor ? { cursor } : {}) },
          signal,
        });
        all.push(...page.items);
        cursor = page.next_cursor ?? null;
      }
      return all;
    },
  });
}

/** What is shown, as a view keeps it. The columns are always named: what a browser remembers is its own. */
export function queryOf(state: State, shown: readonly string[]): ViewQuery {
  return {
    columns: shown.join(","),
    ...(state.filter ? { filter: state.filter } : {}),
    ...(state.search ? { search: state.search } : {}),
    ...(state.order ? { order_by: state.order } : {}),
  };
}

/** What the address must say to show it. The instant stays: a view is looked at now or in the past. */
export function stateOfView({ id, query }: Pick<View, "id" | "query">): Partial<State> {
  return {
    filter: query.filter ?? "",
    search: query.search ?? "",
    order: query.order_by ?? "",
    columns: (query.columns ?? "").split(",").filter(Boolean),
    view: id,
    cursor: "",
    page: 1,
  };
}

/** Whether something else is shown than the view says. */
export function differs({ query }: Pick<View, "query">, state: State, shown: readonly string[]): boolean {
  const columns = (query.columns ?? "").split(",").filter(Boolean);
  return (
    (query.filter ?? "") !== state.filter ||
    (query.search ?? "") !== state.search ||
    (query.order_by ?? "") !== state.order ||
    (columns.length > 0 && shownColumns(columns).join(",") !== shown.join(","))
  );
}

/** The command that saves the same; as on the command line, a view that is there already is replaced. */
export function commandOf(name: string, query: ViewQuery, shared: View["shared"], tenant: string): string[] {
  const option = (word: string, value: string | null | undefined) => (value ? [word, value] : []);
  return [
    "view", "save", name,
    ...option("--filter", query.filter), ...option("--search", query.search), ...option("--order-by", query.order_by),
    ...option("--columns", query.columns), ...option("--share", shared === "private" ? "" : shared),
    ...option("--tenant", shared === "tenant" ? tenant : ""),
  ];
}
