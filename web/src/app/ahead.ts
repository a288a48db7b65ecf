import type { QueryClient } from "@tanstack/react-query";
import { matchPath } from "react-router";

import { readSession, SESSION_KEY } from "../api/session";
import { PAGES } from "../sitemap";

/** What the page at this address needs, asked for while the rest of the console is still on its way.
 *
 * Whatever goes wrong is told by whoever asks for the same later. */
export async function loadAhead(queries: QueryClient): Promise<void> {
  const page = PAGES.find((each) => matchPath(each.path, location.pathname));
  try {
    const session = queries.fetchQuery({ queryKey: SESSION_KEY, queryFn: readSession, staleTime: Infinity });
    const [loaded, { permissions }] = await Promise.all([page?.load(), session]);
    // What somebody may not see is not asked for.
    if (page && permissions.includes(page.permission)) loaded?.ahead?.(queries, new URLSearchParams(location.search));
  } catch {
    // Told later.
  }
}
