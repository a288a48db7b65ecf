import { type ComponentType, lazy, type LazyExoticComponent, Suspense } from "react";

import { useSession } from "../../api/session";
import type { ResourceTab } from "../../app/page";
import { useMessage } from "../../i18n/use-texts";
import { Loading } from "../../parts/states";
import { RESOURCE_TABS } from "../../sitemap";

type Body = LazyExoticComponent<ComponentType<{ id: string }>>;
const bodies = new Map<string, Body>();

/** The tabs of the site map that the reader may see. */
export function useResourceTabs(id: string) {
  const say = useMessage();
  const session = useSession();
  return RESOURCE_TABS.filter((each) => session.may(each.permission)).map((each) => {
    const Body = bodyOf(each);
    return {
      id: each.id,
      label: say(each.title),
      content: (
        <Suspense fallback={<Loading />}>
          <Body id={id} key={id} />
        </Suspense>
      ),
    };
  });
}

/** A component must stay the same between drawings, or its state would be lost with each. */
function bodyOf(tab: ResourceTab): Body {
  const known = bodies.get(tab.id) ?? lazy(() => tab.load());
  bodies.set(tab.id, known);
  return known;
}
