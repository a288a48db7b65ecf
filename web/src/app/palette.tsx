import { type KeyboardEvent, useDeferredValue, useMemo, useRef, useState } from "react";
import Box from "@cloudscape-design/components/box";
import Input, { type InputProps } from "@cloudscape-design/components/input";
import List from "@cloudscape-design/components/list";
import Modal from "@cloudscape-design/components/modal";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "react-router";

import { get } from "../api/client";
import { useSession } from "../api/session";
import { useMessage, useTerm, useTexts } from "../i18n/use-texts";
import { Inside } from "../parts/links";
import { Name } from "../parts/name";
import { useFirstFocus } from "../parts/use-first-focus";
import { PAGES } from "../sitemap";
import { texts } from "./texts";

const SHORTEST_SEARCH = 2;
const MOST = 8;

interface Goal {
  id: string;
  label: string;
  of: string;
  href: string;
}

/** Ctrl K: every page, account and resource by its name. */
export function Palette({ onClose }: { onClose(): void }) {
  const t = useTexts(texts);
  const say = useMessage();
  const term = useTerm();
  const session = useSession();
  const navigate = useNavigate();
  const [typed, setTyped] = useState("");
  const input = useRef<InputProps.Ref>(null);
  useFirstFocus(input);
  const wanted = useDeferredValue(typed.trim());
  const searching = wanted.length >= SHORTEST_SEARCH;

  const resources = useQuery({
    queryKey: ["resources", "palette", wanted],
    enabled: searching && session.may("resource.read"),
    queryFn: ({ signal }) =>
      get("/api/v1/resources", { query: { search: wanted, limit: MOST, columns: "id,name,kind,account" }, signal }),
  });
  const accounts = useQuery({
    queryKey: ["accounts", "all"],
    enabled: session.may("account.read"),
    queryFn: ({ signal }) => get("/api/v1/accounts", { query: { limit: 1000 }, signal }),
  });

  const goals = useMemo<Goal[]>(() => {
    const small = wanted.toLowerCase();
    const matching = (text: string) => text.toLowerCase().includes(small);
    const pages = PAGES.filter((page) => !page.path.includes(":") && session.may(page.permission))
      .map((page) => ({ id: page.path, label: say(page.title), of: t("palettePages"), href: page.path }))
      .filter((goal) => matching(goal.label));
    const known = (searching ? (accounts.data?.items ?? []) : [])
      .filter((each) => matching(each.name))
      .slice(0, MOST)
      .map((each) => ({ id: each.id, label: each.name, of: each.provider, href: `/accounts/${encodeURIComponent(each.name)}` }));
    const found = (searching ? (resources.data?.items ?? []) : []).map((each) => ({
      id: each.id,
      label: each.name || each.id,
      of: `${term("kind", each.kind)} · ${each.account ?? ""}`,
      href: `/inventory?search=${encodeURIComponent(wanted)}&id=${each.id}`,
    }));
    return [...pages, ...known, ...found];
  }, [wanted, searching, accounts.data, resources.data, session, say, term, t]);

  function pressed(key: string) {
    const first = goals[0];
    if (key !== "Enter" || !first) return;
    onClose();
    void navigate(first.href);
  }

  function close(event: KeyboardEvent) {
    // A link was followed by the keyboard; the dialog has done its work.
    if (event.key === "Enter" && (event.target as HTMLElement).tagName === "A") onClose();
  }

  return (
    <Modal visible onDismiss={onClose} closeAriaLabel={t("close")} header={t("palette")}>
      <div onClick={(event) => (event.target as HTMLElement).closest("a") && onClose()} onKeyUp={close}>
        <SpaceBetween size="m">
          <Input
            type="search"
            value={typed}
            ref={input}
            ariaLabel={t("palette")}
            placeholder={t("palettePlaceholder")}
            onChange={({ detail }) => setTyped(detail.value)}
            onKeyDown={({ detail }) => pressed(detail.key)}
          />
          <div className="console-results" role="region" aria-label={t("palette")} tabIndex={-1}>
            {goals.length === 0 && !resources.isFetching ? (
              <Box color="text-status-inactive">{t("paletteNothing")}</Box>
            ) : (
              <List
                ariaLabel={t("palette")}
                items={goals}
                renderItem={(goal) => ({
                  id: goal.id,
                  content: <Inside href={goal.href}><Name of={goal.label} /></Inside>,
                  secondaryContent: <Box color="text-body-secondary">{goal.of}</Box>,
                })}
              />
            )}
          </div>
          <Box color="text-body-secondary" fontSize="body-s">
            {t("keysHelp")}
          </Box>
        </SpaceBetween>
      </div>
    </Modal>
  );
}
