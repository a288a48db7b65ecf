const PLAIN = /^[A-Za-z_/][A-Za-z0-9_./@+-]*$/;
// Amounts come as texts, and are written as the numbers that they are.
const AMOUNTS = new Set(["percent", "value"]);
// What YAML would read as something else than a text.
const WORDS = new Set(["true", "false", "null", "yes", "no", "on", "off", "y", "n"]);

type Value = string | number | boolean | null | undefined | readonly Value[] | { readonly [key: string]: Value };

function scalar(value: string | number | boolean): string {
  if (typeof value !== "string") return String(value);
  return PLAIN.test(value) && !WORDS.has(value.toLowerCase()) ? value : JSON.stringify(value);
}

function isMap(value: Value): value is { readonly [key: string]: Value } {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** What stands in one line: lists of texts, and maps of them. */
function inline(value: Value, key = ""): string {
  if (Array.isArray(value)) return `[${value.map((each: Value) => inline(each)).join(", ")}]`;
  if (isMap(value)) return `{${entries(value).map(([key, each]) => `${scalar(key)}: ${inline(each, key)}`).join(", ")}}`;
  if (AMOUNTS.has(key) && /^\d+(\.\d+)?$/.test(String(value))) return String(value);
  return scalar(value as string | number | boolean);
}

function entries(of: { readonly [key: string]: Value }): [string, Value][] {
  return Object.entries(of).filter(([, value]) => value !== null && value !== undefined);
}

/** JSON as the YAML that people write: nothing that is null, decimals as numbers, short things in one line. */
export function yamlOf(of: { readonly [key: string]: Value }, depth = 0): string {
  const margin = "  ".repeat(depth);
  return entries(of)
    .map(([key, value]) => {
      const name = `${margin}${scalar(key)}:`;
      if (isMap(value) && `${name} ${inline(value)}`.length > 100) return `${name}\n${yamlOf(value, depth + 1)}`;
      if (Array.isArray(value) && value.some(isMap)) return `${name}\n${value.map((each) => `${margin}  - ${inline(each as Value)}`).join("\n")}`;
      return `${name} ${inline(value)}`;
    })
    .join("\n");
}
