import Box from "@cloudscape-design/components/box";
import Header from "@cloudscape-design/components/header";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import SpaceBetween from "@cloudscape-design/components/space-between";

import type { ResourceDetail } from "../../api/types";
import { useTerm, useTexts } from "../../i18n/use-texts";
import { Copyable } from "../../parts/copyable";
import { Age } from "../../parts/freshness";
import { Inside } from "../../parts/links";
import { Name } from "../../parts/name";
import { plain } from "../../parts/plain";
import { Shown } from "../../parts/states";
import { Status } from "../../parts/status";
import { texts } from "./texts";
import { useResource } from "./use-resource";

const DASH = "–";

export default function Details({ id }: { id: string }) {
  return <Shown of={useResource(id)}>{(resource) => <Known resource={resource} />}</Shown>;
}

function Known({ resource }: { resource: ResourceDetail }) {
  const t = useTexts(texts);
  const term = useTerm();
  const { account, region, zone } = resource;
  return (
    <SpaceBetween size="l">
      <KeyValuePairs
        columns={3}
        items={[
          { label: t("kind"), value: term("kind", resource.kind) },
          { label: t("state"), value: <Status group="state" word={resource.state} /> },
          { label: t("nativeState"), value: resource.native_state ? <Name of={resource.native_state} /> : DASH },
          { label: t("presence"), value: <Status group="presence" word={resource.presence} /> },
          { label: t("asOf"), value: <Age at={resource.as_of} /> },
          { label: t("lastChanged"), value: <Age at={resource.last_changed} /> },
          {
            label: t("place"),
            value: (
              <>
                {account ? <Inside href={`/accounts/${encodeURIComponent(account)}`}>{account}</Inside> : DASH}
                {[region, zone].filter(Boolean).map((each) => ` · ${each}`)}
              </>
            ),
          },
          { label: t("project"), value: <Name of={resource.project_name ?? resource.project ?? DASH} /> },
          { label: t("createdAt"), value: resource.created_at ? <Age at={resource.created_at} /> : DASH },
          { label: t("owner"), value: resource.owner ?? DASH },
          { label: t("id"), value: <Copyable value={resource.id} /> },
          { label: t("nativeId"), value: resource.native_id ? <Copyable value={resource.native_id} /> : DASH },
        ]}
      />
      <Pairs title={t("attributes")} of={resource.attributes} />
      <Pairs title={t("tags")} of={resource.tags} />
      <Pairs title={t("labels")} of={resource.labels} />
      <SpaceBetween size="xs">
        <Header variant="h3">{t("command")}</Header>
        <Copyable value={`mcm resource show ${resource.id}`} />
      </SpaceBetween>
    </SpaceBetween>
  );
}

function Pairs({ title, of }: { title: string; of: Record<string, unknown> | null | undefined }) {
  const t = useTexts(texts);
  const known = Object.entries(of ?? {}).filter(([, value]) => value !== null && value !== "");
  return (
    <SpaceBetween size="xs">
      <Header variant="h3" counter={known.length > 0 ? `(${known.length})` : undefined}>
        {title}
      </Header>
      {known.length === 0 ? (
        <Box color="text-status-inactive">{t("none")}</Box>
      ) : (
        <KeyValuePairs
          columns={3}
          items={known.map(([name, value]) => ({ label: plain(name), value: <Name of={written(value)} /> }))}
        />
      )}
    </SpaceBetween>
  );
}

function written(value: unknown): string {
  if (Array.isArray(value) && value.every((each) => typeof each !== "object")) return value.join(", ") || DASH;
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}
