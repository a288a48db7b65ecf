import { asProblem } from "../../../api/problem";
import type { Schemas } from "../../../api/types";
import type { Finding } from "../../../parts/deciding/editor";
import { yamlOf } from "./yaml";

export type Rule = Schemas["AllocationRuleItem"];
type Document = Schemas["RuleDocument"];

/** One rule as the document that the API takes. */
export function documentOf(rule: Document): string {
  const told = JSON.parse(JSON.stringify({ ...rule, description: rule.description || null })) as Parameters<typeof yamlOf>[0];
  const [first = "", ...rest] = yamlOf(told).split("\n");
  return ["rules:", `  - ${first}`, ...rest.map((line) => `    ${line}`), ""].join("\n");
}

/** position: behind all that there are. */
export function exampleOf(position: number): string {
  return `rules:
  - name: shared-services
    position: ${position}
    description: what belongs to no resource, in proportion to what each pays
    match: {shared: true}
    share: {method: proportional, by: cost, to: tenants}
`;
}

/** What the server found wrong with a document, with line and column; none where it refused for another reason. */
export function findingsOf(error: unknown): Finding[] {
  if (!error) return [];
  const found = asProblem(error).body.details?.["findings"];
  return Array.isArray(found) ? (found as Omit<Finding, "severity">[]).map((each) => ({ ...each, severity: "error" })) : [];
}

/** What is matched and how it is shared, in one line each, as it stands in the document. */
export function matchOf(rule: Document): string {
  return yamlOf({ of: JSON.parse(JSON.stringify(rule.match)) as never }).replace(/^of:\s*/, "").replace(/^\{(.*)\}$/s, "$1");
}

