import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";

import { follow } from "../src/live/connection";
import { EventParser, type LiveEvent } from "../src/live/parser";
import { keysChangedBy, PAUSE_MS, refreshing } from "../src/live/refresh";

const FRAME = 'retry: 2000\n\nid: 7\nevent: operation.changed\ndata: {"id":7}\n\n: still here\n\n';

describe("the parser", () => {
  test("reads a frame however it is cut", () => {
    for (let cut = 0; cut <= FRAME.length; cut += 1) {
      const parser = new EventParser();
      const events = [...parser.feed(FRAME.slice(0, cut)), ...parser.feed(FRAME.slice(cut))];
      expect(events).toEqual([{ id: "7", kind: "operation.changed", data: { id: 7 } }]);
    }
  });

  test("leaves out what is no JSON", () => {
    expect(new EventParser().feed("data: {\n\ndata: 1\n\n").map((event) => event.data)).toEqual([1]);
  });
});

describe("the connection", () => {
  beforeEach(() => vi.useFakeTimers());
  afterEach(() => vi.useRealTimers());

  test("goes on after the last event it saw, and ends when told", async () => {
    const asked: (string | undefined)[] = [];
    const addresses: unknown[] = [];
    const ask = vi.fn((address: unknown, init?: RequestInit) => {
      addresses.push(address);
      asked.push((init?.headers as Record<string, string>)["Last-Event-ID"]);
      return Promise.resolve(new Response(FRAME));
    }) as unknown as typeof fetch;
    const seen: LiveEvent[] = [];
    const stop = new AbortController();
    const done = follow({ event: (event) => seen.push(event), state: () => undefined }, stop.signal, ask);
    await vi.advanceTimersByTimeAsync(5_000);
    stop.abort();
    await vi.advanceTimersByTimeAsync(1_000);
    await done;
    expect(asked[0]).toBeUndefined();
    expect(asked[1]).toBe("7");
    // The first time also what came since the page was opened; then the last event says where.
    expect(String(addresses[0])).toMatch(/recent_s=\d+$/);
    expect(String(addresses[1])).not.toContain("recent_s");
    expect(seen.length).toBeGreaterThan(1);
  });

  test("a page that was open for long before it is connected has a gap", async () => {
    vi.spyOn(performance, "now").mockReturnValue(7_200_000);
    const ask = vi.fn(() => Promise.resolve(new Response(FRAME)));
    const seen: LiveEvent[] = [];
    const stop = new AbortController();
    const done = follow({ event: (event) => seen.push(event), state: () => undefined }, stop.signal, ask as typeof fetch);
    await vi.advanceTimersByTimeAsync(5_000);
    stop.abort();
    await vi.advanceTimersByTimeAsync(1_000);
    await done;
    vi.restoreAllMocks();
    expect(String(vi.mocked(ask).mock.calls.at(0)?.at(0))).toMatch(/recent_s=3600$/);
    expect(seen.filter((event) => event.kind === "stream.gap")).toHaveLength(1);
    expect(seen[0]?.kind).toBe("stream.gap");
  });

  test("asks ever more rarely when it is refused", async () => {
    const ask = vi.fn(() => Promise.resolve(new Response("", { status: 403 }))) as unknown as typeof fetch;
    const stop = new AbortController();
    const states: string[] = [];
    const done = follow({ event: () => undefined, state: (now) => states.push(now) }, stop.signal, ask);
    await vi.advanceTimersByTimeAsync(120_000);
    expect(vi.mocked(ask).mock.calls.length).toBeLessThan(10);
    expect(states).toContain("off");
    stop.abort();
    await vi.advanceTimersByTimeAsync(1_000);
    await done;
  });
});

describe("refreshing", () => {
  beforeEach(() => vi.useFakeTimers());
  afterEach(() => vi.useRealTimers());

  test("a hundred events are few questions", async () => {
    let tell: (event: LiveEvent) => void = () => undefined;
    const invalidateQueries = vi.fn(() => Promise.resolve());
    const end = refreshing({ invalidateQueries }, (listener) => {
      tell = listener;
      return () => undefined;
    });
    for (let number = 0; number < 100; number += 1) {
      tell({ id: String(number), kind: "operation.changed", data: {} });
      await vi.advanceTimersByTimeAsync(50);
    }
    await vi.advanceTimersByTimeAsync(PAUSE_MS);
    // What operations change, once at once and then once for each pause.
    expect(invalidateQueries.mock.calls.length).toBeLessThanOrEqual(keysChangedBy("operation.changed").length * (Math.ceil(5_000 / PAUSE_MS) + 2));
    expect(invalidateQueries.mock.calls.length).toBeGreaterThan(2);
    end();
  });

  test("after a gap everything is asked again", () => {
    expect(keysChangedBy("stream.gap")).toContain("accounts");
    expect(keysChangedBy("plan.changed")).toEqual(["plans"]);
    expect(keysChangedBy("optimization.changed")).toEqual(["optimizations"]);
    expect(keysChangedBy("move.changed")).toEqual(["moves"]);
    expect(keysChangedBy("price_fetch.changed")).toEqual(["prices"]);
    expect(keysChangedBy("unheard.of")).toEqual([]);
  });
});
