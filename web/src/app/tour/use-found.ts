import { useQuery } from "@tanstack/react-query";

import { get } from "../../api/client";
import { useSession } from "../../api/session";
import type { Found } from "./steps";

const NEWEST = 'kind = "instance" AND state = "stopped"';

/** Real things of this installation: an account that fails, a plan that waits, a machine that has changed. */
export function useFound(): Found {
  const session = useSession();
  const accounts = useQuery({
    queryKey: ["accounts", "all"],
    enabled: session.may("account.read"),
    queryFn: ({ signal }) => get("/api/v1/accounts", { query: { limit: 1000 }, signal }),
  });
  const plans = useQuery({
    queryKey: ["plans", "tour"],
    enabled: session.may("operation.read"),
    queryFn: ({ signal }) => get("/api/v1/plans", { query: { status: ["awaiting_approval"], limit: 1 }, signal }),
  });
  const changed = useQuery({
    queryKey: ["resources", "tour"],
    enabled: session.may("resource.read"),
    queryFn: ({ signal }) =>
      get("/api/v1/resources", { query: { filter: NEWEST, order_by: "last_changed desc", limit: 1, columns: "id" }, signal }),
  });
  return {
    failing: accounts.data?.items.find((each) => each.status === "failing")?.name ?? null,
    plan: plans.data?.items[0]?.id ?? null,
    changed: changed.data?.items[0]?.id ?? null,
  };
}
