import { describe, expect, test } from "vitest";

import { formatOf } from "../src/i18n/format";
import { addingWords, configOf, listOf, type Question, secretsOf, wrongIn as wrongAnswers } from "../src/pages/accounts/connection";
import { addressOfForm, elsewhere, formOf, paramsOfForm } from "../src/pages/create/state";
import { factOf, isKnown } from "../src/pages/resource/facts";
import { graphOf, pathOf, type Related, stepFrom } from "../src/pages/resource/graph-layout";
import { fieldsOf, initialValues, paramsOf, valuesOf, wrongIn } from "../src/parts/acting/schema";
import { beltOf, impactOf, nameOf, type Preview, type Told } from "../src/parts/acting/targets";
import { actingWords, makingWords, planWords } from "../src/parts/acting/words";
import { quoted } from "../src/parts/shell-words";
import { wordToType } from "../src/parts/typed-name";

const NAME = { maxLength: 80, minLength: 1, pattern: "^[^\\s\\x00-\\x1f\\x7f]([^\\x00-\\x1f\\x7f]*[^\\s\\x00-\\x1f\\x7f])?$", type: "string" };
const SCHEMA = {
  required: ["name"],
  properties: {
    name: NAME,
    mode: { default: "soft", enum: ["soft", "hard"], type: "string" },
    vcpus: { anyOf: [{ type: "integer", minimum: 1, maximum: 1024 }, { type: "null" }], default: null },
    memory: { default: false, type: "boolean" },
    set: { type: "object" },
    remove: { type: "array", items: { type: "string" } },
    user_data: { anyOf: [{ format: "password", maxLength: 16384, type: "string", writeOnly: true }, { type: "null" }], default: null },
  },
};

describe("a form from the parameters of an action", () => {
  const fields = fieldsOf(SCHEMA);

  test("has a control for each kind of value", () => {
    expect(fields.map(({ name, type }) => `${name} ${type}`)).toEqual([
      "name text",
      "mode one-of",
      "vcpus number",
      "memory yes-no",
      "set pairs",
      "remove list",
      "user_data long",
    ]);
    expect(fields.filter(({ secret }) => secret).map(({ name }) => name)).toEqual(["user_data"]);
    expect(fields[2]).toMatchObject({ smallest: 1, largest: 1024, required: false });
  });

  test("of something that is no schema is empty", () => {
    for (const given of [null, "x", [], {}, { properties: 3 }]) expect(fieldsOf(given)).toEqual([]);
  });

  test("sends only what was given", () => {
    expect(paramsOf(fields, initialValues(fields))).toEqual({ mode: "soft" });
    const values = { name: " a ", vcpus: "4", memory: true, set: [{ key: "env", value: "dev" }, { key: " ", value: "x" }], remove: ["old"] };
    expect(paramsOf(fields, values)).toEqual({ name: "a", mode: "soft", vcpus: 4, memory: true, set: { env: "dev" }, remove: ["old"] });
  });

  test("shows what was given before as it was typed", () => {
    const params = { name: "a", mode: "hard", vcpus: 4, memory: true, set: { env: "dev" }, remove: ["old", "older"], user_data: "x" };
    expect(paramsOf(fields, valuesOf(fields, params))).toEqual(params);
    expect(valuesOf(fields, {})).toEqual(initialValues(fields));
    expect(valuesOf(fields, { vcpus: { is: "no number" }, set: [1], remove: "x" })).toMatchObject({ vcpus: '{"is":"no number"}', set: [], remove: [] });
  });

  test.each([
    [{ name: "" }, { name: "required" }],
    [{ name: "a\u0007b" }, { name: "malformed" }],
    [{ name: "x".repeat(81) }, { name: "tooLong" }],
    [{ name: "a", vcpus: "four" }, { vcpus: "notNumber" }],
    [{ name: "a", vcpus: "0" }, { vcpus: "tooSmall" }],
    [{ name: "a", vcpus: "2000" }, { vcpus: "tooLarge" }],
    [{ name: "名称" }, {}],
  ])("says what is wrong with %j", (values, wrong) => expect(wrongIn(fields, values)).toEqual(wrong));

  test("a pattern of another engine refuses nothing", () => {
    expect(wrongIn(fieldsOf({ properties: { x: { type: "string", pattern: "(?P<a>b)" } } }), { x: "anything" })).toEqual({});
  });
});

