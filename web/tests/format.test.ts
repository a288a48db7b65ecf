import { expect, test } from "vitest";

import { formatOf } from "../src/i18n/format";
import { filled, preferredLanguage } from "../src/i18n/messages";
import { paramsOf, stateOf } from "../src/pages/inventory/state";
import { readChosen } from "../src/preferences/chosen";

const english = formatOf("en", "UTC");
const chinese = formatOf("zh-CN", "Asia/Shanghai");

test("what is not known is never a number", () => {
  expect([english.number(null), english.memory(undefined), english.instant(null)]).toEqual(["–", "–", "–"]);
});

test("lower bounds, units, ages and zones", () => {
  expect(english.atLeast(1200, true)).toBe("≥ 1,200");
  expect([english.memory(512), english.memory(8192)]).toEqual(["512 MiB", "8 GiB"]);
  const now = Date.parse("2026-01-01T00:10:00Z");
  expect(english.age("2026-01-01T00:00:00Z", now)).toBe("10 minutes ago");
  expect(english.age("2026-01-01T00:10:04Z", now)).toBe("0 seconds ago");
  expect(english.age("2026-01-01T00:10:00Z", now)).toBe("0 seconds ago");
  expect(english.age("2024-01-01T00:00:00Z", now)).toBe("2 years ago");
  expect(chinese.age("2026-01-01T00:00:00Z", now)).toBe("10分钟前");
  expect(english.instant("2026-01-01T00:00:00Z")).toContain("GMT");
  expect(chinese.instant("2026-01-01T00:00:00Z")).toContain("GMT+8");
  expect([english.duration(300), english.duration(86_400)]).toEqual(["5 min", "24 hr"]);
});

test("values are put where they belong and nowhere else", () => {
  expect(filled("{n} of {all} {none}", "en", { n: 1000, all: "{n}" })).toBe("1,000 of {n} {none}");
});

test("the browser's languages choose", () => {
  expect(["zh-TW", "de", "en-GB"].map((tag) => preferredLanguage([tag]))).toEqual(["zh-CN", "en", "en"]);
});

test.each([null, "", "null", "[]", "{", '{"language":"xx","theme":7,"timeZone":"Nowhere/At-All"}'])(
  "preferences survive %j",
  (stored) => {
    expect(readChosen(stored, ["en"])).toEqual({ language: "en", theme: "system", density: "comfortable", timeZone: "browser" });
  },
);

test("the address of the inventory holds its state", () => {
  const address = "filter=a+%3D+%221%22&search=x&order_by=name+desc&as_of=2026-01-01&id=r1&cursor=c&page=3&columns=kind%2Cstate";
  const state = stateOf(new URLSearchParams(address));
  expect(paramsOf(state, false).toString().split("&").toSorted()).toEqual(address.split("&").toSorted());
  // Another list begins at its first page.
  expect(stateOf(paramsOf({ ...state, search: "y" }, true))).toMatchObject({ page: 1, cursor: "", search: "y" });
});
