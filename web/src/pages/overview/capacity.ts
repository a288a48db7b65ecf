import type { Schemas } from "../../api/types";

type Measure = Schemas["Measure"];
type Level = Schemas["Level"];

export interface Share {
  used: number;
  of: number;
  /** In per cent, at most 100: what is used may be promised more than once. */
  percent: number;
  atLeast: boolean;
}

/** How much of what there is is used; null where either is not known, or there is none. */
export function shareOf(used: Measure, of: Measure): Share | null {
  if (used.value === null || of.value === null || of.value <= 0) return null;
  return { used: used.value, of: of.value, percent: Math.min(100, Math.max(0, (100 * used.value) / of.value)), atLeast: used.at_least || of.at_least };
}

export interface Capacity {
  memory: Share | null;
  storage: Share | null;
}

/** Of one's own hosts and datastores. Who rents has none, and sees how much is rented. */
export function capacityOf(level: Level): Capacity {
  return {
    memory: shareOf(level.host_memory_used_mib, level.host_memory_mib),
    storage: shareOf(level.datastore_used_gib, level.datastore_capacity_gib),
  };
}
