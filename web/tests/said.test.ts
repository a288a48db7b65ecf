import { describe, expect, test } from "vitest";

import { problemOf } from "../src/api/problem";
import { rememberedLanguage } from "../src/i18n/remembered";
import { saidOf, sentence } from "../src/i18n/said";
import { readChosen } from "../src/preferences/chosen";

const EXPLAINED = { meaning: "账号已暂停。", remedy: "执行 `mcm account resume NAME` 可恢复。" };
const FAULT = { code: "paused", message: "the account is paused", nextStep: "resume it" };

describe("what is said of a fault", () => {
  test("is the server's sentence in English, whatever else there is", () => {
    const said = { headline: "The account is paused.", remedy: "Resume it.", original: "" };
    expect(saidOf(FAULT, "en", EXPLAINED)).toEqual(said);
    expect(saidOf({ ...FAULT, messageZh: "已暂停" }, "en", null)).toEqual(said);
  });

  test("is the server's Chinese sentence where it has one", () => {
    expect(saidOf({ ...FAULT, messageZh: "“web-1”：已暂停", nextStepZh: "请恢复" }, "zh-CN", EXPLAINED)).toEqual({
      headline: "“web-1”：已暂停。",
      remedy: "请恢复。",
      original: "",
    });
  });

  test("is what the code means in Chinese otherwise, with the sentence as it came", () => {
    expect(saidOf(FAULT, "zh-CN", EXPLAINED)).toEqual({ headline: EXPLAINED.meaning, remedy: EXPLAINED.remedy, original: "The account is paused." });
  });

  test("is never nothing", () => {
    expect(saidOf(FAULT, "zh-CN", null).headline).toBe("The account is paused.");
    expect(saidOf({ code: "odd_code" }, "zh-CN", null).headline).toBe("odd_code");
  });

  test.each([
    ["it is full", "It is full."],
    ["mcm is read-only", "mcm is read-only."],
    ["已满。", "已满。"],
    ["", ""],
  ])("%j is the sentence %j", (said, whole) => expect(sentence(said)).toBe(whole));

  test("comes in both languages with a problem", async () => {
    const body = { code: "conflict", detail: "no", next_step: "", request_id: "rq", detail_zh: "不行", next_step_zh: "请重试" };
    const problem = await problemOf(new Response(JSON.stringify(body), { status: 409 }));
    expect(problem.body).toMatchObject({ detail_zh: "不行", next_step_zh: "请重试" });
  });
});

describe("the language that was chosen last", () => {
  test.each([
    ["", undefined],
    ["a=b; mcm_language=zh-CN; c=d", "zh-CN"],
    ["mcm_language=en", "en"],
    ["mcm_language=xx", undefined],
    ["xmcm_language=en", undefined],
  ])("of the cookies %j is %j", (cookies, language) => expect(rememberedLanguage(cookies)).toBe(language));

  test("is that of the cookie, then the stored one, then the browser's", () => {
    const stored = JSON.stringify({ language: "en" });
    expect(readChosen(stored, ["en"], "mcm_language=zh-CN").language).toBe("zh-CN");
    expect(readChosen(stored, ["zh-CN"]).language).toBe("en");
    expect(readChosen(null, ["zh-CN"]).language).toBe("zh-CN");
  });
});
