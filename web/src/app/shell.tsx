import { lazy, Suspense, useCallback, useEffect, useMemo, useState } from "react";
import AppLayout from "@cloudscape-design/components/app-layout";
import BreadcrumbGroup from "@cloudscape-design/components/breadcrumb-group";
import Flashbar from "@cloudscape-design/components/flashbar";
import HelpPanel from "@cloudscape-design/components/help-panel";
import SideNavigation, { type SideNavigationProps } from "@cloudscape-design/components/side-navigation";
import SplitPanel from "@cloudscape-design/components/split-panel";
import { useIsFetching, useQueryClient } from "@tanstack/react-query";
import { matchPath, Outlet, useLocation, useParams } from "react-router";

import { useSession } from "../api/session";
import { useMessage, useTexts } from "../i18n/use-texts";
import { refreshing } from "../live/refresh";
import { listen, start, stop } from "../live/shared";
import { useFollow } from "../parts/links";
import { plain } from "../parts/plain";
import { ProblemAlert } from "../parts/problem-alert";
import { useStored } from "../parts/stored";
import { usePainted } from "../parts/use-painted";
import { Loading } from "../parts/states";
import { PAGES } from "../sitemap";
import { useFlashes } from "./flashes";
import { useKeys } from "./keys";
import { namedIn, type Page, SECTIONS } from "./page";
import { Palette } from "./palette";
import { PanelContext, type PanelState } from "./panel";
import { ReadOnly } from "./read-only";
import { SignInDialog } from "./sign-in-dialog";
import { texts } from "./texts";
import { TopBar } from "./top-bar";

const TOP = "console-top";
const Tour = lazy(() => import("./tour/tour"));

export function Shell() {
  const t = useTexts(texts);
  const { pathname } = useLocation();
  const flashes = useFlashes();
  const [palette, setPalette] = useState(false);
  const [navigationOpen, setNavigationOpen] = useState(() => innerWidth > 900);
  const [helpOpen, setHelpOpen] = useState(false);
  const [panel, setPanel] = useState<PanelState | null>(null);
  const [element, setElement] = useState<HTMLElement | null>(null);
  const host = useMemo(() => ({ element, set: setPanel }), [element]);
  const page = PAGES.find((each) => matchPath(each.path, pathname));
  const show = flashes.show;

  // By itself only where nothing is real, and once; a link to a page is not led away from.
  const { demonstration } = useSession();
  const [toured, setToured] = useStored("toured", (stored) => stored === true);
  const [touring, setTouring] = useState(demonstration && !toured && pathname === "/");

  useTitle(page);
  useKeys(useCallback(() => setPalette(true), []));
  const onProblem = useCallback(
    (error: unknown) => show({ id: "problem", type: "error", content: <ProblemAlert error={error} /> }),
    [show],
  );

  // The same elements: the layout draws itself anew several times while it finds its sizes, and with each thing that is read.
  const navigation = useMemo(() => <Navigation />, []);
  const breadcrumbs = useMemo(() => <Breadcrumbs page={page} />, [page]);
  const help = useMemo(() => <Help page={page} />, [page]);
  const topBar = useMemo(() => <TopBar onSearch={() => setPalette(true)} onTour={() => setTouring(true)} onProblem={onProblem} />, [onProblem]);
  const content = useMemo(
    () => (
      <>
        <ReadOnly />
        <Suspense fallback={<Loading />}>
          <Outlet />
        </Suspense>
      </>
    ),
    [],
  );

  return (
    <PanelContext.Provider value={host}>
      <Live />
      <Busy at={pathname} />
      <div id={TOP} className="console-top">
        {topBar}
      </div>
      <AppLayout
        headerSelector={`#${TOP}`}
        ariaLabels={{
          navigation: t("navigation"),
          navigationClose: t("closeNavigation"),
          navigationToggle: t("openNavigation"),
          notifications: t("notifications"),
          tools: t("help"),
          toolsClose: t("closeHelp"),
          toolsToggle: t("openHelp"),
        }}
        navigation={navigation}
        navigationOpen={navigationOpen}
        onNavigationChange={({ detail }) => setNavigationOpen(detail.open)}
        breadcrumbs={breadcrumbs}
        notifications={<Flashbar items={flashes.items} stackItems />}
        tools={help}
        toolsHide={!page?.help}
        toolsOpen={helpOpen}
        onToolsChange={({ detail }) => setHelpOpen(detail.open)}
        stickyNotifications
        maxContentWidth={Number.MAX_VALUE}
        splitPanelOpen={panel !== null}
        onSplitPanelToggle={({ detail }) => detail.open || panel?.onClose()}
        splitPanel={
          panel ? (
            <SplitPanel
              header={panel.header}
              closeBehavior="hide"
              i18nStrings={{
                preferencesTitle: t("splitPosition"),
                preferencesPositionLabel: t("splitPosition"),
                preferencesPositionDescription: t("splitPositionHint"),
                preferencesPositionSide: t("side"),
                preferencesPositionBottom: t("bottom"),
                preferencesConfirm: t("confirm"),
                preferencesCancel: t("cancel"),
                closeButtonAriaLabel: t("closeSplitPanel"),
                openButtonAriaLabel: t("openSplitPanel"),
                resizeHandleAriaLabel: t("resizeSplitPanel"),
              }}
            >
              <div ref={setElement} />
            </SplitPanel>
          ) : undefined
        }
        content={content}
      />
      {palette ? <Palette onClose={() => setPalette(false)} /> : null}
      {touring ? (
        <Suspense>
          <Tour
            onClose={() => {
              setTouring(false);
              setToured(true);
            }}
          />
        </Suspense>
      ) : null}
      <SignInDialog />
    </PanelContext.Provider>
  );
}

