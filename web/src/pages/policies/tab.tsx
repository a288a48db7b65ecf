import Alert from "@cloudscape-design/components/alert";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Table from "@cloudscape-design/components/table";
import { useQuery } from "@tanstack/react-query";

import { get } from "../../api/client";
import { useTexts } from "../../i18n/use-texts";
import { useBoth, Word } from "../../parts/deciding/word";
import { Age } from "../../parts/freshness";
import { Inside } from "../../parts/links";
import { Name } from "../../parts/name";
import { Empty, Shown } from "../../parts/states";
import { useResource } from "../resource/use-resource";
import { texts } from "./violation-texts";

const MOST = 100;

/** What policies say against a resource, and of which class its data is. */
export default function PolicyTab({ id }: { id: string }) {
  const t = useTexts(texts);
  const both = useBoth();
  const resource = useResource(id);
  const found = useQuery({
    queryKey: ["violations", "of", id],
    queryFn: async ({ signal }) => {
      const [current, resolved] = await Promise.all(
        (["current", "resolved"] as const).map((status) => get("/api/v1/violations", { query: { resource: id, status, limit: MOST }, signal })),
      );
      return [...(current?.items ?? []), ...(resolved?.items ?? [])];
    },
  });
  return (
    <SpaceBetween size="m">
      <Shown of={resource}>
        {(of) => (
          <SpaceBetween size="m">
            <KeyValuePairs
              columns={3}
              items={[
                { label: t("dataClass"), value: <Word group="dataClass" word={of.data_class ?? "unclassified"} /> },
                { label: t("owner"), value: of.owner ? <Name of={of.owner} /> : "–" },
                { label: t("exceptions"), value: <Inside href="/exceptions">{t("exceptions")}</Inside> },
              ]}
            />
            {of.data_class ? null : <Alert type="info">{t("dataClassHint")}</Alert>}
          </SpaceBetween>
        )}
      </Shown>
      <Shown of={found}>
        {(items) => (
          <Table
            variant="embedded"
            ariaLabels={{ tableLabel: t("title") }}
            items={items}
            trackBy="id"
            columnDefinitions={[
              { id: "policy", header: t("policy"), isRowHeader: true, cell: (each) => <Inside href={`/policies/${encodeURIComponent(each.policy)}`}><Name of={each.policy} /></Inside> },
              { id: "status", header: t("status"), cell: (each) => <Word group="violation" word={each.status} /> },
              { id: "severity", header: t("severity"), cell: (each) => <Word group="severity" word={each.severity} /> },
              { id: "why", header: t("why"), cell: (each) => <span className="console-words">{both(each.message, each.message_zh)}</span> },
              { id: "age", header: t("age"), cell: (each) => <Age at={each.since} /> },
              { id: "fix", header: t("fix"), cell: (each) => <Inside href={`/violations?resource=${encodeURIComponent(id)}&status=${each.status}&id=${each.id}`}>{t("fix")}</Inside> },
            ]}
            empty={<Empty title={t("tabNone")} />}
          />
        )}
      </Shown>
    </SpaceBetween>
  );
}
