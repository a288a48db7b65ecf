import { describe, expect, test } from "vitest";

import { againstCancel, againstRetry, endsOf, goesBack, type Move } from "../src/pages/moves/standing";
import { bodyOf, daysFit, movingWords, type Wanted } from "../src/parts/moving/wanted";

const WANTED: Wanted = { account: "there", region: "", flavor: "", network: "", stop: false, retire: false, days: "7", leaveVolumes: false };

describe("what is asked for", () => {
  test("leaves out what is left to mcm", () => {
    expect(bodyOf("i-1", WANTED)).toEqual({ resource: "i-1", account: "there", params: {}, stop: false, retire: false, days: 7, leave_volumes: false });
    expect(movingWords("i-1", WANTED)).toEqual(["move", "start", "i-1", "--to", "there"]);
  });

  test("is the same in the body and the command", () => {
    const all: Wanted = { account: "there", region: "r2", flavor: "f-1", network: "n-1", stop: true, retire: true, days: "30", leaveVolumes: true };
    expect(bodyOf("i-1", all)).toEqual({ resource: "i-1", account: "there", region: "r2", params: { flavor: "f-1", networks: ["n-1"] }, stop: true, retire: true, days: 30, leave_volumes: true });
    expect(movingWords("i-1", all).join(" ")).toBe("move start i-1 --to there --region r2 --flavor f-1 --network n-1 --stop --retire --days 30 --leave-volumes");
  });

  test.each([["0", false], ["1", true], ["365", true], ["366", false], ["", false], ["a", false]])("days %j fit: %s", (days, fit) => {
    expect(daysFit({ ...WANTED, retire: true, days })).toBe(fit);
    expect(daysFit({ ...WANTED, days })).toBe(true);
  });
});

function move(status: Move["status"], steps: Record<string, string> = {}, image: Record<string, unknown> = {}, cancelled = false): Move {
  return { status, cancel_requested: cancelled, image, steps: Object.entries(steps).map(([name, state]) => ({ name, status: state })) } as unknown as Move;
}

describe("what can be done with a move", () => {
  test("it is cancelled until the new instance is verified", () => {
    expect(againstCancel(move("running", { verify: "new" }))).toBe("");
    expect(againstCancel(move("queued"))).toBe("");
    expect(againstCancel(move("running", { verify: "done" }))).toBe("verified");
    expect(againstCancel(move("running", {}, {}, true))).toBe("asked");
    expect(againstCancel(move("undoing"))).toBe("goesBack");
    expect(againstCancel(move("succeeded"))).toBe("ended");
  });

  test("it is tried again once it has failed and left no instance", () => {
    expect(againstRetry(move("failed", { create: "undone" }))).toBe("");
    expect(againstRetry(move("cancelled"))).toBe("");
    expect(againstRetry(move("failed", { create: "left" }))).toBe("stillThere");
    expect(againstRetry(move("undoing"))).toBe("notEnded");
    expect(againstRetry(move("succeeded"))).toBe("succeeded");
  });
});

test("what goes back is told from what stays", () => {
  expect([move("undoing"), move("cancelled"), move("failed", { verify: "new" })].map(goesBack)).toEqual([true, true, true]);
  expect([move("running"), move("succeeded", { verify: "done" }), move("failed", { verify: "done", retire: "failed" })].map(goesBack)).toEqual([false, false, false]);
});

test("the ends of an image are those that are known", () => {
  expect(endsOf(move("queued"))).toEqual([]);
  const source = { source_format: "qcow2", source_bytes: 10, checksum: "sha256:a", format: "raw" };
  expect(endsOf(move("running", { download: "running" }, source))).toEqual([{ volume: "", where: "source", format: "qcow2", bytes: 10, checksum: "sha256:a", same: null }]);
  const whole = { ...source, uploaded: { bytes: 20, checksum: "sha256:b" }, verified: { bytes: 20, checksum: "sha256:b", format: "raw" } };
  expect(endsOf(move("succeeded", { download: "done" }, whole)).map(({ where, format, same }) => [where, format, same])).toEqual([
    ["source", "qcow2", true],
    ["sent", "raw", null],
    ["target", "raw", true],
  ]);
  const volumes = [{ number: "1", name: "data", ...source, uploaded: { bytes: 5, checksum: "sha256:c" } }];
  const two = endsOf(move("running", { download: "done", "download:1": "running" }, { ...source, volumes }));
  expect(two.map(({ volume, where, same }) => [volume, where, same])).toEqual([
    ["", "source", true],
    ["data", "source", null],
    ["data", "sent", null],
  ]);
});
