import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Table from "@cloudscape-design/components/table";
import { useInfiniteQuery } from "@tanstack/react-query";

import { get } from "../../api/client";
import type { Schemas } from "../../api/types";
import { useTexts } from "../../i18n/use-texts";
import { Age } from "../../parts/freshness";
import { plain } from "../../parts/plain";
import { ProblemAlert } from "../../parts/problem-alert";
import { Empty, Loading } from "../../parts/states";
import { Status } from "../../parts/status";
import { texts } from "./texts";

const MOST = 50;

export default function History({ id }: { id: string }) {
  const t = useTexts(texts);
  const found = useInfiniteQuery({
    queryKey: ["resources", "history", id],
    initialPageParam: "",
    getNextPageParam: (page: Schemas["Page_VersionItem_"]) => page.next_cursor ?? undefined,
    queryFn: ({ signal, pageParam: cursor }) =>
      get("/api/v1/resources/{resource_id}/history", { path: { resource_id: id }, query: { limit: MOST, ...(cursor ? { cursor } : {}) }, signal }),
  });
  if (found.isPending) return <Loading />;
  return (
    <SpaceBetween size="s">
      {found.isError ? <ProblemAlert error={found.error} onRetry={() => void found.refetch()} /> : null}
      {found.data ? (
        <Table
          variant="embedded"
          ariaLabels={{ tableLabel: t("history") }}
          items={found.data.pages.flatMap(({ items }) => items)}
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
                      <del>{written(before)}</del> → <ins>{written(after)}</ins>
                    </div>
                  ))
                ),
            },
          ]}
          empty={<Empty title={t("noHistory")} />}
        />
      ) : null}
      {found.hasNextPage ? (
        <Button loading={found.isFetchingNextPage} onClick={() => void found.fetchNextPage()}>
          {t("older")}
        </Button>
      ) : null}
    </SpaceBetween>
  );
}

function written(value: unknown): string {
  if (value === null || value === undefined || value === "") return "–";
  return plain(typeof value === "object" ? JSON.stringify(value) : String(value));
}
