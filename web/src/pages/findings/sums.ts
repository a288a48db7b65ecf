import type { Schemas } from "../../api/types";
import { added } from "../../i18n/decimals";

/** What all of one currency would save, and of how many that is known. */
export interface Saved {
  currency: string;
  saving: string;
  priced: number;
}

/** Amounts of different currencies are never added up; what has no price is counted apart. */
export function savedOf(kinds: readonly Schemas["FindingSum"][]): { count: number; unpriced: number; saved: Saved[] } {
  const saved = new Map<string, Saved>();
  let count = 0;
  let unpriced = 0;
  for (const each of kinds) {
    count += each.count;
    unpriced += each.count - each.priced;
    if (each.saving === null || each.currency === null) continue;
    const before = saved.get(each.currency);
    saved.set(each.currency, {
      currency: each.currency,
      saving: added(before?.saving ?? "0", each.saving),
      priced: (before?.priced ?? 0) + each.priced,
    });
  }
  return { count, unpriced, saved: [...saved.values()].toSorted((a, b) => a.currency.localeCompare(b.currency)) };
}
