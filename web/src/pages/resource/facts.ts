import type { Format } from "../../i18n/format";

const UNITS: readonly [suffix: string, unit: string][] = [
  ["_gib", "GiB"],
  ["_mhz", "MHz"],
  ["_ms", "ms"],
  ["_iops", "IOPS"],
];
const DASH = "–";

export interface Fact {
  /** The attribute's name without its unit. */
  name: string;
  value: string;
  /** What it is when it has no number, list or text: yes, no, or several values of its own. */
  truth?: boolean;
}

/** A fact as people read it: with its unit, lists apart by commas, and nothing where nothing is known. */
export function factOf(name: string, value: unknown, format: Format): Fact {
  if (typeof value === "boolean") return { name, value: String(value), truth: value };
  if (typeof value === "number") {
    if (name.endsWith("_mib")) return { name: name.slice(0, -"_mib".length), value: format.memory(value) };
    const unit = UNITS.find(([suffix]) => name.endsWith(suffix));
    return unit ? { name: name.slice(0, -unit[0].length), value: `${format.number(value)} ${unit[1]}` } : { name, value: format.number(value) };
  }
  return { name, value: written(value) };
}

export function isKnown(value: unknown): boolean {
  return value !== null && value !== undefined && value !== "" && !(Array.isArray(value) && value.length === 0);
}

function written(value: unknown): string {
  if (Array.isArray(value) && value.every((each) => typeof each !== "object")) return value.join(", ") || DASH;
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}
