import { describe, expect, test } from "vitest";

import { COLUMN_IDS, FIRST_COLUMNS, shownColumns } from "../src/pages/inventory/column-ids";
import { COLUMNS } from "../src/pages/inventory/columns";
import { exportAddress, exportCommand } from "../src/pages/inventory/export-dialog";
import { clamped, instantOf, minuteOf, spanOf } from "../src/pages/inventory/instants";
import { onlyNames, paramsOf, type State, stateOf } from "../src/pages/inventory/state";
import { commandOf, differs, queryOf, stateOfView } from "../src/pages/inventory/views";
import { shareOf } from "../src/pages/overview/capacity";
import { whatOf } from "../src/pages/overview/changes";
import { type OwnFields, ownFieldsOf, updateOf, wrongLabel } from "../src/pages/resource/own-fields";

const at = (address: string): State => stateOf(new URLSearchParams(address));
const ADDRESS = "filter=state+%3D+%22running%22&order_by=name+desc&columns=kind%2Cstate&view=viw_1";
const VIEW = { id: "viw_1", query: { filter: 'state = "running"', order_by: "name desc", columns: "kind,state" } };

describe("a view is what the address says", () => {
  test("saved from it", () => expect(queryOf(at(ADDRESS), ["kind", "state"])).toEqual(VIEW.query));

  test("and put into it", () => {
    const state = { ...at("search=web&id=r1&cursor=x&page=3&as_of=2026-01-31"), ...stateOfView(VIEW) };
    // The instant stays; a search that the view does not have goes.
    expect(paramsOf(state, true).toString()).toBe(`as_of=2026-01-31&id=r1&columns=kind%2Cstate&view=viw_1`.replace("as_of", "filter=state+%3D+%22running%22&order_by=name+desc&as_of"));
  });

  test("with columns named also where the browser's own are shown", () => expect(queryOf(at(""), FIRST_COLUMNS).columns).toBe(FIRST_COLUMNS.join(",")));

  test.each([
    [ADDRESS, ["kind", "state"], false],
    [`${ADDRESS}&search=web`, ["kind", "state"], true],
    [ADDRESS, ["state", "kind"], true],
    [ADDRESS.replace("name+desc", "name"), ["kind", "state"], true],
    [`${ADDRESS}&as_of=2026-01-31&id=r1`, ["kind", "state"], false],
  ])("%s %j differs: %s", (address, shown, expected) => expect(differs(VIEW, at(address), shown)).toBe(expected));

  test("one that names no columns fits any", () => expect(differs({ query: {} }, at(""), ["zone"])).toBe(false));

  test("a link may name it alone, and what has left it does not come back", () => {
    expect(onlyNames(at("view=viw_1"))).toBe(true);
    expect(onlyNames(at("view=viw_1&search=web"))).toBe(false);
    expect(paramsOf({ ...at(ADDRESS), filter: "", order: "", columns: [] }, true).toString()).toBe("");
  });

  test("the command says the same", () => {
    expect(commandOf("night shift", VIEW.query, "tenant", "alpha")).toEqual([
      "view", "save", "night shift", "--filter", 'state = "running"', "--order-by", "name desc", "--columns", "kind,state",
      "--share", "tenant", "--tenant", "alpha",
    ]);
    expect(commandOf("all", {}, "private", "alpha")).toEqual(["view", "save", "all"]);
  });
});

test.each([
  [null, FIRST_COLUMNS],
  [["nonsense", 3], FIRST_COLUMNS],
  [["zone", "tags.env", "nonsense"], ["zone", "tags.env"]],
])("columns of %j", (stored, shown) => expect(shownColumns(stored)).toEqual(shown));

