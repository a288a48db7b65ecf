import type { ReactNode } from "react";

import type { Resource } from "../../api/types";
import type { Format } from "../../i18n/format";
import type { Texts } from "../../i18n/use-texts";
import { Age } from "../../parts/freshness";
import { Inside } from "../../parts/links";
import { plain } from "../../parts/plain";
import { Status } from "../../parts/status";
import { isColumn } from "./column-ids";
import type { texts } from "./texts";

type Key = keyof typeof texts;
export interface Column {
  id: string;
  /** Of a tag or label the name is its own. */
  says: Key | null;
  cell(resource: Resource, format: Format): ReactNode;
  /** The API can order by it. */
  sorts?: boolean;
  width?: number;
  right?: boolean;
}

const DASH = "–";

function text(id: keyof Resource & Key, width?: number): Column {
  return { id, says: id, sorts: true, cell: (resource) => shown(resource[id]), ...(width ? { width } : {}) };
}

function shown(value: unknown): string {
  if (Array.isArray(value)) return value.length > 0 ? plain(value.join(", ")) : DASH;
  return value === null || value === undefined || value === "" ? DASH : plain(String(value));
}

function age(id: "created_at" | "last_changed" | "as_of", sorts = true): Column {
  return { id, says: id, sorts, width: 150, cell: (resource) => (resource[id] ? <Age at={resource[id]} /> : DASH) };
}

/** All but the name, which is always first and opens the panel. */
export const COLUMNS: readonly Column[] = [
  { id: "kind", says: "kind", sorts: true, width: 130, cell: () => null },
  { id: "state", says: "state", sorts: true, width: 140, cell: (resource) => <Status group="state" word={resource.state} /> },
  { id: "presence", says: "presence", width: 140, cell: (resource) => <Status group="presence" word={resource.presence} /> },
  {
    id: "account",
    says: "account",
    sorts: true,
    width: 170,
    cell: (resource) =>
      resource.account ? <Inside href={`/accounts/${encodeURIComponent(resource.account)}`}>{resource.account}</Inside> : DASH,
  },
  text("provider", 120),
  text("ownership", 110),
  text("region", 140),
  text("zone", 130),
  { id: "project", says: "project", width: 160, cell: (resource) => shown(resource.project_name ?? resource.project) },
  { id: "private_ips", says: "private_ips", width: 160, cell: (resource) => shown(resource.private_ips) },
  { id: "public_ips", says: "public_ips", width: 160, cell: (resource) => shown(resource.public_ips) },
  { id: "vcpus", says: "vcpus", sorts: true, width: 90, right: true, cell: (resource, format) => format.number(resource.vcpus) },
  { id: "memory_mib", says: "memory_mib", sorts: true, width: 120, right: true, cell: (resource, format) => format.memory(resource.memory_mib) },
  text("flavor", 150),
  text("image", 180),
  text("host", 160),
  text("owner", 140),
  text("managed", 120),
  text("data_class", 120),
  text("native_state", 150),
  text("native_id", 220),
  age("created_at"),
  age("last_changed"),
  age("as_of", false),
];

export function columnOf(id: string): Column | undefined {
  const known = COLUMNS.find((column) => column.id === id);
  if (known || !isColumn(id)) return known;
  return { id, says: null, sorts: true, width: 160, cell: (resource) => shown((resource as Record<string, unknown>)[id]) };
}

export type ColumnTexts = Texts<Key>;
