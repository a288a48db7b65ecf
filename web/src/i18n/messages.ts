/** What the console says, each sentence in both languages side by side: a catalogue cannot have it in one only. */
export type Language = "en" | "zh-CN";
export const LANGUAGES: readonly Language[] = ["en", "zh-CN"];

export interface Message {
  readonly en: string;
  readonly zh: string;
}
export type Catalogue<Key extends string = string> = Readonly<Record<Key, Message>>;
export type Values = Readonly<Record<string, string | number>>;

/** Keeps the keys' literal types, so that `t("…")` of a key that does not exist is no valid program. */
export function catalogue<Key extends string>(messages: Record<Key, Message>): Catalogue<Key> {
  return messages;
}

export function textOf(message: Message, language: Language): string {
  return language === "zh-CN" ? message.zh : message.en;
}

/** `{name}` is replaced by the value of that name; numbers are written as the language does. */
export function filled(template: string, language: Language, values: Values = {}): string {
  return template.replace(/\{(\w+)\}/g, (whole, name: string) => {
    const value = values[name];
    if (value === undefined) return whole;
    return typeof value === "number" ? new Intl.NumberFormat(language).format(value) : value;
  });
}

/** The first language of the browser's that the console speaks. */
export function preferredLanguage(wanted: readonly string[]): Language {
  const found = wanted.map((tag) => tag.toLowerCase()).find((tag) => tag.startsWith("zh") || tag.startsWith("en"));
  return found?.startsWith("zh") ? "zh-CN" : "en";
}
