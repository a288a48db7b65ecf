export const AMOUNTS = ["instances", "vcpus", "memory_mib", "storage_gib"] as const;
export type Amount = (typeof AMOUNTS)[number];

/** What was typed as limits, an empty one lifted; null: one of them is no whole number. */
export function limitsOf(typed: Record<Amount, string>): Record<Amount, number | null> | null {
  const found = AMOUNTS.map((name) => [name, typed[name].trim()] as const);
  if (found.some(([, text]) => text !== "" && !/^\d{1,15}$/.test(text))) return null;
  return Object.fromEntries(found.map(([name, text]) => [name, text === "" ? null : Number(text)])) as Record<Amount, number | null>;
}

/** In percent, at most 100; a limit of 0 is full. */
export function shareOf(used: number, limit: number): number {
  return limit <= 0 ? 100 : Math.min(100, (used / limit) * 100);
}

/** Digits with at most 18 after the point, as the API takes them. */
const AMOUNT = /^\d{1,20}(\.\d{1,18})?$/;

export interface Money {
  amount: string;
  currency: string;
}

/** A limit of money as it was typed, an empty amount lifted; undefined: it is no amount, or has no currency. */
export function moneyOf(amount: string, currency: string): Money | null | undefined {
  const [typed, code] = [amount.trim(), currency.trim().toUpperCase()];
  if (typed === "") return null;
  return AMOUNT.test(typed) && /^[A-Z]{3}$/.test(code) ? { amount: typed, currency: code } : undefined;
}

/** As `mcm quota set` takes it. */
export function wordsOf(money: Money | null): string[] {
  return money === null ? ["--money-per-month", "none"] : ["--money-per-month", money.amount, "--currency", money.currency];
}
