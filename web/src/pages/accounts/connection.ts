import type { Schemas } from "../../api/types";

export type Question = Schemas["ConnectionField"];
export type Answers = Readonly<Record<string, string | boolean>>;

/** Whatever was given, as the API wants it: what was left empty or as it is anyway is left out. */
export function configOf(questions: readonly Question[], answers: Answers): Record<string, unknown> {
  const config: Record<string, unknown> = {};
  for (const question of questions) {
    const answer = answers[question.key];
    if (question.secret || answer === undefined || answer === question.default) continue;
    if (typeof answer === "boolean") config[question.key] = answer;
    else if (answer.trim()) config[question.key] = valueOf(question, answer.trim());
  }
  return config;
}

function valueOf(question: Question, answer: string): unknown {
  if (question.type === "integer") return Number(answer);
  return question.type === "list" ? listOf(answer) : answer;
}

export function listOf(answer: string): string[] {
  return answer.split(/[,，\n]/).map((each) => each.trim()).filter(Boolean);
}

export function secretsOf(questions: readonly Question[], answers: Answers): Record<string, string> {
  const given = questions.filter(({ secret }) => secret).map(({ key }) => [key, answers[key]] as const);
  return Object.fromEntries(given.filter((pair): pair is readonly [string, string] => typeof pair[1] === "string" && pair[1] !== ""));
}

export type Wrong = "needed" | "notNumber" | "notUrl";

export function wrongIn(questions: readonly Question[], answers: Answers): Record<string, Wrong> {
  const found: Record<string, Wrong> = {};
  for (const { key, type, required, default: fallback } of questions) {
    const answer = answers[key] ?? fallback ?? "";
    if (typeof answer === "boolean") continue;
    const text = String(answer).trim();
    if (!text) {
      if (required) found[key] = "needed";
    } else if (type === "integer" && !/^-?\d+$/.test(text)) found[key] = "notNumber";
    else if (type === "url" && !/^https?:\/\/\S+$/i.test(text)) found[key] = "notUrl";
  }
  return found;
}

export interface Named {
  name: string;
  ownership: string;
  labels: string;
  site: string;
  city: string;
  jurisdiction: string;
}

/** Secrets come from elsewhere than the command line: they would stay in its history. */
export function addingWords(provider: string, named: Named, config: Readonly<Record<string, unknown>>, secrets: readonly string[]): string[] {
  const options = Object.entries(config).flatMap(([key, value]) => ["--config", `${key}=${Array.isArray(value) ? value.join(",") : String(value)}`]);
  const places = (["site", "city", "jurisdiction"] as const).flatMap((key) => (named[key].trim() ? [`--${key}`, named[key].trim()] : []));
  return [
    ...["mcm", "account", "add", named.name, "--provider", provider, "--ownership", named.ownership],
    ...listOf(named.labels).flatMap((label) => ["--label", label]),
    ...places,
    ...options,
    ...secrets.flatMap((key) => ["--secret", `${key}=-`]),
  ];
}
