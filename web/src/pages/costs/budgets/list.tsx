import { useState } from "react";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import { useQuery } from "@tanstack/react-query";

import { get } from "../../../api/client";
import type { Schemas } from "../../../api/types";
import { useTexts } from "../../../i18n/use-texts";
import { AllowedButton } from "../../../parts/allowed-button";
import { Age } from "../../../parts/freshness";
import { Inside } from "../../../parts/links";
import { Listing } from "../../../parts/listing";
import { Amount, useMoneyWord } from "../../../parts/money";
import { Name } from "../../../parts/name";
import { Empty } from "../../../parts/states";
import { useAddress } from "../../../parts/use-address";
import { BudgetDialog } from "./dialog";
import { texts } from "./texts";

export default function Budgets() {
  const t = useTexts(texts);
  const word = useMoneyWord();
  const cursor = useAddress().value("cursor");
  const [creating, setCreating] = useState(false);
  const found = useQuery({
    queryKey: ["costs", "budgets", cursor],
    queryFn: ({ signal }) => get("/api/v1/budgets", { query: cursor ? { cursor } : {}, signal }),
  });
  return (
    <>
      <Listing
        of={found}
        title={t("title")}
        subtitle={t("subtitle")}
        pagesOf="budgets"
        trackBy={(each) => each.id}
        actions={
          <AllowedButton permission="cost.write" variant="primary" onClick={() => setCreating(true)}>
            {t("create")}
          </AllowedButton>
        }
        columns={[
          { id: "name", header: t("name"), isRowHeader: true, width: 220, cell: (each) => <Inside href={`/budgets/${encodeURIComponent(each.name)}`}><Name of={each.name} /></Inside> },
          { id: "amount", header: t("amount"), width: 180, cell: (each) => <Amount of={each.amount} currency={each.currency} /> },
          { id: "tenant", header: t("tenant"), width: 160, cell: (each) => (each.tenant ? <Name of={each.tenant} /> : t("everybody")) },
          { id: "cost", header: t("cost"), width: 190, cell: (each) => word("cost", each.cost) },
          { id: "thresholds", header: t("thresholds"), width: 320, cell: (each) => <Thresholds of={each.thresholds} /> },
          { id: "state", header: t("state"), width: 120, cell: (each) => <Enabled of={each.enabled} /> },
          { id: "changed", header: t("changed"), width: 150, cell: (each) => <Age at={each.changed_at} /> },
        ]}
        empty={<Empty title={t("none")} hint={t("noneHint")} />}
      />
      {creating ? <BudgetDialog onClose={() => setCreating(false)} /> : null}
    </>
  );
}

export function Thresholds({ of }: { of: readonly Schemas["Threshold"][] }) {
  const t = useTexts(texts);
  const word = useMoneyWord();
  return <>{of.map((each) => t("thresholdOf", { percent: each.percent, of: word("method", each.of ?? "actual") })).join(" · ") || "–"}</>;
}

export function Enabled({ of }: { of: boolean }) {
  const t = useTexts(texts);
  return <StatusIndicator type={of ? "success" : "stopped"}>{of ? t("on") : t("off")}</StatusIndicator>;
}
