import { describe, expect, test } from "vitest";

import { NotReadable, parse } from "../src/filters/grammar";
import { asked, narrowed, type Query, queryOf, quote } from "../src/filters/tokens";

const token = (propertyKey: string, operator: string, value: string) => ({ propertyKey, operator, value });

describe("a query becomes a filter", () => {
  test.each<[string, Query, string, string]>([
    ["nothing", { tokens: [], operation: "and" }, "", ""],
    ["one", { tokens: [token("state", "=", "running")], operation: "and" }, 'state = "running"', ""],
    [
      "groups",
      {
        operation: "and",
        tokens: [],
        tokenGroups: [
          token("kind", "=", "instance"),
          { operation: "or", tokens: [token("state", "=", "running"), token("tags.env", "=", "prod")] },
        ],
      },
      'kind = "instance" AND (state = "running" OR tags.env = "prod")',
      "",
    ],
    ["free text", { tokens: [{ operator: ":", value: "web" }], operation: "and" }, "", "web"],
    [
      "free text beside another",
      { tokens: [{ operator: ":", value: "a" }, { operator: ":", value: "b" }], operation: "and" },
      'name:"b"',
      "a",
    ],
    [
      "free text that widens",
      { tokens: [{ operator: ":", value: "a" }, token("region", "=", "x")], operation: "or" },
      'name:"a" OR region = "x"',
      "",
    ],
    ["a beginning", { tokens: [token("name", "^", 'w"*')], operation: "and" }, 'name = "w\\"\\**"', ""],
    ["all but", { tokens: [token("name", "!=", "a")], operation: "and" }, '-name = "a"', ""],
    ["without", { tokens: [token("name", "!:", "a")], operation: "and" }, '-name:"a"', ""],
    ["stars typed stay stars", { tokens: [token("name", "=", "w-*")], operation: "and" }, 'name = "w-*"', ""],
  ])("%s", (_, query, filter, search) => {
    expect(asked(query)).toEqual({ filter, search });
  });
});

describe("a filter becomes a query and the same filter again", () => {
  test.each([
    'state = "running"',
    'kind = "instance" AND (state = "running" OR tags.env = "prod") AND vcpus >= "8"',
    'name = "web-*"',
    '-name:"x" AND -region = "y"',
    'tags."cost center" = "1 2"',
    'name:"a\\"b\\\\c\\*d"',
    'region = "a" OR region = "b"',
  ])("%s", (filter) => {
    const query = queryOf({ filter, search: "" });
    expect(query).not.toBeNull();
    expect(asked(query as Query)).toEqual({ filter, search: "" });
  });

  test("a search beside alternatives keeps both", () => {
    const given = { filter: 'region = "a" OR region = "b"', search: "web" };
    expect(asked(queryOf(given) as Query)).toEqual(given);
  });

  test.each(["zone:*", "vcpus != 4", "a = 1 AND b = 2 OR c = 3", "NOT (a = 1)", 'name = "x', "a =", "(a = 1", "a = 1)"])(
    "%s is shown as text",
    (filter) => expect(queryOf({ filter, search: "" })).toBeNull(),
  );
});

test("deep nesting ends", () => {
  expect(() => parse("(".repeat(5_000))).toThrow(NotReadable);
});

test("narrowing keeps what was meant", () => {
  expect(narrowed("", 'a = "1"')).toBe('a = "1"');
  expect(narrowed('b = "2"', 'a = "1"')).toBe('b = "2" AND a = "1"');
  expect(narrowed('b = "2" OR c = "3"', 'a = "1"')).toBe('(b = "2" OR c = "3") AND a = "1"');
});

test("a value is quoted so that nothing of it is read", () => {
  expect(quote('a"b\\c*')).toBe('"a\\"b\\\\c\\*"');
});
