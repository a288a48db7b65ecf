import Header from "@cloudscape-design/components/header";
import Table from "@cloudscape-design/components/table";
import { useQuery } from "@tanstack/react-query";

import { addressOf, get } from "../../../api/client";
import { useTexts } from "../../../i18n/use-texts";
import { Inside } from "../../../parts/links";
import { Empty, Shown } from "../../../parts/states";
import { Evidence } from "../../findings/list";
import { Confidence, type Finding, FindingStatus, Saving } from "../../findings/saving";
import { useFindingWord } from "../../findings/words";
import { texts } from "./texts";

/** A resource has at most one finding of each kind. */
export function FindingsOf({ id }: { id: string }) {
  const t = useTexts(texts);
  const word = useFindingWord();
  const found = useQuery({
    queryKey: ["findings", "of", id],
    queryFn: ({ signal }) => get("/api/v1/findings", { query: { resource: id, status: "all" }, signal }),
  });
  const there = (each: Finding) => addressOf("/findings", {}, { resource: id, status: each.status === "open" ? "" : each.status, id: each.id });
  return (
    <Shown of={found}>
      {({ items }) => (
        <Table
          header={<Header variant="h2">{t("findings")}</Header>}
          ariaLabels={{ tableLabel: t("findings") }}
          items={items}
          trackBy="id"
          wrapLines
          columnDefinitions={[
            { id: "finding", header: t("finding"), minWidth: 140, isRowHeader: true, cell: (each) => word("kind", each.kind) },
            { id: "saving", header: t("saving"), minWidth: 110, cell: (each) => <Saving of={each} /> },
            { id: "confidence", header: t("confidence"), minWidth: 120, cell: (each) => <Confidence of={each} /> },
            { id: "evidence", header: t("evidence"), cell: (each) => <Evidence of={each} /> },
            { id: "status", header: t("status"), minWidth: 120, cell: (each) => <FindingStatus of={each} /> },
            { id: "act", header: t("act"), minWidth: 130, cell: (each) => <Inside href={there(each)}>{t("act")}</Inside> },
          ]}
          empty={<Empty title={t("noFindings")} />}
        />
      )}
    </Shown>
  );
}
