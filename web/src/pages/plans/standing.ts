import type { Schemas } from "../../api/types";

export type Plan = Schemas["PlanSummary"];
export type PlanDetail = Schemas["PlanDetail"];
export type PlanStatus = Plan["status"];

interface Who {
  user: string;
  may(permission: "plan.approve" | "operation.run"): boolean;
}

/** What somebody is expected to do about a plan; null: nothing. */
export function waitsFor(plan: Pick<Plan, "status" | "requested_by">, who: Who): "approve" | "apply" | null {
  const own = plan.requested_by === who.user;
  if (plan.status === "awaiting_approval") return !own && who.may("plan.approve") ? "approve" : null;
  return (plan.status === "approved" || plan.status === "draft") && own && who.may("operation.run") ? "apply" : null;
}

/** How many resources it is about: what was left alone when it was made does not count. */
export function targetsOf(plan: Pick<Plan, "counts">): number {
  return Object.entries(plan.counts).reduce((sum, [where, n]) => (where === "left" ? sum : sum + n), 0);
}

export const ENDED: ReadonlySet<PlanStatus> = new Set(["applied", "rejected", "expired", "cancelled", "stale"]);
export const APPLICABLE: ReadonlySet<PlanStatus> = new Set(["draft", "approved", "applying"]);
