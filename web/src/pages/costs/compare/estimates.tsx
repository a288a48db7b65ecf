import Button from "@cloudscape-design/components/button";
import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "react-router";

import { get } from "../../../api/client";
import { useFormat } from "../../../i18n/format";
import { useTexts } from "../../../i18n/use-texts";
import { Age } from "../../../parts/freshness";
import { Inside } from "../../../parts/links";
import { Listing } from "../../../parts/listing";
import { Amount } from "../../../parts/money";
import { Name } from "../../../parts/name";
import { Empty } from "../../../parts/states";
import { useAddress } from "../../../parts/use-address";
import { texts } from "./texts";

export default function Estimates() {
  const t = useTexts(texts);
  const format = useFormat();
  const navigate = useNavigate();
  const cursor = useAddress().value("cursor");
  const found = useQuery({
    queryKey: ["prices", "estimates", cursor],
    queryFn: ({ signal }) => get("/api/v1/estimates", { query: cursor ? { cursor } : {}, signal }),
  });
  return (
    <Listing
      of={found}
      title={t("estimates")}
      subtitle={t("estimatesHint")}
      pagesOf="estimates"
      trackBy={(each) => each.id}
      actions={
        <Button variant="primary" onClick={() => void navigate("/compare")}>
          {t("compare")}
        </Button>
      }
      columns={[
        { id: "title", header: t("name"), isRowHeader: true, width: 240, cell: (each) => <Inside href={`/estimates/${each.id}`}><Name of={each.title || each.id} /></Inside> },
        { id: "cheapest", header: t("cheapest"), width: 280, cell: (each) => <Name of={each.cheapest ?? "–"} /> },
        { id: "total", header: t("total"), width: 170, cell: (each) => <Amount of={each.total} currency={each.currency} /> },
        { id: "columns", header: t("columns"), width: 110, cell: (each) => format.number(each.columns) },
        { id: "by", header: t("madeBy"), width: 140, cell: (each) => <Name of={each.made_by} /> },
        { id: "made", header: t("made"), width: 150, cell: (each) => <Age at={each.created_at} /> },
      ]}
      empty={<Empty title={t("noEstimates")} hint={t("noEstimatesHint")} />}
    />
  );
}
