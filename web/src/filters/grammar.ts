/** Reads the filter language (docs/filters.md) as far as the property filter can show it: groups of conditions. */
export type Joined = "and" | "or";
export interface Condition {
  readonly field: string;
  readonly operator: string;
  readonly value: string;
  readonly not: boolean;
}
export interface Group {
  readonly joined: Joined;
  readonly parts: readonly (Condition | Group)[];
}

type Token = { kind: "word" | "text" | "operator" | "(" | ")" | "-"; text: string };
const OPERATORS = ["!=", "<=", ">=", "=", "<", ">", ":"];
const MAX_DEPTH = 50;

export class NotReadable extends Error {}

export function isGroup(part: Condition | Group): part is Group {
  return "parts" in part;
}

/** Throws NotReadable for what is wrong, or right but beyond this reader; the server reads everything. */
export function parse(source: string): Group {
  const tokens = tokensOf(source);
  let at = 0;

  function group(depth: number): Group {
    if (depth > MAX_DEPTH) throw new NotReadable();
    const parts = [part(depth)];
    let joined: Joined | null = null;
    for (let next = word(); next === "and" || next === "or"; next = word()) {
      if (joined && joined !== next) throw new NotReadable();
      joined = next;
      at += 1;
      parts.push(part(depth));
    }
    return { joined: joined ?? "and", parts };
  }

  function part(depth: number): Condition | Group {
    let not = false;
    while (tokens[at]?.kind === "-" || word() === "not") {
      not = !not;
      at += 1;
    }
    if (tokens[at]?.kind === "(") {
      at += 1;
      const inner = group(depth + 1);
      if (tokens[at]?.kind !== ")" || not) throw new NotReadable();
      at += 1;
      return inner;
    }
    const [field, operator, value] = [tokens[at], tokens[at + 1], tokens[at + 2]];
    const whole = field?.kind === "word" && operator?.kind === "operator" && value;
    if (!whole || (value.kind !== "word" && value.kind !== "text")) throw new NotReadable();
    at += 3;
    return { field: field.text, operator: operator.text, value: value.text, not };
  }

  function word(): string {
    const token = tokens[at];
    return token?.kind === "word" ? token.text.toLowerCase() : "";
  }

  if (tokens.length === 0) return { joined: "and", parts: [] };
  const found = group(0);
  if (at < tokens.length) throw new NotReadable();
  return found;
}

function tokensOf(source: string): Token[] {
  const tokens: Token[] = [];
  let at = 0;
  while (at < source.length) {
    const sign = source[at] ?? "";
    const operator = OPERATORS.find((each) => source.startsWith(each, at));
    if (/\s/.test(sign)) at += 1;
    else if (sign === "(" || sign === ")") {
      tokens.push({ kind: sign, text: sign });
      at += 1;
    } else if (sign === "-" && tokens.at(-1)?.kind !== "operator") {
      tokens.push({ kind: "-", text: sign });
      at += 1;
    } else if (operator) {
      tokens.push({ kind: "operator", text: operator });
      at += operator.length;
    } else if (sign === '"' || sign === "'") {
      const [text, end] = quoted(source, at);
      tokens.push({ kind: "text", text });
      at = end;
    } else {
      const [text, end] = bare(source, at, tokens.at(-1)?.kind === "operator");
      tokens.push({ kind: "word", text });
      at = end;
    }
  }
  return tokens;
}

/** Escapes stay in the text: `\*` is a star, `*` is anything. */
function quoted(source: string, start: number): [string, number] {
  const quote = source[start];
  let text = "";
  for (let at = start + 1; at < source.length; at += 1) {
    const sign = source[at] ?? "";
    if (sign === quote) return [text, at + 1];
    if (sign === "\\" && at + 1 < source.length) {
      const next = source[at + 1] ?? "";
      text += next === "*" || next === "\\" ? `\\${next}` : next;
      at += 1;
    } else text += sign;
  }
  throw new NotReadable();
}

/** A field may hold quoted keys (`tags."cost center"`); a value ends where a space, quote or parenthesis begins. */
function bare(source: string, start: number, value: boolean): [string, number] {
  let at = start;
  while (at < source.length && !/[\s()]/.test(source[at] ?? "")) {
    const rest = source.slice(at);
    if (!value && OPERATORS.some((each) => rest.startsWith(each))) break;
    if (source[at] === '"' || source[at] === "'") {
      if (value) throw new NotReadable();
      at = quoted(source, at)[1];
    } else at += 1;
  }
  return [source.slice(start, at), at];
}
