import Table from "@cloudscape-design/components/table";
import { useQuery } from "@tanstack/react-query";

import { get } from "../../api/client";
import { useTerm, useTexts } from "../../i18n/use-texts";
import { Age } from "../../parts/freshness";
import { Inside } from "../../parts/links";
import { SaidOf } from "../../parts/said";
import { Empty, Shown } from "../../parts/states";
import { Status } from "../../parts/status";
import { texts } from "./texts";

const MOST = 50;

/** What was asked of the cloud about this one, newest first. */
export default function Operations({ id }: { id: string }) {
  const t = useTexts(texts);
  const term = useTerm();
  const found = useQuery({
    queryKey: ["operations", "of", id],
    queryFn: ({ signal }) => get("/api/v1/operations", { query: { resource: id, limit: MOST }, signal }),
  });
  return (
    <Shown of={found}>
      {({ items }) => (
        <Table
          variant="embedded"
          ariaLabels={{ tableLabel: t("operations") }}
          items={items}
          trackBy="id"
          columnDefinitions={[
            { id: "action", header: t("action"), isRowHeader: true, cell: (each) => <Inside href={`/operations?id=${each.id}`}>{term("action", each.action)}</Inside> },
            { id: "status", header: t("outcome"), cell: (each) => <Status group="operation" word={each.status} /> },
            { id: "by", header: t("by"), cell: (each) => each.requested_by },
            { id: "created", header: t("when"), cell: (each) => <Age at={each.created_at} /> },
            { id: "error", header: t("reason"), cell: (each) => (each.error_message ? <SaidOf fault={{ code: each.error_code, message: each.error_message }} /> : "–") },
          ]}
          empty={<Empty title={t("noOperations")} />}
        />
      )}
    </Shown>
  );
}
