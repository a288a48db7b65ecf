import Header from "@cloudscape-design/components/header";
import Table from "@cloudscape-design/components/table";
import { useQuery } from "@tanstack/react-query";

import { get } from "../../api/client";
import type { Resource } from "../../api/types";
import { useTerm, useTexts } from "../../i18n/use-texts";
import { Age } from "../../parts/freshness";
import { Inside } from "../../parts/links";
import { Name } from "../../parts/name";
import { ProblemAlert } from "../../parts/problem-alert";
import { Empty } from "../../parts/states";
import { Status } from "../../parts/status";
import { texts } from "./texts";

const MOST = 8;
const NEWEST = "last_changed desc";

export function Changes() {
  const t = useTexts(texts);
  const term = useTerm();
  const found = useQuery({
    queryKey: ["resources", "newest"],
    queryFn: ({ signal }) =>
      get("/api/v1/resources", {
        query: { limit: MOST, order_by: NEWEST, columns: "id,name,kind,state,account,last_changed,first_seen,presence,native_id" },
        signal,
      }),
  });
  if (found.isError) return <ProblemAlert error={found.error} onRetry={() => void found.refetch()} />;
  return (
    <Table
      header={
        <Header variant="h2" actions={<Inside href={`/inventory?order_by=${encodeURIComponent(NEWEST)}`}>{t("allChanges")}</Inside>}>
          {t("changes")}
        </Header>
      }
      ariaLabels={{ tableLabel: t("changes") }}
      items={found.data?.items ?? []}
      trackBy="id"
      loading={found.isPending}
      columnDefinitions={[
        {
          id: "name",
          header: t("resource"),
          isRowHeader: true,
          cell: (each) => (
            <Inside href={`/inventory?order_by=${encodeURIComponent(NEWEST)}&id=${each.id}`}>
              <Name of={each.name || each.native_id || each.id} />
            </Inside>
          ),
        },
        { id: "what", header: t("what"), cell: (each) => t(whatOf(each)) },
        { id: "kind", header: t("key"), cell: (each) => term("kind", each.kind) },
        { id: "state", header: t("state"), cell: (each) => <Status group="state" word={each.state} /> },
        { id: "account", header: t("account"), cell: (each) => each.account ?? "–" },
        { id: "when", header: t("when"), cell: (each) => <Age at={each.last_changed} /> },
      ]}
      empty={<Empty title={t("noChanges")} />}
    />
  );
}

/** What was seen first and never changed since is new. */
export function whatOf({ presence, first_seen: first, last_changed: last }: Pick<Resource, "presence" | "first_seen" | "last_changed">): "isNew" | "isMissing" | "isChanged" {
  if (presence === "missing") return "isMissing";
  return first && last && Date.parse(last) <= Date.parse(first) ? "isNew" : "isChanged";
}
