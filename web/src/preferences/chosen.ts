import { type Language, LANGUAGES, preferredLanguage } from "../i18n/messages";
import { rememberedLanguage } from "../i18n/remembered";

export type Theme = "system" | "light" | "dark";
export type Density = "comfortable" | "compact";

export interface Chosen {
  language: Language;
  theme: Theme;
  density: Density;
  /** "browser", or an IANA name. */
  timeZone: string;
}

export const KEY = "mcm.preferences";

/** What is stored may be of another version or somebody's typing: only known values count. */
export function readChosen(stored: string | null, languages: readonly string[], cookies = ""): Chosen {
  let found: Record<string, unknown> = {};
  try {
    const parsed: unknown = JSON.parse(stored ?? "{}");
    if (parsed !== null && typeof parsed === "object") found = parsed as Record<string, unknown>;
  } catch {
    found = {};
  }
  const language = rememberedLanguage(cookies) ?? LANGUAGES.find((each) => each === found["language"]) ?? preferredLanguage(languages);
  const theme = (["light", "dark"] as const).find((each) => each === found["theme"]) ?? "system";
  const density = found["density"] === "compact" ? "compact" : "comfortable";
  return { language, theme, density, timeZone: knownZone(found["timeZone"]) };
}

function knownZone(wanted: unknown): string {
  if (typeof wanted !== "string" || wanted === "browser") return "browser";
  try {
    return new Intl.DateTimeFormat("en", { timeZone: wanted }).resolvedOptions().timeZone ? wanted : "browser";
  } catch {
    return "browser";
  }
}

/** Before anything is drawn. */
export function chosenAtFirst(): Chosen {
  return readChosen(stored(), navigator.languages, document.cookie);
}

function stored(): string | null {
  try {
    return localStorage.getItem(KEY);
  } catch {
    return null;
  }
}
