import SpaceBetween from "@cloudscape-design/components/space-between";
import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "react-router";

import { get } from "../../../api/client";
import { useFormat } from "../../../i18n/format";
import { useMoney } from "../../../i18n/money";
import { useTexts } from "../../../i18n/use-texts";
import { AllowedButton } from "../../../parts/allowed-button";
import { Age } from "../../../parts/freshness";
import { Inside } from "../../../parts/links";
import { Listing } from "../../../parts/listing";
import { Name } from "../../../parts/name";
import { Empty } from "../../../parts/states";
import { useAddress } from "../../../parts/use-address";
import { texts } from "./texts";

export default function RateCards() {
  const t = useTexts(texts);
  const format = useFormat();
  const money = useMoney();
  const navigate = useNavigate();
  const cursor = useAddress().value("cursor");
  const cards = useQuery({
    queryKey: ["prices", "cards", cursor],
    queryFn: ({ signal }) => get("/api/v1/rate-cards", { query: cursor ? { cursor } : {}, signal }),
  });
  const pools = useQuery({
    queryKey: ["prices", "pools"],
    queryFn: ({ signal }) => get("/api/v1/cost-pools", { query: { limit: 200 }, signal }),
  });
  return (
    <SpaceBetween size="l">
      <Listing
        of={cards}
        title={t("title")}
        subtitle={t("subtitle")}
        pagesOf="cards"
        trackBy={(each) => each.id}
        actions={
          <AllowedButton permission="price.write" variant="primary" onClick={() => void navigate("/cost-pools/new")}>
            {t("newPool")}
          </AllowedButton>
        }
        columns={[
          { id: "month", header: t("month"), isRowHeader: true, width: 160, cell: (each) => <Inside href={`/rate-cards/${each.id}`}>{money.month(each.month)}</Inside> },
          { id: "pool", header: t("pool"), width: 160, cell: (each) => <Name of={each.pool} /> },
          { id: "version", header: t("version"), width: 90, cell: (each) => format.number(each.version) },
          { id: "vcpu", header: t("vcpuHour"), width: 170, cell: (each) => <span className="console-amount">{`${each.currency} ${money.decimal(each.full.vcpu_hour, 6)}`}</span> },
          { id: "memory", header: t("memoryHour"), width: 190, cell: (each) => <span className="console-amount">{`${each.currency} ${money.decimal(each.full.memory_gib_hour, 6)}`}</span> },
          { id: "accounts", header: t("accounts"), width: 200, cell: (each) => <Name of={each.accounts.join(", ")} /> },
          { id: "published", header: t("published"), width: 150, cell: (each) => <Age at={each.published_at} /> },
          { id: "by", header: t("by"), width: 120, cell: (each) => <Name of={each.published_by} /> },
          { id: "reason", header: t("reason"), width: 200, cell: (each) => <Name of={each.reason ?? "–"} /> },
        ]}
        empty={<Empty title={t("noCards")} />}
      />
      <Listing
        of={pools}
        variant="h2"
        title={t("pools")}
        trackBy={(each) => each.name}
        columns={[
          { id: "name", header: t("name"), isRowHeader: true, width: 200, cell: (each) => <Inside href={`/cost-pools/${encodeURIComponent(each.name)}`}><Name of={each.name} /></Inside> },
          { id: "accounts", header: t("accounts"), width: 260, cell: (each) => <Name of={each.accounts.join(", ")} /> },
          { id: "currency", header: t("currency"), width: 110, cell: (each) => each.currency },
          { id: "version", header: t("version"), width: 90, cell: (each) => format.number(each.version) },
          { id: "published", header: t("publishedMonth"), width: 160, cell: (each) => (each.published ? money.month(each.published) : "–") },
          { id: "changed", header: t("changed"), width: 150, cell: (each) => <Age at={each.changed_at} /> },
          { id: "by", header: t("by"), width: 130, cell: (each) => <Name of={each.written_by} /> },
        ]}
        empty={<Empty title={t("noPools")} hint={t("noPoolsHint")} />}
      />
    </SpaceBetween>
  );
}
