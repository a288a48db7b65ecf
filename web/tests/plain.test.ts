import { expect, test } from "vitest";

import { plain } from "../src/parts/plain";

test.each([
  ["abc\u202egnp.exe", "abc⟨202E⟩gnp.exe"],
  ["\u001b[31mred", "⟨001B⟩[31mred"],
  ["two\nlines", "two⟨000A⟩lines"],
  ["a\u200bb\ufeff", "a⟨200B⟩b⟨FEFF⟩"],
  ["财务　系统😀", "财务　系统😀"],
  ["👩‍💻", "👩‍💻"],
  ["<img src=x onerror=alert(1)>", "<img src=x onerror=alert(1)>"],
])("%j is written %j", (given, written) => expect(plain(given)).toBe(written));
