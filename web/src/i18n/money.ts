import { useMemo } from "react";

import { usePreferences } from "../preferences/preferences";
import type { Language } from "./messages";

/** The most places that mcm keeps. */
const PLACES = 18;
const DASH = "–";
type Digits = `${number}`;

/** Amounts come as decimal texts and are written from them: a float would lose digits. */
export interface MoneyFormat {
  /** As people read it: with the currency's own places. */
  money(amount: string | null | undefined, currency: string): string;
  /** With every digit there is. */
  exact(amount: string | null | undefined, currency: string): string;
  /** A change, with its sign. */
  change(amount: string | null | undefined, currency: string): string;
  decimal(value: string | null | undefined, places?: number): string;
  /** "0.25" is 25 %. */
  percent(share: string | null | undefined): string;
  /** A day without a time, such as one that a price is of. */
  day(on: string | null | undefined): string;
  /** "2026-11" in words. */
  month(month: string): string;
}

export function moneyFormatOf(language: Language): MoneyFormat {
  const made = new Map<string, Intl.NumberFormat>();
  const of = (key: string, options: Intl.NumberFormatOptions) => {
    const found = made.get(key) ?? new Intl.NumberFormat(language, options);
    made.set(key, found);
    return found;
  };
  const inCurrency = (currency: string, more: Intl.NumberFormatOptions): Intl.NumberFormatOptions =>
    /^[A-Z]{3}$/.test(currency) ? { style: "currency", currency, currencyDisplay: "code", ...more } : more;
  const written = (amount: string | null | undefined, key: string, options: Intl.NumberFormatOptions) =>
    amount == null ? DASH : of(key, options).format(amount as Digits);
  const days = new Intl.DateTimeFormat(language, { dateStyle: "medium", timeZone: "UTC" });
  const months = new Intl.DateTimeFormat(language, { year: "numeric", month: "long", timeZone: "UTC" });
  return {
    money: (amount, currency) => written(amount, `m ${currency}`, inCurrency(currency, {})),
    exact: (amount, currency) => written(amount, `e ${currency}`, inCurrency(currency, { maximumFractionDigits: PLACES })),
    change: (amount, currency) => written(amount, `c ${currency}`, inCurrency(currency, { signDisplay: "exceptZero" })),
    decimal: (value, places = 4) => written(value, `d ${places}`, { maximumFractionDigits: places }),
    percent: (share) => written(share, "p", { style: "percent", maximumFractionDigits: 1 }),
    day: (on) => (on ? days.format(new Date(`${on.slice(0, 10)}T00:00:00Z`)) : DASH),
    month: (month) => (/^\d{4}-\d{2}$/.test(month) ? months.format(new Date(`${month}-01T00:00:00Z`)) : month),
  };
}

export function useMoney(): MoneyFormat {
  const { language } = usePreferences();
  return useMemo(() => moneyFormatOf(language), [language]);
}