describe("the command that does the same", () => {
  test.each([
    [actingWords("instance.stop", ["a1"], { mode: "hard" }), "instance stop a1 --hard"],
    [actingWords("instance.stop", ["a1", "b2"], { mode: "soft" }), "instance stop a1 b2"],
    [actingWords("instance.rename", ["a1"], { name: "new name" }), "instance rename a1 new name"],
    [actingWords("instance.set_tags", ["a1"], { set: { env: "dev" }, remove: ["old"] }), "instance tag a1 --set env=dev --remove old"],
    [actingWords("instance.revert", ["a1"], { snapshot: "s" }), "instance revert a1 --to s"],
    [actingWords("instance.confirm_resize", ["a1"], {}), "instance confirm-resize a1"],
    [actingWords("public_ip.release", ["a1"], {}), "plan create --action public_ip.release a1"],
    [planWords("instance.stop", ["a1"], { mode: "hard" }), "plan create --action instance.stop --param mode=hard a1"],
    [
      makingWords("instance.create", "lab", "bj-1", { name: "web", image: "debian", networks: ["n1", "n2"], tags: { env: "dev" }, user_data: "#!secret" }),
      "instance create web --account lab --region bj-1 --image debian --network n1 --network n2 --tag env=dev --user-data FILE",
    ],
  ])("%#", (words, expected) => expect(words.join(" ")).toBe(expected));

  test("is safe to paste", () => {
    expect(["a b", "$(rm)", "it's", "plain-1", "", "k=v"].map(quoted)).toEqual(["'a b'", "'$(rm)'", `'it'\\''s'`, "plain-1", "''", "k=v"]);
  });

  test("names secrets and never holds them", () => {
    const named = { name: "lab", ownership: "private", labels: "pci, eu", site: "DC 1", city: "", jurisdiction: "" };
    expect(addingWords("openstack", named, { region_name: ["a", "b"] }, ["auth.password"]).join(" ")).toBe(
      "mcm account add lab --provider openstack --ownership private --label pci --label eu --site DC 1 --config region_name=a,b --secret auth.password=-",
    );
  });
});

test.each([
  ["web-1", "web-1"],
  ["exe\u202egnp", "0123abcd"],
  ["  ", "0123abcd"],
  [null, "0123abcd"],
  ["x".repeat(61), "0123abcd"],
  ["Cafe\u0301", "0123abcd"],
  ["数据库", "数据库"],
])("what has to be typed for %j", (name, word) => expect(wordToType(name, "0123abcdef")).toBe(word));

describe("many at once", () => {
  const limits = { approval_above: 20, destroy_per_day: 50, destroy_per_request: 5, plan_hours: 24 };
  test("the belt", () => expect([beltOf(limits, true), beltOf(limits, false)]).toEqual([5, 20]));

  test("what hangs on them is added up", () => {
    const impact = (kind: string, n: number) => ({ dependants: n, by_kind: { [kind]: n }, protected: { dependants: 1 }, listed: [], money_note: "m", money_note_zh: "" });
    const told = [impact("volume", 2), impact("volume", 1), impact("port", 1)].map((each) => ({ target: { id: "x" }, answer: { impact: each } }));
    expect(impactOf(told as unknown as Told<Preview>[])).toMatchObject({ known: true, dependants: 4, protectedOnes: 3, byKind: { volume: 3, port: 1 } });
    expect(impactOf([]).known).toBe(false);
  });

  test("what all of them cost is added to the last digit, and what is unknown is said", () => {
    const told = (...costs: (string | null)[]) =>
      costs.map((money) => ({ answer: { impact: { dependants: 0, by_kind: {}, protected: {}, listed: [], money, currency: "EUR", money_note: money ? "n" : "no rate card", money_note_zh: "没有费率卡" } } })) as unknown as Told<Preview>[];
    expect(impactOf(told("1.5")).money).toBe("n");
    expect(impactOf(told("0.1", "0.2")).money.replace(/\s/g, " ")).toBe("they cost EUR 0.30 a month while they run");
    expect(impactOf(told("0.1", null, null)).money.replace(/\s/g, " ")).toBe("they cost at least EUR 0.10 a month while they run; 2 of 3 without a price, such as: no rate card");
    expect(impactOf(told(null, null)).moneyZh).toBe("2 个中 2 个没有价格，例如：没有费率卡");
  });

  test("a name is never empty", () => expect([nameOf({ id: "1", name: "" }), nameOf({ id: "1", name: "", native_id: "n" })]).toEqual(["1", "n"]));
});

describe("facts", () => {
  const format = formatOf("en", "UTC");
  test.each([
    ["memory_mib", 32768, "memory", "32 GiB"],
    ["disk_gib", 40, "disk", "40 GiB"],
    ["vcpus", 4, "vcpus", "4"],
    ["private_ips", ["10.0.0.1", "10.0.0.2"], "private_ips", "10.0.0.1, 10.0.0.2"],
    ["extra", { a: 1 }, "extra", '{"a":1}'],
  ])("%s", (name, value, label, written) => expect(factOf(name, value, format)).toMatchObject({ name: label, value: written }));

  test("yes and no", () => expect(factOf("shared", false, format).truth).toBe(false));
  test("what is not known is no fact", () => expect([null, "", [], 0, false].map(isKnown)).toEqual([false, false, false, true, true]));
});

