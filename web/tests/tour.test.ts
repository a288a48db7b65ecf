import { matchPath } from "react-router";
import { describe, expect, test } from "vitest";

import { type Found, STEPS } from "../src/app/tour/steps";
import { PAGES } from "../src/sitemap";

const NOTHING: Found = { failing: null, plan: null, changed: null };
const SOMETHING: Found = { failing: "北京/1?", plan: "pln_1", changed: "0a1b" };

describe("the tour", () => {
  test.each([NOTHING, SOMETHING])("leads to pages that those who take a step may see (%o)", (found) => {
    for (const step of STEPS) {
      const [path = ""] = step.path(found).split("?");
      const page = PAGES.find((each) => matchPath(each.path, path));
      expect(page, path).toBeDefined();
      // The overview is open to everybody; what a step points to on it may not be.
      expect([step.permission, "own.read"], path).toContain(page?.permission);
    }
  });

  test("points at what was found", () => {
    const paths = STEPS.map((step) => step.path(SOMETHING));
    expect(paths).toContain("/accounts/%E5%8C%97%E4%BA%AC%2F1%3F");
    expect(paths).toContain("/plans/pln_1");
    expect(paths).toContain("/resources/0a1b");
  });
});
