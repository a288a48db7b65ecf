import { createContext, type ReactNode, useCallback, useContext, useEffect, useMemo, useState } from "react";

import { type Language, LANGUAGES, preferredLanguage } from "../i18n/messages";
import { rememberedLanguage, rememberLanguage } from "../i18n/remembered";

export type Theme = "system" | "light" | "dark";
export type Density = "comfortable" | "compact";

export interface Chosen {
  language: Language;
  theme: Theme;
  density: Density;
  /** "browser", or an IANA name. */
  timeZone: string;
}
export interface Preferences extends Chosen {
  dark: boolean;
  choose(change: Partial<Chosen>): void;
}

const KEY = "mcm.preferences";
const DARK = "(prefers-color-scheme: dark)";
const Context = createContext<Preferences | null>(null);

export function usePreferences(): Preferences {
  const found = useContext(Context);
  if (!found) throw new Error("no preferences around this component");
  return found;
}

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

export function PreferencesProvider({ children }: { children: ReactNode }) {
  const [chosen, setChosen] = useState(chosenAtFirst);
  const [systemDark, setSystemDark] = useState(() => matchMedia(DARK).matches);
  const dark = chosen.theme === "dark" || (chosen.theme === "system" && systemDark);

  useEffect(() => {
    const query = matchMedia(DARK);
    const changed = () => setSystemDark(query.matches);
    query.addEventListener("change", changed);
    return () => query.removeEventListener("change", changed);
  }, []);

  useEffect(() => {
    document.body.classList.toggle("awsui-dark-mode", dark);
    document.body.classList.toggle("awsui-compact-mode", chosen.density === "compact");
    document.documentElement.lang = chosen.language;
    document.documentElement.style.colorScheme = dark ? "dark" : "light";
  }, [dark, chosen.density, chosen.language]);

  const choose = useCallback((change: Partial<Chosen>) => {
    if (change.language) rememberLanguage(change.language);
    setChosen((before) => {
      const after = { ...before, ...change };
      keep(after);
      return after;
    });
  }, []);

  const value = useMemo(() => ({ ...chosen, dark, choose }), [chosen, dark, choose]);
  return <Context.Provider value={value}>{children}</Context.Provider>;
}

function stored(): string | null {
  try {
    return localStorage.getItem(KEY);
  } catch {
    return null;
  }
}

function keep(chosen: Chosen): void {
  try {
    localStorage.setItem(KEY, JSON.stringify(chosen));
  } catch {
    // Storage is full or forbidden: what was chosen holds until the page is left.
  }
}
