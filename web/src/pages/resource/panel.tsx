import { useState } from "react";
import Alert from "@cloudscape-design/components/alert";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Tabs from "@cloudscape-design/components/tabs";

import { Panel } from "../../app/panel";
import { useTexts } from "../../i18n/use-texts";
import { ResourceMenu } from "../../parts/acting/resource-menu";
import { Inside } from "../../parts/links";
import { plain } from "../../parts/plain";
import { useResourceTabs } from "./tabs";
import { texts } from "./texts";
import { useResource } from "./use-resource";

interface Props {
  id: string;
  onClose(): void;
  /** Whether the list beside it shows a past instant. */
  past?: boolean;
}

/** A resource beside a list; the tabs are those of the site map. */
export function ResourcePanel({ id, onClose, past = false }: Props) {
  const t = useTexts(texts);
  const [tab, setTab] = useState("details");
  const found = useResource(id);
  const tabs = useResourceTabs(id);
  return (
    <Panel header={found.data ? plain(found.data.name || found.data.native_id || t("unnamed")) : id} onClose={onClose}>
      <SpaceBetween size="s">
        {past ? <Alert type="info">{t("nowOnly")}</Alert> : null}
        {found.data ? (
          <SpaceBetween direction="horizontal" size="m" alignItems="center">
            <ResourceMenu resource={found.data} past={past} key={id} />
            <Inside href={`/resources/${id}`}>{t("ownPage")}</Inside>
          </SpaceBetween>
        ) : null}
        <Tabs tabs={tabs} activeTabId={tab} onChange={({ detail }) => setTab(detail.activeTabId)} />
      </SpaceBetween>
    </Panel>
  );
}
