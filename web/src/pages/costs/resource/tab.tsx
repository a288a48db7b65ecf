import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import SpaceBetween from "@cloudscape-design/components/space-between";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import Table from "@cloudscape-design/components/table";
import { useQuery } from "@tanstack/react-query";

import { addressOf, get } from "../../../api/client";
import type { Schemas } from "../../../api/types";
import { useFormat } from "../../../i18n/format";
import { useMoney } from "../../../i18n/money";
import { useTexts } from "../../../i18n/use-texts";
import { useBoth } from "../../../parts/deciding/word";
import { Inside } from "../../../parts/links";
import { Amount, useMoneyWord } from "../../../parts/money";
import { Name } from "../../../parts/name";
import { QuoteShown } from "../../../parts/quoting/quote";
import { Empty, Gate, Shown } from "../../../parts/states";
import { FindingsOf } from "./findings-of";
import { texts } from "./texts";
import { Used } from "./used";

type Cost = Schemas["ResourceCost"];
const MEASURED = new Set(["instance", "host"]);

/** What a resource costs: booked, by today's price, and for whom; what could be saved, and how much of it is used. */
export default function CostTab({ id }: { id: string }) {
  const found = useQuery({
    queryKey: ["costs", "resource", id],
    queryFn: ({ signal }) => get("/api/v1/costs/resources/{resource_id}", { path: { resource_id: id }, signal }),
  });
  return (
    <SpaceBetween size="l">
      <Shown of={found}>{(cost) => <Known of={cost} />}</Shown>
      <FindingsOf id={id} />
      {MEASURED.has(found.data?.kind ?? "") ? (
        <Gate permission="resource.read">
          <Used id={id} />
        </Gate>
      ) : null}
    </SpaceBetween>
  );
}

function Known({ of }: { of: Cost }) {
  const t = useTexts(texts);
  const both = useBoth();
  return (
    <SpaceBetween size="l">
      <Container header={<Header variant="h2" description={t("nowHint")}>{t("now")}</Header>}>
        {of.run_rate ? <QuoteShown of={of.run_rate} /> : <StatusIndicator type="info">{of.why ? both(of.why.message, of.why.message_zh) : t("noPrice")}</StatusIndicator>}
      </Container>
      <Booked of={of} />
      <Who of={of} />
    </SpaceBetween>
  );
}

function Booked({ of }: { of: Cost }) {
  const t = useTexts(texts);
  const format = useFormat();
  const money = useMoney();
  const word = useMoneyWord();
  return (
    <Table
      header={<Header variant="h2" description={t("bookedHint", { month: money.month(of.since) })}>{t("booked")}</Header>}
      ariaLabels={{ tableLabel: t("booked") }}
      items={of.months}
      trackBy={(each) => `${each.month} ${each.currency} ${each.basis} ${each.tenant_id}`}
      columnDefinitions={[
        { id: "month", header: t("month"), isRowHeader: true, cell: (each) => money.month(each.month) },
        { id: "billed", header: t("billed"), cell: (each) => <Amount of={each.billed} currency={each.currency} atLeast={each.unknown > 0} /> },
        { id: "effective", header: t("effective"), cell: (each) => <Amount of={each.effective} currency={each.currency} /> },
        { id: "basis", header: t("basis"), cell: (each) => word("basis", each.basis) },
        {
          id: "charges",
          header: t("charges"),
          cell: (each) => <Inside href={addressOf("/charges", {}, { month: each.month, filter: `resource=${of.resource_id}` })}>{format.number(each.charges)}</Inside>,
        },
        { id: "payer", header: t("payer"), cell: (each) => (each.tenant ? <Name of={each.tenant} /> : t("elsewhere")) },
      ]}
      empty={<Empty title={t("nothingBooked")} hint={t("nothingBookedHint")} />}
    />
  );
}

function Who({ of }: { of: Cost }) {
  const t = useTexts(texts);
  const said = (text: string | null) => (text ? <Name of={text} /> : "–");
  return (
    <Container header={<Header variant="h2" description={t("whoHint")}>{t("who")}</Header>}>
      <KeyValuePairs
        columns={3}
        items={[
          { label: t("tenant"), value: of.tenant ? <Name of={of.tenant} /> : t("elsewhere") },
          { label: t("application"), value: said(of.application) },
          { label: t("environment"), value: said(of.environment) },
          { label: t("costCenter"), value: said(of.cost_center) },
          { label: t("owner"), value: said(of.owner) },
          { label: t("rules"), value: <Inside href="/allocation-rules">{t("look")}</Inside> },
        ]}
      />
    </Container>
  );
}
