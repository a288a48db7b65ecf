export const MINUTE_MS = 60_000;
/** Where nothing says when the history begins. */
const A_DAY_MIN = 1_440;

/** In whole minutes since 1970, as a slider counts them. */
export interface Span {
  from: number;
  to: number;
}

export function minuteOf(ms: number): number {
  return Math.floor(ms / MINUTE_MS);
}

export function instantOf(minute: number): string {
  return new Date(minute * MINUTE_MS).toISOString().replace(".000Z", "Z");
}

/** From the beginning of what is known until now; an address may name an instant before that. */
export function spanOf(first: string | null | undefined, at: string, now: number): Span {
  const to = minuteOf(now);
  const asked = minuteOf(Date.parse(at));
  const begins = first ? minuteOf(Date.parse(first)) : to - A_DAY_MIN;
  const from = Math.min(begins, Number.isNaN(asked) ? begins : asked, to - 1);
  return { from, to };
}

export function clamped(minute: number, { from, to }: Span): number {
  return Number.isNaN(minute) ? to : Math.min(to, Math.max(from, minute));
}
