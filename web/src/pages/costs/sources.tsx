import Container from "@cloudscape-design/components/container";
import { useQuery } from "@tanstack/react-query";
import { useSearchParams } from "react-router";

import { addressOf, get } from "../../api/client";
import type { Schemas } from "../../api/types";
import { useMoney } from "../../i18n/money";
import { useFormat } from "../../i18n/format";
import { useTexts } from "../../i18n/use-texts";
import { Inside } from "../../parts/links";
import { Listing } from "../../parts/listing";
import { Amount, useMoneyWord } from "../../parts/money";
import { Name } from "../../parts/name";
import { plain } from "../../parts/plain";
import { Empty } from "../../parts/states";
import { Narrowed } from "./choices";
import { askedOf } from "./state";
import { texts } from "./texts";

type Source = Schemas["SourceItem"];

/** What a line of the report is made of: groups of charges, and by which rules they came here. */
export default function Sources() {
  const t = useTexts(texts);
  const format = useFormat();
  const money = useMoney();
  const word = useMoneyWord();
  const [params] = useSearchParams();
  const asked = askedOf(params);
  const query = { month: asked.month, cost: asked.cost, ...asked.only };
  const cursor = params.get("cursor") ?? "";
  const found = useQuery({
    queryKey: ["costs", "sources", query, cursor],
    queryFn: ({ signal }) => get("/api/v1/cost-reports/sources", { query: { ...query, ...(cursor ? { cursor } : {}) }, signal }),
  });
  const kind = (each: Source) => (each.kind === "idle" ? t("kindIdle") : each.kind === "charge" ? t("kindCharge") : t("kindShared"));
  return (
    <Listing
      of={found}
      title={t("sourcesTitle", { month: money.month(asked.month) })}
      subtitle={t("sourcesHint")}
      above={Object.keys(asked.only).length > 0 ? <Container><Narrowed asked={asked} /></Container> : undefined}
      trackBy={(each) => each.source}
      pagesOf={JSON.stringify(query)}
      columns={[
        { id: "kind", header: t("kind"), isRowHeader: true, width: 140, cell: kind },
        { id: "amount", header: t("amount"), width: 170, cell: (each) => <Amount of={each.amount} currency={each.currency} /> },
        {
          id: "charges",
          header: t("charges"),
          width: 110,
          cell: (each) => (each.charges_query ? <Inside href={addressOf("/charges", {}, each.charges_query)}>{format.number(each.charges)}</Inside> : format.number(each.charges)),
        },
        { id: "tenant", header: t("tenant"), width: 140, cell: (each) => (each.tenant ? <Name of={each.tenant} /> : "–") },
        { id: "account", header: t("account"), width: 140, cell: (each) => (each.account ? <Name of={each.account} /> : "–") },
        { id: "service", header: t("service"), width: 160, cell: (each) => (each.kind === "idle" ? "–" : <Name of={each.service ?? "–"} />) },
        { id: "region", header: t("region"), width: 110, cell: (each) => <Name of={each.region ?? "–"} /> },
        { id: "category", header: t("category"), width: 120, cell: (each) => <Name of={each.category ?? "–"} /> },
        { id: "quantity", header: t("quantity"), width: 140, cell: (each) => (each.quantity ? `${money.decimal(each.quantity)} ${plain(each.unit ?? "")}` : "–") },
        { id: "rules", header: t("rules"), width: 180, cell: (each) => (each.trail.length > 0 ? <Name of={each.trail.join(" → ")} /> : t("noRule")) },
        { id: "cost", header: t("cost"), width: 150, cell: () => word("cost", asked.cost) },
      ]}
      empty={<Empty title={t("noSources")} />}
    />
  );
}
