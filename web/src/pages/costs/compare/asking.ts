import type { BodyOf } from "../../../api/types";

export const OPTIONS = ["on_demand", "reserved", "savings_plan", "spot", "subscription", "internal"] as const;
export type Option = (typeof OPTIONS)[number];
export const WAYS = ["stored", "document", "filter"] as const;
export type Way = (typeof WAYS)[number];
/** Of a month; a workload says its own. */
const HOURS = "730";
export type Asked = BodyOf<"/api/v1/costs/compare", "post">;

export function wayOf(params: URLSearchParams): Way {
  return WAYS.find((each) => each === params.get("way")) ?? (params.get("filter") ? "filter" : "stored");
}

/** What the address asks for; null while it says no subject. document: of this window only, as it has no place in an address. */
export function askedOf(params: URLSearchParams, document: string): Asked | null {
  const way = wayOf(params);
  const value = (name: string) => params.get(name)?.trim() ?? "";
  const subject =
    way === "document" ? { document } : way === "filter" ? { filter: value("filter") } : { workload: value("workload") };
  if (!Object.values(subject)[0]?.trim()) return null;
  const options = value("options").split(",");
  return {
    ...subject,
    hours: HOURS,
    ...(value("currency") ? { currency: value("currency") } : {}),
    ...(value("tax") ? { tax: value("tax") } : {}),
    ...(value("locations") ? { locations: value("locations").split(/[\s,]+/) } : {}),
    ...(value("options") ? { options: OPTIONS.filter((each) => options.includes(each)) } : {}),
  };
}

/** The address of the page that asks the same anew; null where a document was pasted. */
export function againOf(asked: Record<string, unknown>): string | null {
  const params = new URLSearchParams();
  const text = (name: string) => (typeof asked[name] === "string" ? String(asked[name]) : "");
  if (text("filter")) params.set("way", "filter");
  else if (!text("workload")) return null;
  for (const name of ["workload", "filter", "currency", "tax"]) if (text(name)) params.set(name, text(name));
  for (const name of ["locations", "options"]) {
    const values = asked[name];
    if (Array.isArray(values) && values.length > 0) params.set(name, values.join(name === "options" ? "," : " "));
  }
  return `/compare?${params}`;
}
