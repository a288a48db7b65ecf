import { addressOf } from "../../api/client";

export const FIELDS = ["principal", "action", "target", "result", "since", "until", "request_id"] as const;
export type Field = (typeof FIELDS)[number];
export type Wanted = Partial<Record<Field, string>>;

/** What the address asks for; what is empty is not asked. */
export function wantedOf(params: URLSearchParams): Wanted {
  return Object.fromEntries(FIELDS.flatMap((name) => {
    const value = params.get(name)?.trim();
    return value ? [[name, value]] : [];
  }));
}

/** Exactly what is filtered, as a file of one JSON object in each line. */
export function exportOf(wanted: Wanted): string {
  return addressOf("/api/v1/audit/export", {}, { format: "json", ...wanted });
}

const OPTIONS: Record<Field, string> = { principal: "--principal", action: "--action", target: "--target", result: "--result", since: "--since", until: "--until", request_id: "--request" };

export function wordsOf(wanted: Wanted): string[] {
  return ["audit", "list", ...FIELDS.flatMap((name) => (wanted[name] ? [OPTIONS[name], wanted[name]] : []))];
}
