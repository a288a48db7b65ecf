import { readSession } from "../api/who";
import type { Session } from "../api/types";
import { componentTexts, type ComponentTexts } from "../i18n/component-texts";
import { chosenAtFirst } from "../preferences/chosen";
import { PAGES } from "../sitemap";
import type { Page, PageModule, Question } from "./page";

/** What is asked for while most of the console is still on its way. Whatever goes wrong is told by whoever asks for the
 * same later. */
export interface Ahead {
  page: Page | undefined;
  module: Promise<PageModule | null>;
  texts: Promise<ComponentTexts>;
  session: Promise<Session>;
  /** What the page shows first, and that it has been asked; null where there is nothing or the session may not see it. */
  first: Promise<{ question: Question; answer: Promise<unknown> } | null>;
}

let begun: Ahead | null = null;

/** Asks at the first call only. */
export function lookAhead(): Ahead {
  begun ??= begin(PAGES.find((each) => leadsTo(each.path, location.pathname)));
  return begun;
}

/** As the router sees it, which is not here yet. */
export function leadsTo(path: string, pathname: string): boolean {
  const wanted = path.split("/").filter(Boolean);
  const given = pathname.split("/").filter(Boolean);
  return wanted.length === given.length && wanted.every((each, index) => each.startsWith(":") || each === given[index]);
}

function begin(page: Page | undefined): Ahead {
  const session = readSession();
  const texts = componentTexts(chosenAtFirst().language);
  const module = page ? page.load().catch(() => null) : Promise.resolve(null);
  const first = session.then(
    ({ permissions }) => {
      // What somebody may not see is not asked for.
      if (!page?.ahead || !permissions.includes(page.permission)) return null;
      const question = page.ahead(new URLSearchParams(location.search));
      const answer = question.queryFn({});
      answer.catch(() => undefined);
      return { question, answer };
    },
    () => null,
  );
  texts.catch(() => undefined);
  return { page, module, texts, session, first };
}
