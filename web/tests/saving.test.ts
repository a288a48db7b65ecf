import { describe, expect, test } from "vitest";

import { Problem } from "../src/api/problem";
import type { Schemas } from "../src/api/types";
import { added } from "../src/i18n/decimals";
import { sinceOf } from "../src/pages/costs/resource/since";
import { documentOf, exampleOf, findingsOf, matchOf } from "../src/pages/costs/rules/rule";
import { yamlOf } from "../src/pages/costs/rules/yaml";
import { quoteOf } from "../src/pages/create/pricing";
import { formOf } from "../src/pages/create/state";
import { savedOf } from "../src/pages/findings/sums";
import { bodyOf, lacksOf, type Rule, type Written, writtenOf } from "../src/pages/prices/discounts/rule";
import { regionsOf } from "../src/pages/prices/fetches/regions";
import { dayOf } from "../src/parts/day";
import { faultsOf } from "../src/parts/faults";

const problem = (details: Record<string, unknown>) => new Problem({ code: "x", status: 422, detail: "", next_step: "", request_id: "", details });

test.each([
  ["0.1", "0.2", "0.3"],
  ["-1.5", "1.5", "0"],
  ["99999999999999999999.000000000000000001", "0.999999999999999999", "100000000000000000000"],
  ["-0.05", "0.01", "-0.04"],
])("%s and %s are %s, to the last digit", (one, other, sum) => expect(added(one, other)).toBe(sum));

test("what is no number is not added up", () => expect(() => added("1e3", "1")).toThrow());

describe("savings", () => {
  const sum = (currency: string | null, count: number, priced: number, saving: string | null): Schemas["FindingSum"] => ({ kind: "old_snapshot", currency, count, priced, saving });

  test("are never added up over currencies, and what is unknown is counted apart", () => {
    expect(savedOf([sum("USD", 3, 2, "0.1"), sum("EUR", 1, 1, "5"), sum("USD", 1, 1, "0.2"), sum(null, 4, 0, null)])).toEqual({
      count: 9,
      unpriced: 5,
      saved: [{ currency: "EUR", saving: "5", priced: 1 }, { currency: "USD", saving: "0.3", priced: 3 }],
    });
  });

  test("of nothing are nothing, and no 0 of a currency", () => expect(savedOf([])).toEqual({ count: 0, unpriced: 0, saved: [] }));
});

test.each([
  ["2027/01/31", "2027-01-31"],
  ["2027-01-31", "2027-01-31"],
  ["2027-02-30", ""],
  ["2027/1", ""],
  ["", ""],
])("%s is the day %s", (typed, day) => expect(dayOf(typed)).toBe(day));

test("the first of fourteen days", () => expect(sinceOf(14, Date.parse("2026-03-02T01:00:00Z"))).toBe("2026-02-17"));

test("faults stand at their fields", () => {
  expect(faultsOf(problem({ faults: [{ where: "body.percent", what: "a" }, { where: "body.percent", what: "b" }, { where: "query.limit", what: "c" }] }))).toEqual({ percent: "a; b" });
  expect(faultsOf(null)).toEqual({});
  expect(faultsOf(new Error("x"))).toEqual({});
});

describe("a negotiated rate", () => {
  const written = (part: Partial<Written>): Written => ({ ...writtenOf(undefined, "2026-01-01"), name: "a", percent: "12.5", ...part });

  test.each<[Partial<Written>, string[]]>([
    [{}, []],
    [{ name: " " }, ["name"]],
    [{ percent: "0.00" }, ["percent"]],
    [{ percent: "101" }, ["percent"]],
    [{ kind: "markup", percent: "101" }, []],
    [{ kind: "fixed" }, ["unit_price", "currency", "sku", "item", "option"]],
    [{ kind: "fixed", unit_price: "0", currency: "EUR", sku: "s", item: "compute", option: "on_demand" }, []],
    [{ kind: "fixed", unit_price: "0", currency: "EUR", sku: "s", item: "compute", option: "reserved" }, ["term_months"]],
    [{ kind: "fixed", unit_price: "0", currency: "EUR", sku: "s", item: "compute", option: "reserved", term_months: " 36 " }, []],
    [{ option: "reserved" }, []],
    [{ term_months: "12" }, []],
    [{ option: "spot", term_months: "12" }, ["term_months"]],
    [{ term_months: "0" }, ["term_months"]],
    [{ term_months: "1.5" }, ["term_months"]],
    [{ term_months: "121" }, ["term_months"]],
    [{ valid_to: "2025-12-31" }, ["valid_to"]],
    [{ valid_from: "2026-13-01" }, ["valid_from"]],
  ])("%j lacks %j", (part, names) => expect(Object.keys(lacksOf(written(part))).toSorted()).toEqual(names.toSorted()));

  test("is sent without what does not belong to its kind", () => {
    expect(bodyOf(written({ unit_price: "3", currency: "EUR", provider: " acme " }))).toMatchObject({ percent: "12.5", unit_price: null, currency: null, unit: null, provider: "acme", region: null, valid_to: null });
    expect(bodyOf(written({ kind: "fixed", unit_price: "3", currency: "EUR" }))).toMatchObject({ percent: null, unit_price: "3", currency: "EUR", unit: "hour" });
    expect(bodyOf(written({}))).toMatchObject({ operating_system: null, term_months: null });
    expect(bodyOf(written({ operating_system: " linux ", term_months: " 36 " }))).toMatchObject({ operating_system: "linux", term_months: 36 });
  });

  test("keeps its conditions when it is changed", () => {
    const before = { kind: "discount", name: "a", percent: "1", operating_system: "linux", term_months: 12, valid_from: "2026-01-01" } as Rule;
    expect(bodyOf(writtenOf(before, ""), before)).toMatchObject({ operating_system: "linux", term_months: 12 });
  });

  test("keeps whom it meant while that is not changed", () => {
    const before = { kind: "discount", name: "a", percent: "1", tenant: "it", tenant_id: "ten_1", valid_from: "2026-01-01" } as Rule;
    const same = writtenOf(before, "");
    expect(bodyOf(same, before).tenant).toBe("ten_1");
    expect(bodyOf({ ...same, tenant: "hr" }, before).tenant).toBe("hr");
  });
});