describe("an export is what is shown", () => {
  const state = at("filter=vcpus+%3E+8&search=a%26b&order_by=name&as_of=2026-01-31T00%3A00%3A00Z&cursor=x&page=2");

  test("whole, in its order, with its columns", () => {
    const asked = new URL(exportAddress(state, "csv", ["kind"]), "http://mcm");
    expect(asked.pathname).toBe("/api/v1/resources/export");
    expect(Object.fromEntries(asked.searchParams)).toEqual({
      filter: "vcpus > 8", search: "a&b", as_of: "2026-01-31T00:00:00Z", order_by: "name", format: "csv", columns: "name,kind",
    });
    expect(exportAddress(at(""), "json", [])).toBe("/api/v1/resources/export?format=json");
  });

  test("by command too", () =>
    expect(exportCommand(state, "xlsx", ["kind"])).toEqual([
      "mcm", "resource", "export", "resources.xlsx", "--filter", "vcpus > 8", "--search", "a&b", "--as-of", "2026-01-31T00:00:00Z",
      "--order-by", "name", "--columns", "name,kind",
    ]));
});

describe("instants", () => {
  const now = Date.parse("2026-03-01T12:00:30Z");

  test("from what was seen first until now", () => {
    const span = spanOf("2026-02-01T00:00:00Z", "2026-02-10T00:00:00Z", now);
    expect([instantOf(span.from), instantOf(span.to)]).toEqual(["2026-02-01T00:00:00Z", "2026-03-01T12:00:00Z"]);
    expect(clamped(minuteOf(now) + 5, span)).toBe(span.to);
    expect(clamped(Number.NaN, span)).toBe(span.to);
  });

  test("an address may name one before that", () => expect(instantOf(spanOf("2026-02-01T00:00:00Z", "2026-01-01", now).from)).toBe("2026-01-01T00:00:00Z"));
  test.each([null, "2026-03-01T12:00:10Z"])("a slider has two ends: %s", (first) => {
    const span = spanOf(first, "nonsense", now);
    expect(span.from).toBeLessThan(span.to);
  });
});

describe("own fields", () => {
  const before: OwnFields = ownFieldsOf({ owner: "ops", data_class: null, managed: "observed", labels: { team: "a", tier: "1" } });

  test("only what was changed is sent", () => {
    expect(updateOf(before, before)).toBeNull();
    expect(updateOf(before, { ...before, owner: " ops " })).toBeNull();
    expect(updateOf(before, { ...before, owner: " ", dataClass: "internal" })).toEqual({ owner: null, data_class: "internal" });
    expect(updateOf(before, { ...before, labels: [{ key: "team", value: "b" }, { key: " site ", value: "x" }] })).toEqual({
      labels: { tier: null, team: "b", site: "x" },
    });
  });

  test.each([
    [[{ key: "a", value: "" }], null],
    [[{ key: " ", value: "x" }], { at: 0, why: "noKey" }],
    [[{ key: "a", value: "" }, { key: "a ", value: "" }], { at: 1, why: "twice" }],
  ])("%j", (labels, wrong) => expect(wrongLabel(labels)).toEqual(wrong));
});

describe("capacity", () => {
  const measure = (value: number | null, atLeast = false) => ({ value, known: 1, of: 1, at_least: atLeast });

  test("is a share of what there is", () => expect(shareOf(measure(512), measure(2048))).toEqual({ used: 512, of: 2048, percent: 25, atLeast: false }));
  test("is a lower bound where something is missing", () => expect(shareOf(measure(1, true), measure(2))?.atLeast).toBe(true));
  test("may be promised more than once", () => expect(shareOf(measure(300), measure(200))?.percent).toBe(100));
  test.each([
    [null, 5],
    [5, null],
    [0, 0],
  ])("of what is not known there is none: %s of %s", (used, of) => expect(shareOf(measure(used), measure(of))).toBeNull());
});

test.each([
  ["present", "2026-01-01T00:00:00Z", "2026-01-01T00:00:00Z", "isNew"],
  ["present", "2026-01-01T00:00:00Z", "2026-01-02T00:00:00Z", "isChanged"],
  ["missing", "2026-01-01T00:00:00Z", "2026-01-02T00:00:00Z", "isMissing"],
] as const)("%s since %s, changed %s: %s", (presence, first_seen, last_changed, what) => expect(whatOf({ presence, first_seen, last_changed })).toBe(what));

test("what is asked for before the page is there are the columns that the page has", () => expect(COLUMNS.map(({ id }) => id)).toEqual(COLUMN_IDS));
