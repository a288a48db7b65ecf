import type { I18nProviderProps } from "@cloudscape-design/components/i18n";

import type { Language } from "./messages";

export interface ComponentTexts {
  language: Language;
  messages: I18nProviderProps.Messages;
}

const LOADING: Record<Language, () => Promise<{ default: I18nProviderProps.Messages }>> = {
  en: () => import("@cloudscape-design/components/i18n/messages/all.en"),
  "zh-CN": () => import("@cloudscape-design/components/i18n/messages/all.zh-CN"),
};

/** The components' own words, one language at a time. */
export async function componentTexts(language: Language): Promise<ComponentTexts> {
  return { language, messages: (await LOADING[language]()).default };
}
