import type { Schemas } from "../../api/types";

export type Outcome = Schemas["OutcomeItem"];
export type Candidate = Schemas["CandidateItem"];
export type Placement = Schemas["PlacementItem"];
export type PlacementDetail = Schemas["PlacementDetail"];

export const SCORE_PARTS = ["cost", "headroom", "steadiness", "spread", "preference"] as const;

/** In the order of the workload's document. */
export function tiersOf(outcome: Outcome): string[] {
  return [...new Set(outcome.candidates.map((each) => each.tier))];
}

/** Of one tier: the chosen first, then the better score, then what lacks least. */
export function rowsOf(outcome: Outcome, tier: string): Candidate[] {
  const rank = (of: Candidate) => (of.chosen ? 0 : of.runner_up ? 1 : of.allowed ? 2 : 3);
  return outcome.candidates
    .filter((each) => each.tier === tier)
    .toSorted(
      (a, b) =>
        rank(a) - rank(b) ||
        (a.score?.group ?? 0) - (b.score?.group ?? 0) ||
        (b.score?.total ?? 0) - (a.score?.total ?? 0) ||
        a.failed.length - b.failed.length ||
        a.location.localeCompare(b.location),
    );
}

/** Names of rules, those of policies last. all: also those that keep nothing away. */
export function rulesOf(rows: readonly Candidate[], all: boolean): string[] {
  const told = rows.flatMap((each) => [...each.failed, ...each.unknown].map((one) => one.rule));
  const found = new Set(all ? [...rows.flatMap((each) => each.passed), ...told] : told);
  return [...found].toSorted((a, b) => Number(a.startsWith("policy:")) - Number(b.startsWith("policy:")));
}

/** What each part adds to the score of a place: its value by its weight. What has no value counts in full, as for all. */
export function weighedOf(outcome: Outcome, candidate: Candidate): Record<(typeof SCORE_PARTS)[number], number> {
  const weighed = (name: string) => (outcome.weights[name] ?? 0) * (candidate.score?.parts[name] ?? 1);
  return Object.fromEntries(SCORE_PARTS.map((name) => [name, weighed(name)])) as Record<(typeof SCORE_PARTS)[number], number>;
}

export function listOf(typed: string): string[] {
  return typed.split(/[,，\s]+/).filter(Boolean);
}
