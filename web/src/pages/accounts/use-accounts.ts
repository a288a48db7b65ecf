import { useQuery } from "@tanstack/react-query";

import { get } from "../../api/client";
import { useSession } from "../../api/session";
import type { Account } from "../../api/types";

/** All at once: an organisation has tens of accounts, hundreds at most. */
export function useAccounts() {
  const session = useSession();
  return useQuery({
    queryKey: ["accounts", "all"],
    enabled: session.may("account.read"),
    queryFn: ({ signal }) => get("/api/v1/accounts", { query: { limit: 1000 }, signal }),
  });
}

export function placeOf(account: Pick<Account, "site" | "city" | "jurisdiction">): string {
  return [account.site, account.city, account.jurisdiction].filter(Boolean).join(" · ");
}

/** Numbers of it are lower bounds: something of it was never read, cannot be read now, or is not for the caller. */
export function isIncomplete(account: Pick<Account, "scopes" | "partial" | "status">): boolean {
  const by = account.scopes as Record<string, number>;
  return account.partial || account.status !== "ok" || Boolean(by["failing"] || by["pending"]);
}

/** Of what the cloud offers at all. */
export function scopesOf(account: Pick<Account, "scopes">): { ok: number; all: number; troubled: number } {
  const by = account.scopes as Record<string, number>;
  const all = Object.entries(by).reduce((sum, [status, n]) => sum + (status === "unsupported" ? 0 : n), 0);
  return { ok: by["ok"] ?? 0, all, troubled: (by["failing"] ?? 0) + (by["quarantined"] ?? 0) };
}
