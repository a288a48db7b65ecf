import type { Schemas } from "../../api/types";
import { listOf, SCORE_PARTS } from "./outcome";

export const FIELDS = ["workload", "groups", "only", "besides", "users_at", "currency", "minutes", ...SCORE_PARTS] as const;
export type Field = (typeof FIELDS)[number];
/** What was typed, as it stands in the address. */
export type Draft = Record<Field, string>;

export function draftOf(params: URLSearchParams): Draft {
  return Object.fromEntries(FIELDS.map((name) => [name, params.get(name) ?? ""])) as Draft;
}

/** text: a document, in place of the stored workload; null where a number is none. */
export function bodyOf(draft: Draft, text: string | null): Schemas["PlacementCreate"] | null {
  const weights: Record<string, number> = {};
  for (const name of SCORE_PARTS) {
    const typed = draft[name].trim();
    if (!typed) continue;
    const weight = Number(typed);
    if (!Number.isFinite(weight) || weight < 0) return null;
    weights[name] = weight;
  }
  const minutes = draft.minutes.trim() ? Number(draft.minutes) : 60;
  if (!Number.isInteger(minutes) || minutes < 1) return null;
  return {
    ...(text === null ? { workload: draft.workload } : { text }),
    groups: listOf(draft.groups),
    only: listOf(draft.only),
    besides: listOf(draft.besides),
    // What is left out is weighed as mcm does by itself.
    weights: weights as Schemas["Weights"],
    minutes,
    ...(draft.users_at.trim() ? { users_at: draft.users_at.trim() } : {}),
    ...(draft.currency.trim() ? { currency: draft.currency.trim().toUpperCase() } : {}),
  };
}

/** The command that decides the same. */
export function commandOf(body: Schemas["PlacementCreate"]): string[] {
  const each = (flag: string, values: readonly string[] | undefined) => (values ?? []).flatMap((value) => [flag, value]);
  return [
    "mcm", "place",
    ...(body.workload ? ["--workload", body.workload] : ["-f", "workload.yaml"]),
    ...(body.groups?.length ? ["--groups", body.groups.join(",")] : []),
    ...each("--only", body.only),
    ...each("--besides", body.besides),
    ...each("--weight", Object.entries(body.weights ?? {}).map(([name, value]) => `${name}=${value}`)),
    ...(body.users_at ? ["--users-at", body.users_at] : []),
    ...(body.currency ? ["--currency", body.currency] : []),
    "--explain",
  ];
}
