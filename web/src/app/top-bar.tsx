import { useSyncExternalStore } from "react";
import TopNavigation, { type TopNavigationProps } from "@cloudscape-design/components/top-navigation";
import { useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "react-router";

import { post } from "../api/client";
import { SESSION_KEY, useSession } from "../api/session";
import type { Language } from "../i18n/messages";
import { useTexts } from "../i18n/use-texts";
import { liveState, watchState } from "../live/shared";
import { type Density, type Theme, usePreferences } from "../preferences/preferences";
import { texts } from "./texts";

const ZONES = ["browser", "UTC", "Asia/Shanghai", "Europe/Berlin", "Europe/London", "America/New_York", "America/Los_Angeles"];

interface Props {
  onSearch(): void;
  onTour(): void;
  onProblem(error: unknown): void;
}

/** Ids of menu items are "what:value"; the part before the colon says which preference the rest is for. */
export function TopBar({ onSearch, onTour, onProblem }: Props) {
  const t = useTexts(texts);
  const session = useSession();
  const queries = useQueryClient();
  const navigate = useNavigate();
  const { language, theme, density, timeZone, choose } = usePreferences();
  const live = useSyncExternalStore(watchState, liveState);

  function item(id: string, text: string, checked: boolean) {
    return { id, text, itemType: "checkbox" as const, checked };
  }

  function chosen(id: string) {
    const [what = "", value = ""] = id.split(/:(.*)/s);
    if (what === "language") choose({ language: value as Language });
    else if (what === "theme") choose({ theme: value as Theme });
    else if (what === "density") choose({ density: value as Density });
    else if (what === "zone") choose({ timeZone: value });
  }

  async function leave() {
    try {
      await post("/api/v1/auth/logout");
      queries.removeQueries({ queryKey: SESSION_KEY });
      location.assign("/login");
    } catch (error) {
      onProblem(error);
    }
  }

  const display: TopNavigationProps.MenuDropdownUtility = {
    type: "menu-dropdown",
    iconName: "settings",
    ariaLabel: t("display"),
    title: t("display"),
    onItemClick: ({ detail }) => chosen(detail.id),
    items: [
      { id: "languages", text: t("language"), items: [item("language:en", t("english"), language === "en"), item("language:zh-CN", t("chinese"), language === "zh-CN")] },
      { id: "themes", text: t("theme"), items: (["system", "light", "dark"] as const).map((each) => item(`theme:${each}`, t(each), theme === each)) },
      { id: "densities", text: t("density"), items: (["comfortable", "compact"] as const).map((each) => item(`density:${each}`, t(each), density === each)) },
      {
        id: "zones",
        text: t("timeZone"),
        items: [...new Set([...ZONES, timeZone])].map((zone) => item(`zone:${zone}`, zone === "browser" ? t("browserZone") : zone, timeZone === zone)),
      },
    ],
  };
  const person: TopNavigationProps.MenuDropdownUtility = {
    type: "menu-dropdown",
    iconName: "user-profile",
    text: session.user,
    description: session.login_required ? t("account") : t("localMode"),
    onItemClick: ({ detail }) => {
      if (detail.id === "leave") void leave();
      else if (detail.id === "tour") onTour();
    },
    items: [
      { id: "tour", text: t("tour") },
      ...(session.login_required
        ? [
            { id: "password", text: t("changePassword"), href: "/password" },
            { id: "leave", text: t("signOut") },
          ]
        : [{ id: "docs", text: t("documentation"), href: "/docs" }]),
    ],
  };
  const liveText = { live: t("live"), connecting: t("connecting"), off: t("notLive") }[live];
  return (
    <TopNavigation
      identity={{
        href: "/",
        title: "mcm",
        onFollow: (event) => {
          event.preventDefault();
          void navigate("/");
        },
      }}
      utilities={[
        { type: "button", iconName: "search", text: t("search"), ariaLabel: t("search"), onClick: onSearch },
        {
          type: "button",
          iconName: live === "live" ? "status-positive" : live === "connecting" ? "status-in-progress" : "status-warning",
          text: liveText,
          ariaLabel: liveText,
          disableUtilityCollapse: false,
        },
        display,
        person,
      ]}
    />
  );
}
