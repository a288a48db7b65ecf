import { type ComponentType, lazy, type ReactNode, Suspense } from "react";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { createBrowserRouter, useParams, useRouteError } from "react-router";

import { useMessage, useTexts } from "../i18n/use-texts";
import { Inside } from "../parts/links";
import { plain } from "../parts/plain";
import { ProblemAlert } from "../parts/problem-alert";
import { Gate, Heading, Loading } from "../parts/states";
import { texts } from "../parts/texts";
import { PAGES } from "../sitemap";
import { namedIn, type Page, type PageModule } from "./page";
import { Shell } from "./shell";

/** Every page a chunk of its own, fetched when somebody goes there. */
/** `ready`: the page that is shown first, whose code is there already; nothing has to wait for it once more. */
export function buildRouter(ready?: { page: Page | undefined; module: PageModule | null }) {
  return createBrowserRouter([
    {
      element: <Shell />,
      errorElement: <Failed />,
      children: [
        ...PAGES.map((page) => ({ path: page.path, element: element(page, page === ready?.page ? ready.module : null), errorElement: <Failed /> })),
        { path: "*", element: <Nowhere /> },
      ],
    },
  ]);
}

function element(page: Page, ready: PageModule | null) {
  const Body: ComponentType = ready?.default ?? lazy(() => page.load());
  return (
    <Gate permission={page.permission} title={page.title}>
      <Headed page={page}>
        <Suspense fallback={<Loading />}>
          <Body />
        </Suspense>
      </Headed>
    </Gate>
  );
}

function Headed({ page, children }: { page: Page; children: ReactNode }) {
  const say = useMessage();
  const named = namedIn(page, useParams());
  return <Heading value={named ? plain(named) : say(page.title)}>{children}</Heading>;
}

function Nowhere() {
  const t = useTexts(texts);
  return (
    <SpaceBetween size="m">
      <Header variant="h1" description={t("notFoundHint")}>
        {t("notFound")}
      </Header>
      <Inside href="/">{t("toOverview")}</Inside>
    </SpaceBetween>
  );
}

/** A defect of the console, or a chunk of a version that is no longer served: loading anew helps with the latter. */
function Failed() {
  return <ProblemAlert error={useRouteError()} onRetry={() => location.reload()} />;
}
