import { get, post } from "../../api/client";
import { asProblem, type Problem } from "../../api/problem";
import type { Operation, Resource, Schemas } from "../../api/types";
import { added } from "../../i18n/decimals";
import { moneyFormatOf } from "../../i18n/money";

/** What an action is done to. */
export type Target = Pick<Resource, "id"> & Partial<Pick<Resource, "name" | "native_id" | "account" | "region" | "kind" | "tags">>;
export type Preview = Schemas["DryRunAnswer"];

export interface Told<A> {
  target: Target;
  answer?: A;
  problem?: Problem;
}

// As many connections as leave the page its own, over HTTP/1.1.
const AT_ONCE = 3;

export function nameOf(target: Target): string {
  return target.name || target.native_id || target.id;
}

export function previewAll(action: string, targets: readonly Target[], params: Record<string, unknown>): Promise<Told<Preview>[]> {
  return each(targets, async ({ id }) => (await post("/api/v1/operations", { query: { dry_run: true }, body: { action, resource: id, params } })) as Preview);
}

export function askAll(action: string, targets: readonly Target[], params: Record<string, unknown>): Promise<Told<Operation>[]> {
  return each(targets, async ({ id }) => (await post("/api/v1/operations", { body: { action, resource: id, params } })) as Operation);
}

/** The first goes alone: when it is refused for want of a proof of who is asking, one dialog asks for all. */
async function each<A>(targets: readonly Target[], ask: (target: Target) => Promise<A>): Promise<Told<A>[]> {
  const told: Told<A>[] = [];
  const one = async (target: Target): Promise<Told<A>> => {
    try {
      return { target, answer: await ask(target) };
    } catch (error) {
      return { target, problem: asProblem(error) };
    }
  };
  const [first, ...others] = targets;
  if (first) told.push(await one(first));
  for (let at = 0; at < others.length; at += AT_ONCE) told.push(...(await Promise.all(others.slice(at, at + AT_ONCE).map(one))));
  return told;
}

/** How many may be asked for without a plan. */
export function beltOf(limits: Schemas["PlanLimits"], destructive: boolean): number {
  return destructive ? Math.min(limits.destroy_per_request, limits.approval_above) : limits.approval_above;
}

export function readLimits(signal: AbortSignal) {
  return get("/api/v1/plans/limits", { signal });
}

/** What hangs on all of them together. */
export function impactOf(told: readonly Told<Preview>[]) {
  const impacts = told.flatMap(({ answer }) => (answer?.impact ? [answer.impact] : []));
  const byKind: Record<string, number> = {};
  for (const impact of impacts) for (const [kind, n] of Object.entries(impact.by_kind)) byKind[kind] = (byKind[kind] ?? 0) + n;
  const sum = (count: (impact: Schemas["Impact"]) => number) => impacts.reduce((before, impact) => before + count(impact), 0);
  return {
    known: impacts.length > 0,
    dependants: sum((impact) => impact.dependants),
    protectedOnes: sum((impact) => impact.protected["dependants"] ?? 0),
    byKind,
    listed: impacts.flatMap((impact) => impact.listed),
    money: moneyOf(impacts, false),
    moneyZh: moneyOf(impacts, true),
  };
}

type Impact = Omit<Schemas["Impact"], "money"> & { money: string | null; currency?: string | null };

/** One sentence for all; where some have no price, what the others cost and why. */
function moneyOf(impacts: readonly Schemas["Impact"][], chinese: boolean): string {
  const told = impacts as unknown as readonly Impact[];
  const note = (impact: Impact | undefined) => (impact ? (chinese ? impact.money_note_zh : impact.money_note) : "");
  if (told.length <= 1) return note(told[0]);
  const sums: Record<string, string> = {};
  for (const { money, currency } of told) if (money != null && currency) sums[currency] = added(sums[currency] ?? "0", money);
  const format = moneyFormatOf(chinese ? "zh-CN" : "en");
  const said = Object.entries(sums).map(([currency, amount]) => format.money(amount, currency)).join(" + ");
  const unknown = told.filter(({ money }) => money == null);
  if (unknown.length === 0) return chinese ? `运行时每月费用合计 ${said}` : `they cost ${said} a month while they run`;
  const why = chinese ? `${told.length} 个中 ${unknown.length} 个没有价格，例如：${note(unknown[0])}` : `${unknown.length} of ${told.length} without a price, such as: ${note(unknown[0])}`;
  if (!said) return why;
  return chinese ? `运行时每月费用至少 ${said}；${why}` : `they cost at least ${said} a month while they run; ${why}`;
}
