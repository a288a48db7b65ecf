import { usePreferences } from "../preferences/preferences";
import type { Language } from "./messages";

const UNITS: readonly [Intl.RelativeTimeFormatUnit, number][] = [
  ["year", 31_557_600],
  ["month", 2_629_800],
  ["day", 86_400],
  ["hour", 3_600],
  ["minute", 60],
  ["second", 1],
];
const LENGTHS = [
  ["hour", 3_600],
  ["minute", 60],
] as const;
const DASH = "–";

export interface Format {
  number(value: number | null | undefined): string;
  /** A lower bound says so: "≥ 12". */
  atLeast(value: number, atLeast: boolean): string;
  /** In the chosen time zone, with its name. */
  instant(at: string | null | undefined): string;
  /** "3 minutes ago". */
  age(at: string | null | undefined, now?: number): string;
  memory(mib: number | null | undefined): string;
  /** "5 min", "24 h". */
  duration(seconds: number): string;
}

export function formatOf(language: Language, timeZone: string | undefined): Format {
  const numbers = new Intl.NumberFormat(language, { maximumFractionDigits: 1 });
  const instants = new Intl.DateTimeFormat(language, {
    dateStyle: "medium",
    timeStyle: "medium",
    hour12: false,
    ...(timeZone ? { timeZone } : {}),
  });
  const zones = new Intl.DateTimeFormat("en", { timeZoneName: "shortOffset", ...(timeZone ? { timeZone } : {}) });
  const ages = new Intl.RelativeTimeFormat(language, { numeric: "always" });
  const number = (value: number | null | undefined) => (value == null ? DASH : numbers.format(value));
  return {
    number,
    atLeast: (value, atLeast) => (atLeast ? `≥ ${numbers.format(value)}` : numbers.format(value)),
    instant(at) {
      if (!at) return DASH;
      const date = new Date(at);
      const zone = zones.formatToParts(date).find((part) => part.type === "timeZoneName")?.value ?? "";
      return `${instants.format(date)} ${zone}`;
    },
    age(at, now = Date.now()) {
      if (!at) return DASH;
      const apart = Math.round((Date.parse(at) - now) / 1000);
      // The time of a page goes in steps, and clocks differ: what has just happened is not in the future.
      const seconds = apart >= 0 && apart < 60 ? -0 : apart;
      const [unit, size] = UNITS.find(([, each]) => Math.abs(seconds) >= each) ?? (["second", 1] as const);
      return ages.format(Math.trunc(seconds / size), unit);
    },
    duration(seconds) {
      const [unit, size] = LENGTHS.find(([, each]) => seconds >= each) ?? (["second", 1] as const);
      const written = new Intl.NumberFormat(language, { style: "unit", unit, unitDisplay: "short", maximumFractionDigits: 1 });
      return written.format(seconds / size);
    },
    memory: (mib) => (mib == null ? DASH : mib >= 1024 ? `${numbers.format(mib / 1024)} GiB` : `${numbers.format(mib)} MiB`),
  };
}

/** Making one takes the browser longer than a row of a table: every cell of a page uses the same. */
let latest: { language: Language; timeZone: string; format: Format } | null = null;

export function useFormat(): Format {
  const { language, timeZone } = usePreferences();
  if (latest?.language !== language || latest.timeZone !== timeZone) {
    latest = { language, timeZone, format: formatOf(language, timeZone === "browser" ? undefined : timeZone) };
  }
  return latest.format;
}
