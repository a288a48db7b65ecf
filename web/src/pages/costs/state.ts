import { addressOf } from "../../api/client";
import type { QueryOf } from "../../api/types";
import { thisMonth } from "../../parts/money";

export const DIMENSIONS = ["tenant", "account", "application", "environment", "cost_center", "service", "region", "category"] as const;
export type Dimension = (typeof DIMENSIONS)[number];
const NARROWING = [...DIMENSIONS, "rule", "tag"] as const;
export type Narrowing = (typeof NARROWING)[number];
export type Only = Partial<Record<Narrowing, string[]>>;
export const COSTS = ["billed", "effective"] as const;

/** What a report is asked, all of it in the address of the page. */
export interface Asked {
  month: string;
  /** Dimensions and `tag:KEY`. */
  by: string[];
  cost: (typeof COSTS)[number];
  /** "": as billed. */
  currency: string;
  only: Only;
}

export function askedOf(params: URLSearchParams): Asked {
  const by = (params.get("by") ?? "").split(",").filter(Boolean);
  const only: Only = {};
  for (const name of NARROWING) {
    const values = params.getAll(name).filter(Boolean);
    if (values.length > 0) only[name] = values;
  }
  return {
    month: params.get("month") || thisMonth(),
    by: by.length > 0 ? by : ["tenant"],
    cost: params.get("cost") === "effective" ? "effective" : "billed",
    currency: params.get("currency") ?? "",
    only,
  };
}

export function reportQuery(asked: Asked, compare: boolean): QueryOf<"/api/v1/cost-reports", "get"> {
  return {
    month: asked.month,
    group_by: asked.by.join(","),
    cost: asked.cost,
    compare,
    ...(asked.currency ? { currency: asked.currency } : {}),
    ...asked.only,
  };
}

export function exportOf(asked: Asked, format: string, lang: string): string {
  return addressOf("/api/v1/cost-reports/export", {}, { ...reportQuery(asked, true), format, lang });
}

export function exportCommand(asked: Asked): string[] {
  const only = Object.entries(asked.only).flatMap(([name, values]) => values.flatMap((value) => ["--only", name === "tag" ? `tag:${value}` : `${name}=${value}`]));
  return [
    "mcm", "cost", "report", "--month", asked.month, "--group-by", asked.by.join(","), "--cost", asked.cost, "--compare",
    ...(asked.currency ? ["--currency", asked.currency] : []), ...only,
  ];
}

interface Key {
  by: string;
  id: string | null;
  name: string | null;
}

/** The page of what is behind a line; null where a line is of what has no name, which nothing can be narrowed to. */
export function behind(asked: Asked, keys: readonly Key[]): string | null {
  const only: Only = { ...asked.only };
  for (const key of keys) {
    if (key.name === null) return null;
    const tag = key.by.startsWith("tag:") ? key.by.slice("tag:".length) : "";
    if (tag) only.tag = [...(only.tag ?? []), `${tag}=${key.name}`];
    else only[key.by as Narrowing] = [key.name];
  }
  return addressOf("/costs/sources", {}, { month: asked.month, cost: asked.cost, ...only });
}

/** The months up to one, the newest last. */
export function upTo(month: string, known: readonly string[], most: number): string[] {
  const all = new Set([...known.filter((each) => each <= month), month]);
  return [...all].toSorted().slice(-most);
}
