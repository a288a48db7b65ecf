import { get } from "../../api/client";
import { stored } from "../../parts/kept";
import { asked, shownColumns } from "./column-ids";
import { narrowing, type State, stateOf } from "./state";

export const SIZES = [20, 50, 100] as const;
export const SIZE = ["inventory.size", (kept: unknown) => SIZES.find((each) => each === kept) ?? 50] as const;
export const SHOWN = ["inventory.columns", shownColumns] as const;

/** One page of the list. */
export function listQuery(state: State, size: number, columns: readonly string[]) {
  const which = narrowing(state);
  return {
    queryKey: ["resources", "list", which, state.order, state.cursor, size, columns] as const,
    queryFn: ({ signal }: { signal?: AbortSignal }) =>
      get("/api/v1/resources", {
        query: {
          ...which,
          limit: size,
          columns: asked(columns),
          ...(state.order ? { order_by: state.order } : {}),
          ...(state.cursor ? { cursor: state.cursor } : {}),
        },
        ...(signal ? { signal } : {}),
      }),
  };
}

export function columnsOf(state: State, kept: readonly string[]): readonly string[] {
  return state.columns.length > 0 ? shownColumns(state.columns) : kept;
}

/** The rows that the page at this address shows first. */
export function firstRows(params: URLSearchParams) {
  const state = stateOf(params);
  return listQuery(state, stored(...SIZE), columnsOf(state, stored(...SHOWN)));
}
