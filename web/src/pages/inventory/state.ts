export interface State {
  filter: string;
  search: string;
  order: string;
  asOf: string;
  /** The resource in the panel. */
  id: string;
  /** The saved view that was chosen last; what is shown may have been changed since. */
  view: string;
  page: number;
  cursor: string;
  columns: readonly string[];
}

const NAMES = { filter: "filter", search: "search", order: "order_by", asOf: "as_of", id: "id", cursor: "cursor" } as const;
/** What makes another list, so that its pages begin anew. */
const OTHER_LIST = ["filter", "search", "order", "asOf"] as const;

export function stateOf(params: URLSearchParams): State {
  const page = Number(params.get("page") ?? "1");
  return {
    filter: params.get(NAMES.filter) ?? "",
    search: params.get(NAMES.search) ?? "",
    order: params.get(NAMES.order) ?? "",
    asOf: params.get(NAMES.asOf) ?? "",
    id: params.get(NAMES.id) ?? "",
    view: params.get("view") ?? "",
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
  // A view alone in the address asks for all that it says: what has left it must not come back when the page is loaded.
  if (state.view && says(state)) params.set("view", state.view);
  return params;
}

/** Whether an address names a view and nothing of what one says: a link to it. */
export function onlyNames(state: State): boolean {
  return state.view !== "" && !says(state);
}

/** What the API's listings, counts and exports are asked, whatever the order. */
export function narrowing({ filter, search, asOf }: Pick<State, "filter" | "search" | "asOf">) {
  return { ...(filter ? { filter } : {}), ...(search ? { search } : {}), ...(asOf ? { as_of: asOf } : {}) };
}

function says({ filter, search, order, columns }: State): boolean {
  return filter !== "" || search !== "" || order !== "" || columns.length > 0;
}

/** Whether such a change makes another list. */
export function isOther(wanted: Partial<State>): boolean {
  return OTHER_LIST.some((key) => key in wanted);
}

export function onlyPanel(wanted: Partial<State>): boolean {
  return Object.keys(wanted).every((key) => key === "id");
}
