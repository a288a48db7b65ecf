import Container from "@cloudscape-design/components/container";
import ExpandableSection from "@cloudscape-design/components/expandable-section";
import Header from "@cloudscape-design/components/header";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useQuery } from "@tanstack/react-query";
import { useParams } from "react-router";

import { get } from "../../../api/client";
import type { Schemas } from "../../../api/types";
import { useFormat } from "../../../i18n/format";
import { useMoney } from "../../../i18n/money";
import { useTexts } from "../../../i18n/use-texts";
import { CommandLine } from "../../../parts/command-line";
import { Inside } from "../../../parts/links";
import { Name } from "../../../parts/name";
import { plain } from "../../../parts/plain";
import { Shown } from "../../../parts/states";
import { Calculated } from "./calculation";
import { texts } from "./texts";

/** A published card with everything that it was made of. */
export default function RateCardPage() {
  const { card: id = "" } = useParams();
  const found = useQuery({
    queryKey: ["prices", "card", id],
    queryFn: ({ signal }) => get("/api/v1/rate-cards/{card_id}", { path: { card_id: id }, signal }),
  });
  return <Shown whole of={found}>{(card) => <Known of={card} />}</Shown>;
}

function Known({ of }: { of: Schemas["RateCardDetail"] }) {
  const t = useTexts(texts);
  const format = useFormat();
  const money = useMoney();
  const sold = (name: string) => (name === "vcpu" ? t("vcpu") : name === "memory" ? t("memory") : plain(name));
  return (
    <SpaceBetween size="l">
      <Header variant="h1">
        <Name of={of.pool} /> · {money.month(of.month)}
      </Header>
      <Container>
        <KeyValuePairs
          columns={4}
          items={[
            { label: t("pool"), value: <Inside href={`/cost-pools/${encodeURIComponent(of.pool)}`}><Name of={of.pool} /></Inside> },
            { label: t("version"), value: format.number(of.version) },
            { label: t("accounts"), value: <Name of={of.accounts.join(", ")} /> },
            { label: t("published"), value: format.instant(of.published_at) },
            { label: t("by"), value: <Name of={of.published_by} /> },
            { label: t("reason"), value: <Name of={of.reason ?? "–"} /> },
            ...Object.entries(of.utilisation).map(([name, share]) => ({ label: t("ofUtilisation", { what: sold(name) }), value: money.percent(share) })),
          ]}
        />
      </Container>
      <Calculated of={of.calculation} />
      <ExpandableSection variant="container" headerText={t("document")}>
        <pre className="console-code">{plain(of.document)}</pre>
      </ExpandableSection>
      <CommandLine words={["mcm", "rate-card", "show", of.pool, "--month", of.month]} />
    </SpaceBetween>
  );
}
