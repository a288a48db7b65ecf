import { describe, expect, test } from "vitest";

import { keysChangedBy } from "../src/live/refresh";
import { exportOf, wantedOf, wordsOf } from "../src/pages/audit/state";
import { targetsOf, waitsFor } from "../src/pages/plans/standing";
import { cronOf, daysOffOf, simpleOf } from "../src/pages/schedules/times";
import { limitsOf, moneyOf, shareOf, wordsOf as moneyWords } from "../src/pages/tenants/limits";
import { fits } from "../src/parts/find-here";
import { changedAddress } from "../src/parts/use-address";

const may = (...held: string[]) => (permission: string) => held.includes(permission);

describe("what waits for somebody", () => {
  const plan = { status: "awaiting_approval", requested_by: "ann" } as const;

  test("is approved by somebody else only", () => {
    expect(waitsFor(plan, { user: "ben", may: may("plan.approve") })).toBe("approve");
    expect(waitsFor(plan, { user: "ann", may: may("plan.approve", "operation.run") })).toBeNull();
    expect(waitsFor(plan, { user: "ben", may: may("operation.run") })).toBeNull();
  });

  test("is applied by whoever asked for it", () => {
    expect(waitsFor({ ...plan, status: "approved" }, { user: "ann", may: may("operation.run") })).toBe("apply");
    expect(waitsFor({ ...plan, status: "approved" }, { user: "ben", may: may("operation.run") })).toBeNull();
    expect(waitsFor({ ...plan, status: "applied" }, { user: "ann", may: may("operation.run") })).toBeNull();
  });

  test("what was left alone is no target", () => expect(targetsOf({ counts: { left: 3, target: 2, succeeded: 5 } })).toBe(7));
});

describe("times of a schedule", () => {
  test.each([
    ["0 20 * * 1,2,3,4,5", { days: [1, 2, 3, 4, 5], time: "20:00" }],
    ["5 7 * * mon-fri", { days: [1, 2, 3, 4, 5], time: "07:05" }],
    ["0 0 * * *", { days: [1, 2, 3, 4, 5, 6, 0], time: "00:00" }],
    ["0 9 * * 7", { days: [0], time: "09:00" }],
    ["0 9 * * 5-7", { days: [0, 5, 6], time: "09:00" }],
    ["*/5 * * * *", null],
    ["0 9 1 * *", null],
    ["0 24 * * *", null],
    ["0 9 * * 5-1", null],
    ["0 9 * * 1-2-3", null],
    ["0 9 * * 1 2026", null],
    ["", null],
  ])("%s", (cron, simple) => expect(simpleOf(cron)).toEqual(simple));

  test("are written as they are read", () => {
    for (const cron of ["0 20 * * 1,2,3,4,5", "30 6 * * *", "59 23 * * 0,6"]) expect(cronOf(simpleOf(cron) ?? { days: [], time: "" })).toBe(cron);
  });

  test("nothing is written while something is lacking", () => {
    expect(cronOf({ days: [], time: "20:00" })).toBe("");
    expect(cronOf({ days: [1], time: "20" })).toBe("");
    expect(cronOf({ days: [1], time: "25:00" })).toBe("");
  });

  test("days off that are none are named", () => {
    expect(daysOffOf("2026-10-01\n2026-10-02/2026-10-07\n")).toEqual({ days: ["2026-10-01", "2026-10-02/2026-10-07"], wrong: "" });
    expect(daysOffOf("2026-02-30").wrong).toBe("2026-02-30");
    expect(daysOffOf("tomorrow").wrong).toBe("tomorrow");
    expect(daysOffOf("2026-10-01/2026-10-02/2026-10-03").wrong).not.toBe("");
  });
});

describe("the audit trail's address", () => {
  const wanted = wantedOf(new URLSearchParams("action=plan.*&target=&principal= ann &row=7&cursor=x"));

  test("asks for what is filled in", () => expect(wanted).toEqual({ action: "plan.*", principal: "ann" }));
  test("exports exactly that", () => expect(exportOf(wanted)).toBe("/api/v1/audit/export?format=json&principal=ann&action=plan.*"));
  test("is the same command", () => expect(wordsOf(wanted)).toEqual(["audit", "list", "--principal", "ann", "--action", "plan.*"]));
});

describe("limits", () => {
  const empty = { instances: "", vcpus: "", memory_mib: "", storage_gib: "" };
  test("an empty one is lifted", () => expect(limitsOf({ ...empty, vcpus: " 12 " })).toEqual({ instances: null, vcpus: 12, memory_mib: null, storage_gib: null }));
  test.each(["-1", "1.5", "many"])("%s is none", (typed) => expect(limitsOf({ ...empty, vcpus: typed })).toBeNull());
  test("of money keep every digit that was typed", () => expect(moneyOf(" 5000.500000000000000001 ", "eur")).toEqual({ amount: "5000.500000000000000001", currency: "EUR" }));
  test("of money are lifted when empty", () => expect([moneyOf(" ", ""), moneyWords(null)]).toEqual([null, ["--money-per-month", "none"]]));
  test.each([["-1", "EUR"], ["1e3", "EUR"], ["5,5", "EUR"], ["5", ""], ["5", "EURO"]])("%s %s is no money", (amount, currency) => expect(moneyOf(amount, currency)).toBeUndefined());
  test("of nothing are full", () => expect([shareOf(0, 0), shareOf(5, 10), shareOf(30, 10)]).toEqual([100, 50, 100]));
});

test("an empty value leaves the address", () => {
  expect(changedAddress(new URLSearchParams("a=1&b=2"), { a: "", c: "3" }).toString()).toBe("b=2&c=3");
});

test("what is found on a page", () => {
  expect(fits("OLG", "olga", null)).toBe(true);
  expect(fits("x", "olga", undefined)).toBe(false);
});

test("what operations change is asked again", () => {
  expect(keysChangedBy("operation.changed")).toEqual(expect.arrayContaining(["plans", "recycled", "schedules"]));
  expect(keysChangedBy("retirement.reminder")).toEqual(["retirements"]);
});
