import type { ResourceDetail, Schemas } from "../../api/types";

export type Update = Schemas["ResourceUpdate"];
export const CLASSES = ["public", "internal", "confidential", "restricted"] as const;
export const MANAGED = ["observed", "managed", "protected"] as const;

export interface Label {
  key: string;
  value: string;
}
export interface OwnFields {
  owner: string;
  dataClass: string;
  managed: string;
  labels: readonly Label[];
}

export function ownFieldsOf(resource: Pick<ResourceDetail, "owner" | "data_class" | "managed" | "labels">): OwnFields {
  return {
    owner: resource.owner ?? "",
    dataClass: resource.data_class ?? "",
    managed: resource.managed ?? "observed",
    labels: Object.entries(resource.labels ?? {}).map(([key, value]) => ({ key, value })),
  };
}

/** Only what was changed, so that nobody else's change of another field is undone. null: nothing was. */
export function updateOf(before: OwnFields, after: OwnFields): Update | null {
  const labels = labelsOf(before.labels, after.labels);
  const update: Update = {
    ...(after.owner.trim() === before.owner ? {} : { owner: after.owner.trim() || null }),
    ...(after.dataClass === before.dataClass ? {} : { data_class: CLASSES.find((each) => each === after.dataClass) ?? null }),
    ...(after.managed === before.managed ? {} : { managed: MANAGED.find((each) => each === after.managed) ?? "observed" }),
    ...(Object.keys(labels).length > 0 ? { labels } : {}),
  };
  return Object.keys(update).length > 0 ? update : null;
}

function labelsOf(before: readonly Label[], after: readonly Label[]): Record<string, string | null> {
  const [old, now] = [valuesOf(before), valuesOf(after)];
  const changed: Record<string, string | null> = {};
  for (const key of old.keys()) if (!now.has(key)) changed[key] = null;
  for (const [key, value] of now) if (old.get(key) !== value) changed[key] = value;
  return changed;
}

function valuesOf(labels: readonly Label[]): Map<string, string> {
  return new Map(labels.map(({ key, value }) => [key.trim(), value]));
}

/** Which label cannot be kept so: without a key, or with one that is there twice. */
export function wrongLabel(labels: readonly Label[]): { at: number; why: "noKey" | "twice" } | null {
  const seen = new Set<string>();
  for (const [at, { key }] of labels.entries()) {
    const name = key.trim();
    if (!name) return { at, why: "noKey" };
    if (seen.has(name)) return { at, why: "twice" };
    seen.add(name);
  }
  return null;
}
