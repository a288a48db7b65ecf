import type { QueryClient } from "@tanstack/react-query";

import type { LiveEvent } from "./parser";

/** The first word of a query's key → the kinds of events after which what it shows may be different. */
const CHANGED_BY: Record<string, readonly string[]> = {
  operations: ["operation."],
  plans: ["plan.", "operation."],
  resources: ["inventory.", "operation."],
  accounts: ["account.", "scope.", "inventory."],
  runs: ["scope.", "inventory."],
  recycled: ["operation."],
  retirements: ["retirement.", "operation."],
  schedules: ["operation."],
  notices: ["notice_target."],
  placements: ["operation."],
  optimizations: ["optimization."],
  // Of one between two tenants only its operations are told to who sees no more than these two.
  moves: ["move.", "operation."],
  reservations: ["operation."],
  // What is looked at again a few seconds after a read.
  violations: ["inventory."],
  locations: ["inventory."],
  costs: ["budget."],
  // When a reading ends there may be a new list. Of other imports no event tells.
  prices: ["price_fetch."],
  // Of these no event tells.
  policies: [],
  findings: [],
  exceptions: [],
  workloads: [],
  views: [],
};
/** However many events come, nothing is asked again more often than this. */
export const PAUSE_MS = 2_000;

export function keysChangedBy(kind: string): string[] {
  // After a gap nobody knows what was missed.
  if (kind === "stream.gap") return Object.keys(CHANGED_BY);
  return Object.keys(CHANGED_BY).filter((key) => CHANGED_BY[key]?.some((prefix) => kind.startsWith(prefix)));
}

/** Asks again for what is on screen after events, at most once per pause for each key. Returns how to end it. */
export function refreshing(
  queries: Pick<QueryClient, "invalidateQueries">,
  listen: (listener: (event: LiveEvent) => void) => () => void,
): () => void {
  const due = new Set<string>();
  let timer: ReturnType<typeof setTimeout> | null = null;
  let last = 0;

  function flush() {
    timer = null;
    last = Date.now();
    for (const key of due) void queries.invalidateQueries({ queryKey: [key], refetchType: "active" });
    due.clear();
  }

  const forget = listen((event) => {
    for (const key of keysChangedBy(event.kind)) due.add(key);
    if (due.size > 0 && timer === null) timer = setTimeout(flush, Math.max(100, last + PAUSE_MS - Date.now()));
  });
  return () => {
    forget();
    if (timer !== null) clearTimeout(timer);
  };
}
