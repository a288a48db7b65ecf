import { useCallback } from "react";

import { usePreferences } from "../preferences/preferences";
import { type Catalogue, filled, type Message, textOf, type Values } from "./messages";
import { terms, type TermGroup } from "./terms";

export type Texts<Key extends string> = (key: Key, values?: Values) => string;

export function useTexts<Key extends string>(catalogue: Catalogue<Key>): Texts<Key> {
  const { language } = usePreferences();
  return useCallback((key, values) => filled(textOf(catalogue[key], language), language, values), [catalogue, language]);
}

export function useMessage(): (message: Message) => string {
  const { language } = usePreferences();
  return useCallback((message) => textOf(message, language), [language]);
}

/** Words of the API (states, kinds, outcomes …) in the reader's language; one that is not known is shown as it came. */
export function useTerm(): (group: TermGroup, word: string | null | undefined) => string {
  const { language } = usePreferences();
  return useCallback(
    (group, word) => {
      const known: Catalogue = terms[group];
      const message = word ? known[word] : undefined;
      return message ? textOf(message, language) : (word ?? "");
    },
    [language],
  );
}
