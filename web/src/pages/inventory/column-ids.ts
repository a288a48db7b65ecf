/** Which columns there are, without what shows them: the rows are asked for before the code of the page is there. */
export const COLUMN_IDS = [
  "kind", "state", "presence", "account", "provider", "ownership", "region", "zone", "project", "private_ips",
  "public_ips", "vcpus", "memory_mib", "flavor", "image", "host", "owner", "managed", "data_class", "native_state",
  "native_id", "created_at", "last_changed", "as_of",
] as const;

export const FIRST_COLUMNS: readonly string[] = [
  "kind", "state", "account", "region", "private_ips", "vcpus", "memory_mib", "presence", "as_of",
];

/** Tags and labels that an address or a view names are columns of their own. */
const KEYED = /^(tags|labels)\../;

export function isColumn(id: string): boolean {
  return COLUMN_IDS.some((each) => each === id) || KEYED.test(id);
}

/** Of what is stored, in an address or in a view, what is a column here; else those that everybody begins with. */
export function shownColumns(stored: unknown): readonly string[] {
  const wanted = Array.isArray(stored) ? stored.filter((each): each is string => typeof each === "string" && isColumn(each)) : [];
  return wanted.length > 0 ? wanted : FIRST_COLUMNS;
}

/** What the API must be asked for so that these columns, the name and the panel can be shown. */
export function asked(columns: readonly string[]): string {
  return [...new Set(["id", "name", "native_id", "kind", "state", "presence", "stale_reason", "account", ...columns, ...(columns.includes("project") ? ["project_name"] : [])])].join(",");
}
