import { describe, expect, test, vi } from "vitest";

import { leadsTo } from "../src/app/ahead";
import { drawnOnce } from "../src/parts/drawn-once";
import { PAGES } from "../src/sitemap";

describe("which page an address leads to, before the router is there", () => {
  test.each([
    ["/", "/", true],
    ["/inventory", "/inventory/", true],
    ["/inventory", "/inventory/res_1", false],
    ["/accounts/:account", "/accounts/a%2Fb", true],
    ["/accounts/:account", "/accounts", false],
    ["/", "/accounts", false],
  ])("%s %s: %s", (path, pathname, expected) => expect(leadsTo(path, pathname)).toBe(expected));

  test("one that is called new is not one whose name is", () =>
    expect(PAGES.find((each) => leadsTo(each.path, "/plans/new"))?.path).toBe("/plans/new"));
});

test("a cell is drawn once for each row, and anew for another", () => {
  const cell = vi.fn(({ name }: { name: string }) => name);
  const once = drawnOnce(cell);
  const row = { name: "a" };
  expect([once(row), once(row), once({ name: "a" })]).toEqual(["a", "a", "a"]);
  expect(cell).toHaveBeenCalledTimes(2);
});
