import "./styles.css";

import { StrictMode, useEffect, useState } from "react";
import Box from "@cloudscape-design/components/box";
import { I18nProvider } from "@cloudscape-design/components/i18n";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { createRoot } from "react-dom/client";
import { RouterProvider } from "react-router";

import { asProblem } from "./api/problem";
import { SESSION_KEY, SessionProvider } from "./api/session";
import { lookAhead } from "./app/ahead";
import { FlashesProvider } from "./app/flashes";
import { buildRouter } from "./app/router";
import { componentTexts, type ComponentTexts } from "./i18n/component-texts";
import { ProblemAlert } from "./parts/problem-alert";
import { Loading } from "./parts/states";
import { lookAtFirst, PreferencesProvider, usePreferences } from "./preferences/preferences";

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

interface Props {
  router: ReturnType<typeof buildRouter>;
  /** In the language that was chosen at first. */
  texts: ComponentTexts | null;
}

function Spoken({ router, texts }: Props) {
  const { language } = usePreferences();
  const [loaded, setLoaded] = useState(texts);
  const there = loaded?.language === language;
  useEffect(() => {
    if (there) return undefined;
    let wanted = true;
    void componentTexts(language).then((found) => {
      if (wanted) setLoaded(found);
    });
    return () => {
      wanted = false;
    };
  }, [language, there]);
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

/** Draws once, with all that is there by then, and not again with each part that arrives: drawing is what takes longest. */
async function show(root: HTMLElement): Promise<void> {
  const ahead = lookAhead();
  void queries.prefetchQuery({ queryKey: SESSION_KEY, queryFn: () => ahead.session, staleTime: Infinity, retry: false });
  const [module, texts, first] = await Promise.all([ahead.module, ahead.texts.catch(() => null), ahead.first, styled()]);
  if (first) {
    const answered = queries.prefetchQuery({ queryKey: first.question.queryKey, queryFn: () => first.answer, retry: false });
    await Promise.race([answered, new Promise((resolve) => setTimeout(resolve))]);
  }
  lookAtFirst();
  const router = buildRouter({ page: ahead.page, module });
  createRoot(root).render(
    <StrictMode>
      <QueryClientProvider client={queries}>
        <PreferencesProvider>
          <Spoken router={router} texts={texts} />
        </PreferencesProvider>
      </QueryClientProvider>
    </StrictMode>,
  );
}

/** Once the style sheets of the page have come, or failed to: what is measured before is measured wrongly. */
async function styled(): Promise<void> {
  const sheets = [...document.querySelectorAll<HTMLLinkElement>("link[rel=stylesheet]")].filter((each) => !each.sheet);
  await Promise.all(
    sheets.map((each) => new Promise((resolve) => ["load", "error"].forEach((end) => each.addEventListener(end, resolve)))),
  );
}

const root = document.getElementById("console");
if (root) void show(root);
