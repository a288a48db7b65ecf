import SpaceBetween from "@cloudscape-design/components/space-between";
import Table from "@cloudscape-design/components/table";
import { useQuery } from "@tanstack/react-query";

import { get } from "../../api/client";
import { useTerm, useTexts } from "../../i18n/use-texts";
import { Inside } from "../../parts/links";
import { Name } from "../../parts/name";
import { Empty, Shown } from "../../parts/states";
import { Status } from "../../parts/status";
import { Graph } from "./graph";
import { texts } from "./texts";
import { useResource } from "./use-resource";

const MOST = 100;

export default function Relations({ id }: { id: string }) {
  const t = useTexts(texts);
  const term = useTerm();
  const own = useResource(id).data;
  const found = useQuery({
    queryKey: ["resources", "relations", id],
    queryFn: ({ signal }) =>
      get("/api/v1/resources/{resource_id}/relations", { path: { resource_id: id }, query: { limit: MOST }, signal }),
  });
  return (
    <Shown of={found}>
      {({ items }) => (
        <SpaceBetween size="l">
        <Graph name={own?.name || own?.native_id || id} related={items} />
        <Table
          variant="embedded"
          ariaLabels={{ tableLabel: t("relations") }}
          items={items}
          columnDefinitions={[
            {
              id: "type",
              header: t("relation"),
              cell: ({ type, direction }) => {
                const relation = term("relation", type);
                return direction === "incoming" ? t("used", { relation }) : relation;
              },
            },
            { id: "kind", header: t("kind"), cell: ({ resource }) => term("kind", resource.kind) },
            {
              id: "name",
              header: t("resource"),
              isRowHeader: true,
              cell: ({ resource }) =>
                resource.known ? (
                  <Inside href={`/resources/${resource.id}`}><Name of={resource.name || resource.native_id} /></Inside>
                ) : (
                  <Name of={resource.native_id} />
                ),
            },
            { id: "state", header: t("state"), cell: ({ resource }) => <Status group="state" word={resource.state} /> },
          ]}
          empty={<Empty title={t("noRelations")} />}
        />
        </SpaceBetween>
      )}
    </Shown>
  );
}
