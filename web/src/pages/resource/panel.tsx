import { type ComponentType, lazy, type LazyExoticComponent, Suspense, useState } from "react";
import Tabs from "@cloudscape-design/components/tabs";

import { useSession } from "../../api/session";
import type { ResourceTab } from "../../app/page";
import { Panel } from "../../app/panel";
import { useMessage, useTexts } from "../../i18n/use-texts";
import { plain } from "../../parts/plain";
import { Loading } from "../../parts/states";
import { RESOURCE_TABS } from "../../sitemap";
import { texts } from "./texts";
import { useResource } from "./use-resource";

type Body = LazyExoticComponent<ComponentType<{ id: string }>>;
const bodies = new Map<string, Body>();

interface Props {
  id: string;
  onClose(): void;
}

/** A resource beside a list; the tabs are those of the site map. */
export function ResourcePanel({ id, onClose }: Props) {
  const t = useTexts(texts);
  const say = useMessage();
  const session = useSession();
  const [tab, setTab] = useState("details");
  const found = useResource(id);
  const tabs = RESOURCE_TABS.filter((each) => session.may(each.permission)).map((each) => {
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
  return (
    <Panel header={found.data ? plain(found.data.name || found.data.native_id || t("unnamed")) : id} onClose={onClose}>
      <Tabs tabs={tabs} activeTabId={tab} onChange={({ detail }) => setTab(detail.activeTabId)} />
    </Panel>
  );
}

/** A component must stay the same between drawings, or its state would be lost with each. */
function bodyOf(tab: ResourceTab): Body {
  const known = bodies.get(tab.id) ?? lazy(() => tab.load());
  bodies.set(tab.id, known);
  return known;
}
