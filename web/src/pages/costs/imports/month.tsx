import { useState } from "react";
import Button from "@cloudscape-design/components/button";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Table from "@cloudscape-design/components/table";
import { useQuery } from "@tanstack/react-query";
import { useNavigate, useParams } from "react-router";

import { get } from "../../../api/client";
import type { Schemas } from "../../../api/types";
import { useFormat } from "../../../i18n/format";
import { useMoney } from "../../../i18n/money";
import { useTexts } from "../../../i18n/use-texts";
import { AllowedButton } from "../../../parts/allowed-button";
import { CommandLine } from "../../../parts/command-line";
import { Amount, useMoneyWord } from "../../../parts/money";
import { Name } from "../../../parts/name";
import { Empty, Shown } from "../../../parts/states";
import { Closing, Correcting, Metering, Reconciling } from "./month-dialogs";
import { MonthState } from "./months";
import { texts } from "./texts";

type Dialog = "close" | "reconcile" | "correct" | "meter";

export default function MonthPage() {
  const { month = "" } = useParams();
  const found = useQuery({
    queryKey: ["costs", "month", month],
    queryFn: ({ signal }) => get("/api/v1/cost-months/{month}", { path: { month }, signal }),
  });
  return <Shown whole of={found}>{(known) => <Known of={known} />}</Shown>;
}

function Known({ of }: { of: Schemas["MonthDetail"] }) {
  const t = useTexts(texts);
  const format = useFormat();
  const money = useMoney();
  const navigate = useNavigate();
  const [asked, setAsked] = useState<Dialog | null>(null);
  const closed = of.status === "closed" ? t("alreadyClosed") : "";
  const end = () => setAsked(null);
  return (
    <SpaceBetween size="l">
      <Header
        variant="h1"
        description={<MonthState of={of.status} />}
        actions={
          <SpaceBetween direction="horizontal" size="xs">
            <Button onClick={() => void navigate(`/charges?month=${of.month}`)}>{t("rows")}</Button>
            <AllowedButton permission="cost.write" unless={closed} onClick={() => setAsked("meter")}>
              {t("meter")}
            </AllowedButton>
            <AllowedButton permission="cost.write" onClick={() => setAsked("correct")}>
              {t("correct")}
            </AllowedButton>
            <AllowedButton permission="cost.write" onClick={() => setAsked("reconcile")}>
              {t("reconcile")}
            </AllowedButton>
            <AllowedButton permission="cost.write" variant="primary" unless={closed} onClick={() => setAsked("close")}>
              {t("close")}
            </AllowedButton>
          </SpaceBetween>
        }
      >
        {money.month(of.month)}
      </Header>
      <Totals of={of.totals} />
      <Table
        header={<Header variant="h2">{t("reconciliations")}</Header>}
        ariaLabels={{ tableLabel: t("reconciliations") }}
        items={of.reconciliations}
        trackBy="id"
        resizableColumns
        columnDefinitions={[
          { id: "invoice", header: t("invoice"), isRowHeader: true, width: 180, cell: (each) => <Name of={each.invoice} /> },
          { id: "account", header: t("account"), width: 150, cell: (each) => <Name of={each.account} /> },
          { id: "total", header: t("invoiceTotal"), width: 170, cell: (each) => <Amount of={each.invoice_total} currency={each.currency} /> },
          { id: "charged", header: t("charged"), width: 170, cell: (each) => <Amount of={each.charged_total} currency={each.currency} /> },
          { id: "remainder", header: t("remainder"), width: 170, cell: (each) => <Amount change of={each.remainder} currency={each.currency} /> },
          { id: "name", header: t("remainderName"), width: 200, cell: (each) => <Name of={each.remainder_name ?? "–"} /> },
          { id: "made", header: t("imported"), width: 200, cell: (each) => format.instant(each.made_at) },
          { id: "by", header: t("by"), width: 120, cell: (each) => <Name of={each.made_by} /> },
        ]}
        empty={<Empty title={t("noReconciliations")} />}
      />
      <CommandLine words={["mcm", "charge", "months"]} />
      {asked === "close" ? <Closing of={of} onClose={end}><Totals of={of.totals} /></Closing> : null}
      {asked === "reconcile" ? <Reconciling of={of} onClose={end} /> : null}
      {asked === "correct" ? <Correcting of={of} onClose={end} /> : null}
      {asked === "meter" ? <Metering of={of} onClose={end} /> : null}
    </SpaceBetween>
  );
}

function Totals({ of }: { of: Schemas["MonthDetail"]["totals"] }) {
  const t = useTexts(texts);
  const format = useFormat();
  const word = useMoneyWord();
  return (
    <Table
      header={<Header variant="h2">{t("totals")}</Header>}
      ariaLabels={{ tableLabel: t("totals") }}
      items={of}
      trackBy={(each) => `${each.currency} ${each.basis}`}
      columnDefinitions={[
        { id: "currency", header: t("currency"), isRowHeader: true, cell: (each) => each.currency },
        { id: "basis", header: t("basis"), cell: (each) => word("basis", each.basis) },
        { id: "billed", header: t("billed"), cell: (each) => <Amount of={each.billed} currency={each.currency} atLeast={each.unknown > 0} /> },
        { id: "effective", header: t("effective"), cell: (each) => <Amount of={each.effective} currency={each.currency} atLeast={each.unknown > 0} /> },
        { id: "contracted", header: t("contracted"), cell: (each) => <Amount of={each.contracted} currency={each.currency} /> },
        { id: "list", header: t("list"), cell: (each) => <Amount of={each.list} currency={each.currency} /> },
        { id: "rows", header: t("rows"), cell: (each) => format.number(each.rows) },
      ]}
      empty={<Empty title={t("noTotals")} />}
    />
  );
}
