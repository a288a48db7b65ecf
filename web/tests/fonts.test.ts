import { readFileSync } from "node:fs";
import { join } from "node:path";

import { expect, test } from "vitest";

const ROOT = join(import.meta.dirname, "..");
const COMPONENTS = join(ROOT, "node_modules", "@cloudscape-design", "components");

test("the properties that our fonts are set by are those of the installed components", () => {
  const ours = [...readFileSync(join(ROOT, "src", "styles.css"), "utf8").matchAll(/(--font-family-\w+-\w+):/g)].map((match) => match[1] ?? "");
  const theirs = ["box", "header"].map((name) => readFileSync(join(COMPONENTS, name, "styles.scoped.css"), "utf8")).join("");
  expect(ours).toHaveLength(3);
  expect(theirs).toContain(`var(${ours[0]}`);
});
