import { createContext, type ReactNode, useCallback, useContext, useEffect, useMemo, useState } from "react";

import { rememberLanguage } from "../i18n/remembered";
import { type Chosen, chosenAtFirst, KEY } from "./chosen";

export type { Chosen, Density, Theme } from "./chosen";

export interface Preferences extends Chosen {
  dark: boolean;
  choose(change: Partial<Chosen>): void;
}

const DARK = "(prefers-color-scheme: dark)";
const Context = createContext<Preferences | null>(null);

export function usePreferences(): Preferences {
  const found = useContext(Context);
  if (!found) throw new Error("no preferences around this component");
  return found;
}

export function PreferencesProvider({ children }: { children: ReactNode }) {
  const [chosen, setChosen] = useState(chosenAtFirst);
  const [systemDark, setSystemDark] = useState(() => matchMedia(DARK).matches);
  const dark = isDark(chosen, systemDark);

  useEffect(() => {
    const query = matchMedia(DARK);
    const changed = () => setSystemDark(query.matches);
    query.addEventListener("change", changed);
    return () => query.removeEventListener("change", changed);
  }, []);

  useEffect(() => look(chosen, dark), [chosen, dark]);

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

/** Before anything is drawn: each of these makes the browser go through all that there is. */
export function lookAtFirst(): void {
  const chosen = chosenAtFirst();
  look(chosen, isDark(chosen, matchMedia(DARK).matches));
}

function isDark({ theme }: Chosen, systemDark: boolean): boolean {
  return theme === "dark" || (theme === "system" && systemDark);
}

function look({ density, language }: Chosen, dark: boolean): void {
  const { body, documentElement: page } = document;
  const scheme = dark ? "dark" : "light";
  body.classList.toggle("awsui-dark-mode", dark);
  body.classList.toggle("awsui-compact-mode", density === "compact");
  if (page.lang !== language) page.lang = language;
  if (page.style.colorScheme !== scheme) page.style.colorScheme = scheme;
}

function keep(chosen: Chosen): void {
  try {
    localStorage.setItem(KEY, JSON.stringify(chosen));
  } catch {
    // Storage is full or forbidden: what was chosen holds until the page is left.
  }
}
