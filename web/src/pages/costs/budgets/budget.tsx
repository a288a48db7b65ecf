import { useState } from "react";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import ProgressBar from "@cloudscape-design/components/progress-bar";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Table from "@cloudscape-design/components/table";
import { useQuery } from "@tanstack/react-query";
import { useNavigate, useParams } from "react-router";

import { get, remove } from "../../../api/client";
import type { Schemas } from "../../../api/types";
import { useFormat } from "../../../i18n/format";
import { useMoney } from "../../../i18n/money";
import { useTexts } from "../../../i18n/use-texts";
import { AllowedButton } from "../../../parts/allowed-button";
import { CommandLine } from "../../../parts/command-line";
import { Amount, drawn, MoneyGaps, RatesUsed, useMoneyWord } from "../../../parts/money";
import { Name } from "../../../parts/name";
import { plain } from "../../../parts/plain";
import { Removing } from "../../../parts/removing";
import { Empty, Shown } from "../../../parts/states";
import { BudgetDialog } from "./dialog";
import { Enabled, Thresholds } from "./list";
import { texts } from "./texts";

export default function BudgetPage() {
  const { budget: name = "" } = useParams();
  const found = useQuery({
    queryKey: ["costs", "budget", name],
    queryFn: ({ signal }) => get("/api/v1/budgets/{name}", { path: { name }, signal }),
  });
  return <Shown whole of={found}>{(budget) => <Known of={budget} />}</Shown>;
}

function Known({ of }: { of: Schemas["BudgetDetail"] }) {
  const t = useTexts(texts);
  const format = useFormat();
  const money = useMoney();
  const word = useMoneyWord();
  const navigate = useNavigate();
  const [asked, setAsked] = useState<"edit" | "remove" | null>(null);
  const name = plain(of.name);
  const only = Object.entries(of.only).flatMap(([key, value]) => (value ? [`${word("dimension", key)}: ${plain(Array.isArray(value) ? value.join(", ") : JSON.stringify(value))}`] : []));
  return (
    <SpaceBetween size="l">
      <Header
        variant="h1"
        actions={
          <SpaceBetween direction="horizontal" size="xs">
            <AllowedButton permission="cost.write" onClick={() => setAsked("remove")}>
              {t("remove")}
            </AllowedButton>
            <AllowedButton permission="cost.write" variant="primary" onClick={() => setAsked("edit")}>
              {t("edit")}
            </AllowedButton>
          </SpaceBetween>
        }
      >
        <Name of={of.name} />
      </Header>
      <MoneyGaps of={of.standing.gaps} />
      <Standing of={of} />
      <Container header={<Header variant="h2">{t("about")}</Header>}>
        <KeyValuePairs
          columns={4}
          items={[
            { label: t("amount"), value: <Amount of={of.amount} currency={of.currency} /> },
            { label: t("tenant"), value: of.tenant ? <Name of={of.tenant} /> : t("everybody") },
            { label: t("only"), value: only.join(" · ") || t("all") },
            { label: t("cost"), value: word("cost", of.cost) },
            { label: t("thresholds"), value: <Thresholds of={of.thresholds} /> },
            { label: t("state"), value: <Enabled of={of.enabled} /> },
            { label: t("changed"), value: format.instant(of.changed_at) },
          ]}
        />
      </Container>
      <Table
        header={<Header variant="h2">{t("alerts")}</Header>}
        ariaLabels={{ tableLabel: t("alerts") }}
        items={of.alerts}
        trackBy={(each) => `${each.month} ${each.of} ${each.percent}`}
        columnDefinitions={[
          { id: "month", header: t("month"), isRowHeader: true, cell: (each) => money.month(each.month) },
          { id: "threshold", header: t("threshold"), cell: (each) => t("thresholdOf", { percent: each.percent, of: word("method", each.of) }) },
          { id: "spent", header: t("spent"), cell: (each) => <Amount of={each.spent} currency={each.currency} /> },
          { id: "at", header: t("at"), cell: (each) => format.instant(each.at) },
        ]}
        empty={<Empty title={t("noAlerts")} />}
      />
      <RatesUsed of={of.standing.rates} />
      <CommandLine words={["mcm", "budget", "show", of.name]} />
      {asked === "edit" ? <BudgetDialog of={of} onClose={() => setAsked(null)} /> : null}
      {asked === "remove" ? (
        <Removing
          id={`budget ${of.name}`}
          title={t("removeTitle", { name })}
          submit={t("remove")}
          what={t("removeWhat")}
          said={t("removed", { name })}
          run={() => remove("/api/v1/budgets/{name}", { path: { name: of.name } })}
          touches={[]}
          command={["budget", "delete", of.name]}
          onDone={() => void navigate("/budgets")}
          onClose={() => setAsked(null)}
        />
      ) : null}
    </SpaceBetween>
  );
}

function Standing({ of }: { of: Schemas["BudgetDetail"] }) {
  const t = useTexts(texts);
  const money = useMoney();
  const word = useMoneyWord();
  const { standing, currency } = of;
  const spent = money.money(standing.presented, currency);
  const title = t("standing", { month: money.month(standing.month) });
  return (
    <Container header={<Header variant="h2">{title}</Header>}>
      <SpaceBetween size="m">
        {standing.share === null ? (
          t("spentUnknown")
        ) : (
          <ProgressBar
            label={t("spent")}
            value={Math.min(100, drawn(standing.share) * 100)}
            status={drawn(standing.share) > 1 ? "error" : "in-progress"}
            resultText={`${t("spentOf", { spent, amount: money.money(of.amount, currency) })} (${money.percent(standing.share)})`}
            additionalInfo={t("spentOf", { spent, amount: money.money(of.amount, currency) })}
          />
        )}
        <KeyValuePairs
          columns={4}
          items={[
            { label: t("share"), value: money.percent(standing.share) },
            {
              label: t("forecast"),
              value: standing.forecast ? (
                <>
                  <Amount of={standing.forecast} currency={currency} />{" "}
                  {t("between", { low: money.money(standing.forecast_low, currency), high: money.money(standing.forecast_high, currency) })}
                </>
              ) : standing.forecast_missing === "too_short" ? (
                t("tooShort")
              ) : (
                "–"
              ),
            },
            { label: t("method"), value: standing.forecast_method ? word("method", standing.forecast_method) : "–" },
            { label: t("error"), value: money.percent(standing.forecast_mape) },
            { label: t("knownUntil"), value: money.day(standing.known_until) },
          ]}
        />
      </SpaceBetween>
    </Container>
  );
}
