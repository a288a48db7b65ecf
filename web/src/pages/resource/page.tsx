import Alert from "@cloudscape-design/components/alert";
import Button from "@cloudscape-design/components/button";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Tabs from "@cloudscape-design/components/tabs";
import { useNavigate, useParams } from "react-router";

import type { ResourceDetail } from "../../api/types";
import { useFormat } from "../../i18n/format";
import { useTerm, useTexts } from "../../i18n/use-texts";
import { ResourceMenu } from "../../parts/acting/resource-menu";
import { Name } from "../../parts/name";
import { plain } from "../../parts/plain";
import { Shown } from "../../parts/states";
import { Status } from "../../parts/status";
import { useAddress } from "../../parts/use-address";
import { usePreferences } from "../../preferences/preferences";
import { useResourceTabs } from "./tabs";
import { texts } from "./texts";
import { useResource } from "./use-resource";

export default function ResourcePage() {
  const { resource: id = "" } = useParams();
  return <Shown whole of={useResource(id)}>{(resource) => <Known resource={resource} />}</Shown>;
}

function Known({ resource }: { resource: ResourceDetail }) {
  const t = useTexts(texts);
  const term = useTerm();
  const navigate = useNavigate();
  const { set, value } = useAddress();
  const tabs = useResourceTabs(resource.id);
  const active = tabs.find((tab) => tab.id === value("tab"))?.id ?? tabs[0]?.id ?? "";
  const name = resource.name || resource.native_id || t("unnamed");
  return (
    <SpaceBetween size="l">
      <Header
        variant="h1"
        description={
          <SpaceBetween direction="horizontal" size="s">
            <span>{term("kind", resource.kind)}</span>
            {resource.state ? <Status group="state" word={resource.state} /> : null}
            {resource.task_state ? <span>{t("task", { task: plain(resource.task_state) })}</span> : null}
          </SpaceBetween>
        }
        actions={
          <SpaceBetween direction="horizontal" size="xs">
            <Button onClick={() => void navigate(`/inventory?search=${encodeURIComponent(resource.name ?? "")}&id=${resource.id}`)}>{t("inInventory")}</Button>
            <ResourceMenu resource={resource} primary />
          </SpaceBetween>
        }
      >
        <Name of={name} />
      </Header>
      <Doubts of={resource} />
      <Tabs tabs={tabs} activeTabId={active} ariaLabel={t("parts")} onChange={({ detail }) => set({ tab: detail.activeTabId }, true)} />
    </SpaceBetween>
  );
}

/** Why what is shown may not be so any more. */
function Doubts({ of }: { of: ResourceDetail }) {
  const t = useTexts(texts);
  const format = useFormat();
  const { language } = usePreferences();
  if (of.presence === "gone") return <Alert type="warning" header={t("gone")}>{t("goneAt", { at: format.instant(of.gone_at) })}</Alert>;
  if (of.presence === "missing") return <Alert type="warning" header={t("missing")}>{t("missingSince", { at: format.instant(of.missing_since) })}</Alert>;
  if (of.stale_reason) return <Alert type="warning" header={t("stale")}>{plain((language === "zh-CN" ? of.stale_reason_zh : null) ?? of.stale_reason)}</Alert>;
  return null;
}
