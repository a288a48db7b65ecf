import { afterEach, describe, expect, test, vi } from "vitest";

import { addressOf, get, post, setCsrfToken } from "../src/api/client";
import { gate } from "../src/api/gate";
import { Problem } from "../src/api/problem";

function answers(...list: [number, unknown][]) {
  const sent: { address: string; headers: Record<string, string>; body: unknown }[] = [];
  vi.stubGlobal("fetch", (address: string, init: RequestInit) => {
    sent.push({ address, headers: init.headers as Record<string, string>, body: init.body });
    const [status, body] = list[Math.min(sent.length, list.length) - 1] ?? [500, {}];
    return Promise.resolve(new Response(typeof body === "string" ? body : JSON.stringify(body), { status }));
  });
  return sent;
}
const ENDED = { code: "not_authenticated", detail: "sign in first", next_step: "", request_id: "rq_1" };

afterEach(() => vi.unstubAllGlobals());

test("addresses escape what is put into them and leave out what is empty", () => {
  expect(addressOf("/a/{name}", { name: "x/../y?z" }, { q: "a&b", none: undefined, empty: "" })).toBe(
    "/a/x%2F..%2Fy%3Fz?q=a%26b",
  );
  expect(addressOf("/a", {}, { status: ["one", "two"] })).toBe("/a?status=one&status=two");
  expect(() => addressOf("/a/{name}", {})).toThrow("needs name");
});

describe("a change", () => {
  test("carries the session's token and one key, also when it is asked again after signing in", async () => {
    const sent = answers([401, ENDED], [202, { id: "1" }]);
    setCsrfToken("first");
    const asked = post("/api/v1/sync/requests", { body: { accounts: ["a"], kinds: [], full: false } });
    await vi.waitFor(() => expect(gate.wanted()).toBe("sign-in"));
    setCsrfToken("second");
    gate.finish(true);
    await expect(asked).resolves.toEqual({ id: "1" });
    expect(sent.map((each) => each.headers["X-CSRF-Token"])).toEqual(["first", "second"]);
    expect(sent[0]?.headers["Idempotency-Key"]).toMatch(/^[0-9a-f]{32}$/);
    expect(sent[1]?.headers["Idempotency-Key"]).toBe(sent[0]?.headers["Idempotency-Key"]);
    expect(sent[1]?.body).toBe(sent[0]?.body);
  });

  test("a refusal that arrives after somebody has signed in asks nobody again", async () => {
    const sent: string[] = [];
    const late = Promise.withResolvers<Response>();
    vi.stubGlobal("fetch", (address: string) => {
      sent.push(address);
      const refused = () => new Response(JSON.stringify(ENDED), { status: 401 });
      if (sent.length === 1) return late.promise;
      return Promise.resolve(sent.length === 2 ? refused() : new Response("{}"));
    });
    const slow = get("/api/v1/accounts");
    const quick = get("/api/v1/plans");
    await vi.waitFor(() => expect(gate.wanted()).toBe("sign-in"));
    gate.finish(true);
    await quick;
    late.resolve(new Response(JSON.stringify(ENDED), { status: 401 }));
    await expect(slow).resolves.toEqual({});
    expect(gate.wanted()).toBeNull();
    expect(sent).toEqual(["/api/v1/accounts", "/api/v1/plans", "/api/v1/plans", "/api/v1/accounts"]);
  });

  test("fails with what the server said when nobody signs in", async () => {
    answers([401, ENDED]);
    const asked = post("/api/v1/sync/requests", { body: { accounts: [], kinds: [], full: false } });
    await vi.waitFor(() => expect(gate.wanted()).toBe("sign-in"));
    gate.finish(false);
    await expect(asked).rejects.toMatchObject({ code: "not_authenticated", status: 401 });
  });

  test("a wrong password does not ask to sign in", async () => {
    answers([401, { ...ENDED, code: "wrong_password" }]);
    await expect(post("/api/v1/auth/login", { body: { name: "a", password: "b" } })).rejects.toBeInstanceOf(Problem);
    expect(gate.wanted()).toBeNull();
  });
});

describe("what is read", () => {
  test("carries no key", async () => {
    const sent = answers([200, { items: [] }]);
    await get("/api/v1/accounts", { query: { limit: 5 } });
    expect(sent[0]?.address).toBe("/api/v1/accounts?limit=5");
    expect(sent[0]?.headers["Idempotency-Key"]).toBeUndefined();
  });

  test("a proxy's page is a problem as well", async () => {
    answers([502, "<html>Bad gateway</html>"]);
    await expect(get("/api/v1/accounts")).rejects.toMatchObject({ code: "http_error", status: 502, passing: true });
  });

  test("nothing that answers is a problem as well", async () => {
    vi.stubGlobal("fetch", () => Promise.reject(new TypeError("refused")));
    await expect(get("/api/v1/accounts")).rejects.toMatchObject({ code: "unreachable", status: 0, passing: true });
  });
});
