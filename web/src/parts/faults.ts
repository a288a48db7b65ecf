import { asProblem } from "../api/problem";

interface Fault {
  where: string;
  what: string;
}

/** What the server found wrong with each field of a body, by the field's name; nothing where it did not say which. */
export function faultsOf(error: unknown): Readonly<Record<string, string>> {
  if (!error) return {};
  const { details } = asProblem(error).body;
  const found: Record<string, string> = {};
  for (const { where, what } of (details?.["faults"] ?? []) as readonly Fault[]) {
    const [place, name] = where.split(".");
    if (place !== "body" || !name) continue;
    found[name] = found[name] ? `${found[name]}; ${what}` : what;
  }
  return found;
}
