import { useCallback, useMemo } from "react";
import { useSearchParams } from "react-router";

export interface State {
  filter: string;
  search: string;
  order: string;
  asOf: string;
  /** The resource in the panel. */
  id: string;
  page: number;
  cursor: string;
  columns: readonly string[];
}

const NAMES = { filter: "filter", search: "search", order: "order_by", asOf: "as_of", id: "id", cursor: "cursor" } as const;
/** What makes another list, so that its pages begin anew. */
const OTHER_LIST = ["filter", "search", "order", "asOf"] as const;

/** All of what is shown stands in the address: it can be sent, kept, and gone back to. */
export function useInventoryState(): [State, (change: Partial<State>) => void] {
  const [params, setParams] = useSearchParams();
  const state = useMemo(() => stateOf(params), [params]);
  const change = useCallback(
    (wanted: Partial<State>) => {
      setParams((before) => paramsOf({ ...stateOf(before), ...wanted }, isOther(wanted)), { replace: onlyPanel(wanted) });
    },
    [setParams],
  );
  return [state, change];
}

export function stateOf(params: URLSearchParams): State {
  const page = Number(params.get("page") ?? "1");
  return {
    filter: params.get(NAMES.filter) ?? "",
    search: params.get(NAMES.search) ?? "",
    order: params.get(NAMES.order) ?? "",
    asOf: params.get(NAMES.asOf) ?? "",
    id: params.get(NAMES.id) ?? "",
    cursor: params.get(NAMES.cursor) ?? "",
    page: Number.isInteger(page) && page > 0 && params.get(NAMES.cursor) ? page : 1,
    columns: (params.get("columns") ?? "").split(",").filter(Boolean),
  };
}

export function paramsOf(state: State, fromTheStart: boolean): URLSearchParams {
  const params = new URLSearchParams();
  for (const [key, name] of Object.entries(NAMES)) {
    const value = state[key as keyof typeof NAMES];
    if (value && !(fromTheStart && name === "cursor")) params.set(name, value);
  }
  if (state.page > 1 && !fromTheStart) params.set("page", String(state.page));
  if (state.columns.length > 0) params.set("columns", state.columns.join(","));
  return params;
}

function isOther(wanted: Partial<State>): boolean {
  return OTHER_LIST.some((key) => key in wanted);
}

function onlyPanel(wanted: Partial<State>): boolean {
  return Object.keys(wanted).every((key) => key === "id");
}
