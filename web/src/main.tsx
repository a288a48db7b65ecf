import "./styles.css";

import { StrictMode, useEffect, useState } from "react";
import Box from "@cloudscape-design/components/box";
import { I18nProvider, type I18nProviderProps } from "@cloudscape-design/components/i18n";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { createRoot } from "react-dom/client";
import { RouterProvider } from "react-router";

import { asProblem } from "./api/problem";
import { SessionProvider } from "./api/session";
import { loadAhead } from "./app/ahead";
import { FlashesProvider } from "./app/flashes";
import { buildRouter } from "./app/router";
import type { Language } from "./i18n/messages";
import { ProblemAlert } from "./parts/problem-alert";
import { Loading } from "./parts/states";
import { chosenAtFirst, PreferencesProvider, usePreferences } from "./preferences/preferences";

const queries = new QueryClient({
  defaultOptions: {
    queries: {
      // Events say when something has changed; coming back to the tab asks again what is older than this.
      staleTime: 15_000,
      retry: (count, error) => count < 2 && asProblem(error).passing,
      refetchOnReconnect: true,
    },
  },
});
void loadAhead(queries);
const router = buildRouter();

/** The components' own words, one language at a time. */
const COMPONENT_TEXTS: Record<Language, () => Promise<{ default: I18nProviderProps.Messages }>> = {
  en: () => import("@cloudscape-design/components/i18n/messages/all.en"),
  "zh-CN": () => import("@cloudscape-design/components/i18n/messages/all.zh-CN"),
};

// Asked for before there is anything to say it in.
void COMPONENT_TEXTS[chosenAtFirst().language]().catch(() => undefined);

function Spoken() {
  const { language } = usePreferences();
  const [loaded, setLoaded] = useState<{ language: Language; messages: I18nProviderProps.Messages } | null>(null);
  useEffect(() => {
    let wanted = true;
    void COMPONENT_TEXTS[language]().then((found) => {
      if (wanted) setLoaded({ language, messages: found.default });
    });
    return () => {
      wanted = false;
    };
  }, [language]);
  if (!loaded) return null;
  return (
    <I18nProvider locale={loaded.language} messages={[loaded.messages]}>
      <SessionProvider
        waiting={<Loading />}
        failed={(problem, retry) => (
          <Box padding="xxl">
            <ProblemAlert error={problem} onRetry={retry} />
          </Box>
        )}
      >
        <FlashesProvider>
          <RouterProvider router={router} />
        </FlashesProvider>
      </SessionProvider>
    </I18nProvider>
  );
}

const root = document.getElementById("console");
if (root) {
  createRoot(root).render(
    <StrictMode>
      <QueryClientProvider client={queries}>
        <PreferencesProvider>
          <Spoken />
        </PreferencesProvider>
      </QueryClientProvider>
    </StrictMode>,
  );
}