function Navigation() {
  const t = useTexts(texts);
  const say = useMessage();
  const follow = useFollow();
  const { pathname } = useLocation();
  const items: SideNavigationProps.Item[] = SECTIONS.flatMap((section) => {
    const inside = PAGES.filter((page) => page.section === section);
    const links = inside.map((page) => ({ type: "link" as const, text: say(page.title), href: page.path }));
    return links.length > 0 ? [{ type: "section-group" as const, title: t(section), items: links }] : [];
  });
  const active = PAGES.filter((page) => page.section && (pathname === page.path || pathname.startsWith(`${page.path}/`)));
  return (
    <SideNavigation
      activeHref={active[0]?.path ?? pathname}
      items={[
        ...items,
        { type: "divider" },
        { type: "link", text: t("documentation"), href: "/docs", external: true, externalIconAriaLabel: t("opensInNewTab") },
      ]}
      onFollow={follow}
    />
  );
}

function Breadcrumbs({ page }: { page: Page | undefined }) {
  const t = useTexts(texts);
  const say = useMessage();
  const follow = useFollow();
  const { pathname } = useLocation();
  const params = useParams();
  const chain: { text: string; href: string }[] = [];
  for (let each = page; each; each = PAGES.find((other) => other.path === each?.above)) {
    const named = namedIn(each, params);
    chain.unshift({ text: named ? plain(named) : say(each.title), href: each === page ? pathname : each.path });
  }
  return (
    <BreadcrumbGroup
      ariaLabel={t("breadcrumbs")}
      items={[{ text: "mcm", href: "/" }, ...chain.filter((crumb) => crumb.href !== "/")]}
      onFollow={follow}
    />
  );
}

function Help({ page }: { page: Page | undefined }) {
  const say = useMessage();
  if (!page?.help) return null;
  return (
    <HelpPanel header={<h2>{say(page.help.heading)}</h2>}>
      {page.help.paragraphs.map((each) => (
        <p key={each.en}>{say(each)}</p>
      ))}
    </HelpPanel>
  );
}

function Live() {
  const queries = useQueryClient();
  const may = useSession().may("operation.read");
  // What there is comes before what changes.
  const painted = usePainted(true);
  useEffect(() => {
    if (!may || !painted) return undefined;
    start();
    const end = refreshing(queries, listen);
    return () => {
      end();
      stop();
    };
  }, [queries, may, painted]);
  return null;
}

// What waits until something is painted asks a moment after that.
const ASKS_WITHIN_MS = 50;

/** For assistive technology, and for whoever waits for a page to be complete. */
function Busy({ at }: { at: string }) {
  const busy = useIsFetching() > 0;
  useEffect(() => {
    document.body.dataset["at"] = at;
    if (busy) {
      document.body.setAttribute("aria-busy", "true");
      return undefined;
    }
    let timer: ReturnType<typeof setTimeout> | undefined;
    const frame = requestAnimationFrame(() => {
      timer = setTimeout(() => document.body.setAttribute("aria-busy", "false"), ASKS_WITHIN_MS);
    });
    return () => {
      cancelAnimationFrame(frame);
      clearTimeout(timer);
    };
  }, [busy, at]);
  return null;
}

function useTitle(page: Page | undefined) {
  const say = useMessage();
  useEffect(() => {
    document.title = page ? `${say(page.title)} · mcm` : "mcm";
  }, [page, say]);
}
