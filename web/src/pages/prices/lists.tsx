import { useState } from "react";
import Badge from "@cloudscape-design/components/badge";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import { useQuery } from "@tanstack/react-query";

import { get } from "../../api/client";
import { useFormat } from "../../i18n/format";
import { useTexts } from "../../i18n/use-texts";
import { AllowedButton } from "../../parts/allowed-button";
import { Age } from "../../parts/freshness";
import { Inside } from "../../parts/links";
import { Listing } from "../../parts/listing";
import { PriceAge, useMoneyWord } from "../../parts/money";
import { Name } from "../../parts/name";
import { Empty } from "../../parts/states";
import { useAddress } from "../../parts/use-address";
import { ImportDialog } from "./import-dialog";
import { texts } from "./texts";

export default function PriceLists() {
  const t = useTexts(texts);
  const format = useFormat();
  const cursor = useAddress().value("cursor");
  const [importing, setImporting] = useState(false);
  const found = useQuery({
    queryKey: ["prices", "lists", cursor],
    queryFn: ({ signal }) => get("/api/v1/price-lists", { query: cursor ? { cursor } : {}, signal }),
  });
  return (
    <>
      <Listing
        of={found}
        title={t("lists")}
        subtitle={t("listsHint")}
        pagesOf="lists"
        trackBy={(each) => each.id}
        actions={
          <AllowedButton permission="price.write" variant="primary" onClick={() => setImporting(true)}>
            {t("import")}
          </AllowedButton>
        }
        columns={[
          { id: "provider", header: t("provider"), isRowHeader: true, width: 190, cell: (each) => <><Inside href={`/price-lists/${each.id}`}><Name of={each.provider} /></Inside> {each.seed ? <Badge color="severity-medium">{t("example")}</Badge> : null}</> },
          { id: "state", header: t("state"), width: 150, cell: (each) => <ListState of={each.status} /> },
          { id: "on", header: t("priceOf"), width: 250, cell: (each) => <PriceAge on={each.priced_on} days={each.age_days} /> },
          { id: "currency", header: t("currency"), width: 100, cell: (each) => each.currency },
          { id: "points", header: t("points"), width: 100, cell: (each) => format.number(each.points) },
          { id: "flagged", header: t("flagged"), width: 130, cell: (each) => format.number(each.flagged) },
          { id: "source", header: t("source"), width: 340, cell: (each) => <Name of={each.source} /> },
          { id: "imported", header: t("imported"), width: 150, cell: (each) => <Age at={each.imported_at} /> },
        ]}
        empty={<Empty title={t("noLists")} />}
      />
      {importing ? <ImportDialog onClose={() => setImporting(false)} /> : null}
    </>
  );
}

export function ListState({ of }: { of: "current" | "superseded" | "withdrawn" }) {
  const word = useMoneyWord();
  return <StatusIndicator type={of === "current" ? "success" : "stopped"}>{word("import", of)}</StatusIndicator>;
}
