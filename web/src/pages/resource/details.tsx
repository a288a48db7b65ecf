import type { ReactNode } from "react";
import Box from "@cloudscape-design/components/box";
import Header from "@cloudscape-design/components/header";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Table from "@cloudscape-design/components/table";

import type { ResourceDetail } from "../../api/types";
import { useFormat } from "../../i18n/format";
import { useTerm, useTexts } from "../../i18n/use-texts";
import { CommandLine } from "../../parts/command-line";
import { Copyable } from "../../parts/copyable";
import { Age } from "../../parts/freshness";
import { Inside } from "../../parts/links";
import { Name } from "../../parts/name";
import { plain } from "../../parts/plain";
import { Shown } from "../../parts/states";
import { Status } from "../../parts/status";
import { usePreferences } from "../../preferences/preferences";
import { factOf, isKnown } from "./facts";
import { OwnFieldsPart } from "./own-fields-part";
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
                {[region, zone].filter((each) => each).map((each) => ` · ${plain(each ?? "")}`)}
              </>
            ),
          },
          { label: t("project"), value: <Name of={resource.project_name ?? resource.project ?? DASH} /> },
          { label: t("createdAt"), value: resource.created_at ? <Age at={resource.created_at} /> : DASH },
          { label: t("id"), value: <Copyable value={resource.id} /> },
          { label: t("nativeId"), value: resource.native_id ? <Copyable value={resource.native_id} /> : DASH },
        ]}
      />
      <Facts of={resource.attributes} />
      <Pairs title={t("tags")} of={resource.tags} />
      <OwnFieldsPart resource={resource} />
      <Sightings of={resource} />
      <CommandLine words={["mcm", "resource", "show", resource.id]} />
    </SpaceBetween>
  );
}

/** With their units, and under names that people read where there are some. */
function Facts({ of }: { of: Record<string, unknown> | null | undefined }) {
  const t = useTexts(texts);
  const term = useTerm();
  const format = useFormat();
  const facts = Object.entries(of ?? {}).filter(([, value]) => isKnown(value)).map(([name, value]) => factOf(name, value, format));
  return (
    <Listed title={t("attributes")} n={facts.length}>
      <KeyValuePairs
        columns={3}
        items={facts.map(({ name, value, truth }) => ({
          label: plain(term("attribute", name)),
          value: truth === undefined ? <Name of={value} /> : t(truth ? "yes" : "no"),
        }))}
      />
    </Listed>
  );
}

function Pairs({ title, of }: { title: string; of: Record<string, string> | null | undefined }) {
  const pairs = Object.entries(of ?? {});
  return (
    <Listed title={title} n={pairs.length}>
      <KeyValuePairs columns={3} items={pairs.map(([name, value]) => ({ label: <Name of={name} />, value: <Name of={value || DASH} /> }))} />
    </Listed>
  );
}

function Listed({ title, n, children }: { title: string; n: number; children: ReactNode }) {
  const t = useTexts(texts);
  return (
    <SpaceBetween size="xs">
      <Header variant="h3" counter={n > 0 ? `(${n})` : undefined}>
        {title}
      </Header>
      {n === 0 ? <Box color="text-status-inactive">{t("none")}</Box> : children}
    </SpaceBetween>
  );
}

/** Where more than one account sees it, each may know something else. */
function Sightings({ of }: { of: ResourceDetail }) {
  const t = useTexts(texts);
  const { language } = usePreferences();
  const sightings = of.sightings ?? [];
  if (sightings.length < 2) return null;
  return (
    <Table
      variant="embedded"
      header={<Header variant="h3">{t("sightings")}</Header>}
      ariaLabels={{ tableLabel: t("sightings") }}
      items={sightings}
      columnDefinitions={[
        { id: "account", header: t("account"), isRowHeader: true, cell: (each) => each.account ?? DASH },
        { id: "presence", header: t("presence"), cell: (each) => <Status group="presence" word={each.presence} /> },
        { id: "asOf", header: t("asOf"), cell: (each) => <Age at={each.as_of} /> },
        { id: "reason", header: t("reason"), cell: (each) => plain((language === "zh-CN" ? each.stale_reason_zh : each.stale_reason) ?? DASH) },
      ]}
    />
  );
}
