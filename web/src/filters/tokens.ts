import type { PropertyFilterProps } from "@cloudscape-design/components/property-filter";

import { type Condition, type Group, isGroup, type Joined, NotReadable, parse } from "./grammar";

export type Query = PropertyFilterProps.Query;
type Token = PropertyFilterProps.Token;
type TokenGroup = PropertyFilterProps.TokenGroup;

/** What the API takes: a filter in the shared language, and a text that is searched for everywhere. */
export interface Asked {
  filter: string;
  search: string;
}
export const NOTHING: Query = { tokens: [], operation: "and" };
const FREE_TEXT_FIELD = "name";

export function asked(query: Query): Asked {
  const parts = query.tokenGroups ?? query.tokens;
  // The search looks into more than a filter can name, but there is one only, and it narrows.
  const free = query.operation === "and" ? parts.findIndex((part) => !isTokens(part) && searches(part)) : -1;
  const found = parts[free];
  return {
    search: found && !isTokens(found) ? String(found.value) : "",
    filter: joined(parts.filter((_, index) => index !== free), query.operation),
  };
}

/** null: a filter that tokens cannot show; it is shown as text then. */
export function queryOf({ filter, search }: Asked): Query | null {
  let group: Group;
  try {
    group = parse(filter);
  } catch (error) {
    if (error instanceof NotReadable) return null;
    throw error;
  }
  const parts = group.parts.map((part) => (isGroup(part) ? groupOf(part) : tokenOf(part)));
  if (parts.some((part) => part === null)) return null;
  const known = parts.filter((part) => part !== null);
  if (search && group.joined === "or" && known.length > 1) {
    return { tokens: [], operation: "and", tokenGroups: [textToken(search), { operation: "or", tokens: known }] };
  }
  const all = search ? [textToken(search), ...known] : known;
  return { tokens: [], operation: search ? "and" : group.joined, tokenGroups: all };
}

export function condition(field: string, operator: string, value: string): string {
  return `${field} ${operator} ${quote(value)}`;
}

/** The filter, narrowed by one more condition. */
export function narrowed(filter: string, more: string): string {
  if (!filter.trim()) return more;
  const simple = !/\bor\b/i.test(filter);
  return simple ? `${filter} AND ${more}` : `(${filter}) AND ${more}`;
}

/** A value as it is: no star of it stands for anything. */
export function quote(value: string): string {
  return `"${value.replace(/[\\"*]/g, (sign) => `\\${sign}`)}"`;
}

/** A value in which stars may stand for any text, as somebody has typed it. */
function pattern(value: string): string {
  return `"${value.replace(/\\(?![*\\])|"/g, (sign) => `\\${sign}`)}"`;
}

function joined(parts: readonly (Token | TokenGroup)[], operation: Joined): string {
  const written = parts.map((part) => {
    if (!isTokens(part)) return compiled(part);
    const inner = joined(part.tokens, part.operation);
    return part.tokens.length > 1 && parts.length > 1 ? `(${inner})` : inner;
  });
  return written.filter(Boolean).join(operation === "and" ? " AND " : " OR ");
}

function compiled(token: Token): string {
  const field = token.propertyKey ?? FREE_TEXT_FIELD;
  const value = String(token.value ?? "");
  const starts = () => `${field} = "${quote(value).slice(1, -1)}*"`;
  switch (token.operator) {
    case ":":
      return `${field}:${quote(value)}`;
    case "!:":
      return `-${field}:${quote(value)}`;
    case "^":
      return starts();
    case "!^":
      return `-${starts()}`;
    // "Is not" on screen is everything else, also what is not known.
    case "!=":
      return `-${field} = ${pattern(value)}`;
    default:
      return `${field} ${token.operator} ${pattern(value)}`;
  }
}

function groupOf(group: Group): TokenGroup | null {
  const tokens = group.parts.map((part) => (isGroup(part) ? null : tokenOf(part)));
  return tokens.some((token) => token === null)
    ? null
    : { operation: group.joined, tokens: tokens.filter((token) => token !== null) };
}

function tokenOf({ field, operator, value, not }: Condition): Token | null {
  const start = /^((?:[^*\\]|\\.)+)\*$/.exec(value);
  if (operator === "=" && start?.[1]) return { propertyKey: field, operator: not ? "!^" : "^", value: plain(start[1]) };
  if (operator === ":" && value !== "*") return { propertyKey: field, operator: not ? "!:" : ":", value: plain(value) };
  if (operator === "=") return { propertyKey: field, operator: not ? "!=" : "=", value: value.replace(/\\\\/g, "\\") };
  return not || operator === ":" || operator === "!=" ? null : { propertyKey: field, operator, value: plain(value) };
}

function plain(value: string): string {
  return value.replace(/\\(.)/g, "$1");
}

function textToken(search: string): Token {
  return { operator: ":", value: search };
}

function searches(token: Token): boolean {
  return token.propertyKey === undefined && token.operator === ":";
}

function isTokens(part: Token | TokenGroup): part is TokenGroup {
  return "tokens" in part;
}