describe("an allocation rule", () => {
  const rule = {
    name: "idle", position: 20, description: "what: nobody uses", match: { idle: true, tag: { team: ["red", "4711"] }, untagged: null },
    share: { method: "fixed", to: [{ tenant: "default/alpha", percent: "60" }, { tenant: "default/beta", cost_center: "4711", percent: "40" }], otherwise: "leave" },
    since: "2026-04", until: null,
  } as unknown as Schemas["RuleDocument"];

  test("is written as people write it", () => {
    expect(documentOf(rule)).toBe(`rules:
  - name: idle
    position: 20
    description: "what: nobody uses"
    match: {idle: true, tag: {team: [red, "4711"]}}
    share:
      method: fixed
      to:
        - {tenant: default/alpha, percent: 60}
        - {tenant: default/beta, cost_center: "4711", percent: 40}
      otherwise: leave
    since: "2026-04"
`);
  });

  test("what would be read as something else is quoted", () => {
    expect(yamlOf({ a: "no", b: "1", c: "", d: "*Support*", e: null, f: "x # y", g: 'q"' })).toBe('a: "no"\nb: "1"\nc: ""\nd: "*Support*"\nf: "x # y"\ng: "q\\""');
  });

  test("what it matches in one line", () => expect(matchOf(rule)).toBe('idle: true, tag: {team: [red, "4711"]}'));

  test("a new one has its place behind the others", () => expect(exampleOf(30)).toContain("position: 30"));

  test("what is wrong with it comes with its place", () => {
    const found = { line: 3, column: 5, path: "rules.0", message: "m", suggestion: null };
    expect(findingsOf(problem({ findings: [found] }))).toEqual([{ ...found, severity: "error" }]);
    expect(findingsOf(problem({}))).toEqual([]);
  });
});

describe("what a new machine is priced by", () => {
  const choice = (attributes: Record<string, unknown>) => ({ native_id: "f-1", name: "m1.small", attributes }) as unknown as Schemas["Choice"];
  const form = (address: string) => formOf(new URLSearchParams(address));
  const of = (address: string, more: { flavor?: Schemas["Choice"]; image?: Schemas["Choice"]; ignored?: string[] } = {}) =>
    quoteOf({ form: form(address), region: "r-1", flavor: more.flavor, image: more.image, ignored: new Set(more.ignored) });
  const small = choice({ vcpus: 2, memory_mib: 4096 });

  test("is its flavor and the disk that is asked for", () => {
    expect(of("account=a&flavor=f-1&disk_gib=50", { flavor: small })).toEqual({ account: "a", region: "r-1", vcpus: "2", memory_mib: "4096", sku: "m1.small", disk_gib: "50" });
  });

  test("is numbers where sizes are free", () => expect(of("account=a&vcpus=4&memory_mib=8192")).toEqual({ account: "a", region: "r-1", vcpus: "4", memory_mib: "8192" }));

  test.each(["", "account=a", "account=a&vcpus=2", "account=a&flavor=f-9"])("is nothing yet of %s", (address) => expect(of(address)).toBeNull());

  test("a disk comes with the size, or is as large as the image needs", () => {
    const image = choice({ os_family: "Windows", min_disk_gib: 30 });
    const local = choice({ vcpus: 2, memory_mib: 4096, local_disk_gib: 20 });
    expect(of("account=a&flavor=f-1", { flavor: local, image })).toMatchObject({ local_disk: true, operating_system: "windows" });
    expect(of("account=a&flavor=f-1", { flavor: small, image })).toMatchObject({ disk_gib: "30" });
    expect(of("account=a&flavor=f-1&disk_gib=99", { flavor: small, ignored: ["disk_gib"] })).not.toHaveProperty("disk_gib");
  });
});

test("regions with commas or spaces between", () => expect(regionsOf(" eu-1, us-2 eu-1,")).toEqual(["eu-1", "us-2"]));
