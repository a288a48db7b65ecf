import { describe, expect, test } from "vitest";

import { moneyFormatOf } from "../src/i18n/money";
import { curveOf } from "../src/pages/costs/compare/curve";
import { againOf, askedOf as comparedOf } from "../src/pages/costs/compare/asking";
import { askedOf, behind, exportOf, upTo } from "../src/pages/costs/state";

describe("amounts", () => {
  const money = moneyFormatOf("en");

  test("keep digits that a float would lose", () => {
    expect(money.exact("93617.135322394774912044", "CNY")).toBe("CNY\u00a093,617.135322394774912044");
    expect(money.money("9007199254740993.25", "EUR")).toBe("EUR\u00a09,007,199,254,740,993.25");
  });

  test("have their currency's own places", () => {
    expect(money.money("1234.5", "JPY")).toBe("JPY\u00a01,235");
    expect(money.change("3", "CNY")).toBe("+CNY\u00a03.00");
  });

  test("that are not known are a dash and never 0", () => expect(money.money(null, "CNY")).toBe("–"));

  test("in something that is no currency are written without one", () => expect(money.money("1.5", "?")).toBe("1.5"));

  test("days and months are those of UTC", () => {
    expect(money.month("2026-01")).toBe("January 2026");
    expect(moneyFormatOf("zh-CN").month("2026-01")).toBe("2026年1月");
  });
});

describe("the address of a report", () => {
  const asked = askedOf(new URLSearchParams("month=2026-03&by=tenant,tag:team&service=Compute&service=Storage"));

  test("is what is asked", () => {
    expect(asked).toEqual({ month: "2026-03", by: ["tenant", "tag:team"], cost: "billed", currency: "", only: { service: ["Compute", "Storage"] } });
    expect(exportOf(asked, "csv", "en")).toContain("service=Compute&service=Storage");
  });

  test("of what is behind a line narrows to the line", () => {
    const there = behind(asked, [{ by: "tenant", id: "ten_a", name: "a" }, { by: "tag:team", id: null, name: "red" }]);
    expect(there).toContain("tenant=a");
    expect(there).toContain("tag=team%3Dred");
  });

  test("nothing can be narrowed to what has no name", () => expect(behind(asked, [{ by: "tag:team", id: null, name: null }])).toBeNull());

  test("the trend ends with the month that is shown", () => expect(upTo("2026-02", ["2026-03", "2026-01"], 6)).toEqual(["2026-01", "2026-02"]));
});

describe("a comparison", () => {
  test("is asked for when there is a subject", () => {
    expect(comparedOf(new URLSearchParams(""), "")).toBeNull();
    expect(comparedOf(new URLSearchParams("workload=shop&options=spot,reserved&locations=a b"), "")).toEqual({
      workload: "shop", hours: "730", options: ["reserved", "spot"], locations: ["a", "b"],
    });
  });

  test("of an estimate is asked again from its address", () => {
    expect(againOf({ workload: "shop", currency: "CNY", locations: [] })).toBe("/compare?workload=shop&currency=CNY");
    expect(againOf({ document: "…" })).toBeNull();
  });

  test("what is shared falls with the utilisation, the rest stays", () => {
    const curve = curveOf([{ utilisation: "0.5", amount: "110" }, { utilisation: "1", amount: "60" }]);
    expect(curve.find((each) => each.x === 0.25)?.y).toBeCloseTo(210);
    expect(curve.at(-1)).toEqual({ x: 1, y: 60 });
    expect(curveOf([{ utilisation: "0.5", amount: "110" }])).toEqual([]);
  });
});
