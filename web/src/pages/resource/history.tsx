import Box from "@cloudscape-design/components/box";
import Table from "@cloudscape-design/components/table";
import { useQuery } from "@tanstack/react-query";

import { get } from "../../api/client";
import { useTexts } from "../../i18n/use-texts";
import { Age } from "../../parts/freshness";
import { plain } from "../../parts/plain";
import { Empty, Shown } from "../../parts/states";
import { Status } from "../../parts/status";
import { texts } from "./texts";

const MOST = 50;

export default function History({ id }: { id: string }) {
  const t = useTexts(texts);
  const found = useQuery({
    queryKey: ["resources", "history", id],
    queryFn: ({ signal }) =>
      get("/api/v1/resources/{resource_id}/history", { path: { resource_id: id }, query: { limit: MOST }, signal }),
  });
  return (
    <Shown of={found}>
      {({ items }) => (
        <Table
          variant="embedded"
          ariaLabels={{ tableLabel: t("history") }}
          items={items}
          columnDefinitions={[
            { id: "when", header: t("when"), isRowHeader: true, cell: ({ valid_from: from }) => <Age at={from} /> },
            { id: "state", header: t("state"), cell: ({ state }) => <Status group="state" word={state} /> },
            {
              id: "changes",
              header: t("changed"),
              cell: ({ first, changes }) =>
                first ? (
                  <Box color="text-body-secondary">{t("first")}</Box>
                ) : (
                  changes.map(({ field, before, after }) => (
                    <div key={field}>
                      <Box variant="strong" display="inline">
                        {field}
                      </Box>
                      {": "}
                      {written(before)} → {written(after)}
                    </div>
                  ))
                ),
            },
          ]}
          empty={<Empty title={t("noHistory")} />}
        />
      )}
    </Shown>
  );
}

function written(value: unknown): string {
  if (value === null || value === undefined || value === "") return "–";
  return plain(typeof value === "object" ? JSON.stringify(value) : String(value));
}
