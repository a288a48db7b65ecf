import type { ComponentType } from "react";

import type { Permission } from "../api/session";
import type { Message } from "../i18n/messages";

export const SECTIONS = ["estate", "work", "placement", "costs", "trust", "settings"] as const;
export type Section = (typeof SECTIONS)[number];

/** What a page's folder says of itself in its `index.ts`; `src/sitemap.ts` lists them. */
export interface Page {
  /** As the router writes it: `/accounts/:account`. */
  path: string;
  title: Message;
  /** Where it stands in the side navigation; a page below another has none. */
  section?: Section;
  /** The page above it in the breadcrumbs. */
  above?: string;
  /** What stands in its address is no name: the breadcrumbs say the title instead. */
  nameless?: boolean;
  /** Without it the page says so instead of asking for what it may not have. */
  permission: Permission;
  help?: { heading: Message; paragraphs: readonly Message[] };
  /** Loaded when somebody goes there. */
  load(): Promise<PageModule>;
  /** What it shows first, asked for before its code is there. What this needs is fetched before everything else: little. */
  ahead?(params: URLSearchParams): Question;
}

/** As `useQuery` takes it. */
export interface Question {
  queryKey: readonly unknown[];
  queryFn(context: { signal?: AbortSignal }): Promise<unknown>;
}

export interface PageModule {
  default: ComponentType;
}

/** What stands in the address of a page for the thing that it shows, where that is its name. */
export function namedIn(page: Page, params: Readonly<Record<string, string | undefined>>): string | undefined {
  return page.nameless ? undefined : Object.entries(params).find(([key]) => page.path.endsWith(`:${key}`))?.[1];
}

/** A tab on a resource: costs, policies … add theirs in `src/sitemap.ts` as well. */
export interface ResourceTab {
  id: string;
  title: Message;
  permission: Permission;
  load(): Promise<{ default: ComponentType<{ id: string }> }>;
}
