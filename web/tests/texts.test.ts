import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

import ts from "typescript";
import { describe, expect, test } from "vitest";

const SOURCES = join(import.meta.dirname, "..", "src");
/** What people read or hear; a text of the code's own there would be in one language only. */
const SPOKEN = /^(aria-?(label|description)\w*|label|header|title|description|placeholder|text|content|hint|counter|alt|(\w+)(Text|Label|Title|Description|Placeholder))$/;
const LETTERS = /\p{L}{2,}/u;
// Names of things, the same in every language.
const NAMES = new Set(["mcm"]);

function files(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && /\.tsx?$/.test(entry.name) && !entry.name.includes(".gen."))
    .map((entry) => join(entry.parentPath, entry.name));
}

function parsed(path: string, text = readFileSync(path, "utf8")): ts.SourceFile {
  return ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true, path.endsWith("x") ? ts.ScriptKind.TSX : ts.ScriptKind.TS);
}

function every(node: ts.Node, visit: (node: ts.Node) => void): void {
  visit(node);
  node.forEachChild((child) => every(child, visit));
}

/** Texts that would be shown as they stand: between tags, in spoken attributes, and in spoken properties. */
function escaping(source: ts.SourceFile): string[] {
  const found: string[] = [];
  every(source, (node) => {
    if (ts.isJsxText(node) && LETTERS.test(node.text)) found.push(node.text.trim());
    const named = ts.isJsxAttribute(node) || ts.isPropertyAssignment(node) ? node.name.getText() : "";
    if (!SPOKEN.test(named)) return;
    const value = ts.isJsxAttribute(node) ? node.initializer : (node as ts.PropertyAssignment).initializer;
    const said = value && ts.isJsxExpression(value) ? value.expression : value;
    if (said && (ts.isStringLiteral(said) || ts.isNoSubstitutionTemplateLiteral(said)) && LETTERS.test(said.text) && !NAMES.has(said.text))
      found.push(`${named}: ${said.text}`);
    if (said && ts.isTemplateExpression(said)) {
      const parts = [said.head.text, ...said.templateSpans.map((span) => span.literal.text)];
      if (parts.some((part) => LETTERS.test(part))) found.push(`${named}: ${said.getText()}`);
    }
  });
  return found;
}

/** Every `{ en: …, zh: … }` of the sources. */
function pairs(): { where: string; en: string; zh: string }[] {
  const found: { where: string; en: string; zh: string }[] = [];
  for (const path of files(SOURCES)) {
    every(parsed(path), (node) => {
      if (!ts.isObjectLiteralExpression(node)) return;
      const texts = new Map<string, string>();
      for (const each of node.properties) {
        if (ts.isPropertyAssignment(each) && ts.isStringLiteral(each.initializer)) texts.set(each.name.getText(), each.initializer.text);
      }
      const [en, zh] = [texts.get("en"), texts.get("zh")];
      if (en !== undefined || zh !== undefined) found.push({ where: `${path}: ${en ?? zh}`, en: en ?? "", zh: zh ?? "" });
    });
  }
  return found;
}

const places = (text: string) => [...text.matchAll(/\{(\w+)\}/g)].map((match) => match[1]).toSorted();

describe("messages", () => {
  const all = pairs();

  test("are found", () => expect(all.length).toBeGreaterThan(200));

  test("stand in both languages with the same values in them", () => {
    const wrong = all.filter(({ en, zh }) => !en.trim() || !zh.trim() || places(en).join() !== places(zh).join());
    expect(wrong.map((each) => each.where)).toEqual([]);
  });

  test("are Chinese in Chinese", () => {
    const same = new Set(["vCPU", "ID", "简体中文", "English", "({n})"]);
    const wrong = all.filter(({ en, zh }) => !/\p{Script=Han}/u.test(zh) && !same.has(en) && !/^[a-z]+ = /.test(en));
    expect(wrong.map((each) => each.where)).toEqual([]);
  });

  test("are all said somewhere", () => {
    const unsaid: string[] = [];
    for (const path of files(SOURCES).filter((each) => /texts\.ts$|labels\.ts$/.test(each))) {
      const folder = path.includes("parts") ? SOURCES : join(path, "..");
      const said = files(folder).filter((each) => each !== path).map((each) => readFileSync(each, "utf8")).join("\n");
      every(parsed(path), (node) => {
        if (!ts.isPropertyAssignment(node) || !ts.isObjectLiteralExpression(node.initializer)) return;
        const key = node.name.getText().replaceAll('"', "");
        if (!new RegExp(`["'.]${key}\\b`).test(said) && key !== "en" && key !== "zh") unsaid.push(`${path}: ${key}`);
      });
    }
    expect(unsaid).toEqual([]);
  });
});

describe("texts in the code", () => {
  test("none escapes translation", () => {
    const found = files(SOURCES).flatMap((path) => escaping(parsed(path)).map((text) => `${path}: ${text}`));
    expect(found).toEqual([]);
  });

  test.each([
    ["<p>Hello there</p>", 1],
    ['<Button ariaLabel="Close it" />', 1],
    ["<Button ariaLabel={`Close ${name}`} />", 1],
    ['const column = { id: "name", header: "Name" };', 1],
    ['<Button ariaLabel={t("close")} variant="primary">–</Button>', 0],
  ])("the search finds what it should in %s", (text, count) => {
    expect(escaping(parsed("x.tsx", text))).toHaveLength(count);
  });
});