describe("the graph of relations", () => {
  const related = (direction: "incoming" | "outgoing", n: number) => Array.from({ length: n }, (_, id) => ({ direction, type: "uses", resource: { id: String(id) } }) as unknown as Related);
  const graph = graphOf([...related("incoming", 2), ...related("outgoing", 11)]);

  test("keeps each side apart and says how many it leaves out", () => {
    expect(graph.nodes.filter(({ side }) => side === "outgoing")).toHaveLength(8);
    expect(graph.left).toEqual({ incoming: 0, outgoing: 3 });
    for (const node of graph.nodes) expect(node.y).toBeGreaterThanOrEqual(0);
    expect(new Set(graph.nodes.map(({ x, y }) => `${x} ${y}`)).size).toBe(graph.nodes.length);
    expect(pathOf(graph, graph.nodes[0]!)).not.toContain("NaN");
  });

  test("is walked by arrow keys", () => {
    expect(stepFrom(graph, { side: "incoming", row: 0 }, "ArrowDown")).toEqual({ side: "incoming", row: 1 });
    expect(stepFrom(graph, { side: "incoming", row: 1 }, "ArrowDown")).toBeNull();
    expect(stepFrom(graph, { side: "outgoing", row: 7 }, "ArrowLeft")).toEqual({ side: "incoming", row: 1 });
    expect(stepFrom(graph, { side: "outgoing", row: 0 }, "ArrowUp")).toBeNull();
    expect(stepFrom(graph, { side: "outgoing", row: 0 }, "Tab")).toBeNull();
  });
});

describe("a connection", () => {
  const question = (key: string, more: Partial<Question> = {}): Question => ({ key, title: key, title_zh: key, type: "text", required: false, secret: false, help: "", default: null, ...more });
  const form = [question("url", { type: "url", required: true }), question("n", { type: "integer" }), question("regions", { type: "list" }), question("verify", { type: "boolean", default: true }), question("password", { secret: true })];

  test("secrets and settings go apart, and defaults are not sent", () => {
    const answers = { url: " https://x/ ", n: "3", regions: "a, b，c", verify: true, password: " keep spaces " };
    expect(configOf(form, answers)).toEqual({ url: "https://x/", n: 3, regions: ["a", "b", "c"] });
    expect(secretsOf(form, answers)).toEqual({ password: " keep spaces " });
    expect(configOf(form, { verify: false })).toEqual({ verify: false });
  });

  test("what is wrong is said before anything is sent", () => {
    expect(wrongAnswers(form, {})).toEqual({ url: "needed" });
    expect(wrongAnswers(form, { url: "javascript:alert(1)", n: "x" })).toEqual({ url: "notUrl", n: "notNumber" });
  });

  test("lists", () => expect(listOf(" a,, b\n c，")).toEqual(["a", "b", "c"]));
});

describe("the form of a new instance", () => {
  const address = "account=lab&region=bj-1&step=4&image=i&flavor=f&networks=n1&networks=n2&tag=env%3Ddev%3D1&name=web&vcpus=2";
  const form = formOf(new URLSearchParams(address));

  test("stands in the address, whole", () => {
    const again = addressOfForm(new URLSearchParams("step=4&operation=x"), form);
    expect(formOf(again)).toEqual(form);
    expect([again.get("step"), again.get("operation")]).toEqual(["4", "x"]);
    expect(form.tags).toEqual([{ key: "env", value: "dev=1" }]);
  });

  test("is sent without what the cloud has no use for", () => {
    expect(paramsOfForm(form, new Set(["vcpus", "user_data"]), "#!secret")).toEqual({ image: "i", flavor: "f", name: "web", networks: ["n1", "n2"], tags: { env: "dev=1" } });
    expect(paramsOfForm(form, new Set(), "#!x")).toMatchObject({ vcpus: 2, user_data: "#!x" });
  });

  test("elsewhere there is other to choose from", () => {
    const moved = elsewhere(form, { account: "other" });
    expect(moved).toMatchObject({ account: "other", region: "", single: { name: "web", vcpus: "2" }, several: { networks: [] } });
    expect(moved.single.image).toBeUndefined();
    expect(elsewhere(form, { region: "sh-1" })).toMatchObject({ account: "lab", region: "sh-1" });
  });
});
