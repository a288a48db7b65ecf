import Alert from "@cloudscape-design/components/alert";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import MixedLineBarChart from "@cloudscape-design/components/mixed-line-bar-chart";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Table from "@cloudscape-design/components/table";
import { useQuery } from "@tanstack/react-query";

import { get } from "../../../api/client";
import { asProblem } from "../../../api/problem";
import type { Schemas } from "../../../api/types";
import { useFormat } from "../../../i18n/format";
import { useMoney } from "../../../i18n/money";
import { useTexts } from "../../../i18n/use-texts";
import { Choice } from "../../../parts/choice";
import { CommandLine } from "../../../parts/command-line";
import { Listing } from "../../../parts/listing";
import { Amount, AsTable, drawn, MoneyGaps, RatesUsed, useMoneyWord } from "../../../parts/money";
import { Name } from "../../../parts/name";
import { faultOf, SaidOf } from "../../../parts/said";
import { Empty, Shown } from "../../../parts/states";
import { useAddress } from "../../../parts/use-address";
import { COSTS } from "../state";
import { texts } from "./texts";

const CURRENCIES = ["CNY", "USD", "EUR", "GBP", "HKD", "JPY", "SGD"] as const;
const AHEAD = [0, 1, 2, 3] as const;
type Forecast = Schemas["ForecastItem"];

export default function ForecastPage() {
  const t = useTexts(texts);
  const word = useMoneyWord();
  const { set, value } = useAddress();
  const cost = value("cost") === "effective" ? "effective" : "billed";
  const currency = value("currency");
  const ahead = AHEAD.find((each) => String(each) === value("ahead")) ?? 0;
  const query = { cost, ahead, ...(currency ? { currency } : {}) } as const;
  const found = useQuery({
    queryKey: ["costs", "forecast", query],
    retry: false,
    queryFn: ({ signal }) => get("/api/v1/forecasts", { query, signal }),
  });
  // Nothing has gone wrong: there are too few months to tell from.
  const short = found.error && asProblem(found.error).code === "forecast_impossible" ? asProblem(found.error) : null;
  return (
    <SpaceBetween size="l">
      <Header variant="h1" description={t("forecastHint")}>
        {t("forecastTitle")}
      </Header>
      <Container>
        <div className="console-choices">
          <Choice field label={t("ahead")} value={String(ahead)} options={AHEAD.map((each) => ({ value: String(each), label: each ? t("aheadN", { n: each }) : t("thisOnly") }))} onChange={(to) => set({ ahead: to === "0" ? "" : to })} />
          <Choice field label={t("cost")} value={cost} options={COSTS.map((each) => ({ value: each, label: word("cost", each) }))} onChange={(to) => set({ cost: to })} />
          <Choice field label={t("currency")} value={currency} options={[{ value: "", label: t("asBilled") }, ...CURRENCIES.map((each) => ({ value: each as string, label: each }))]} onChange={(to) => set({ currency: to })} />
        </div>
      </Container>
      {short ? (
        <Alert type="info">
          <SaidOf whole fault={faultOf(short)} />
        </Alert>
      ) : (
        <Shown of={found}>{(list) => <Forecasts of={list} />}</Shown>
      )}
      <Anomalies cost={cost} />
      <CommandLine words={["mcm", "cost", "forecast", "--ahead", String(ahead), ...(currency ? ["--currency", currency] : [])]} />
    </SpaceBetween>
  );
}

function Forecasts({ of }: { of: Schemas["ForecastList"] }) {
  const t = useTexts(texts);
  const format = useFormat();
  const money = useMoney();
  const word = useMoneyWord();
  const currencies = [...new Set(of.items.map((each) => each.currency))];
  return (
    <SpaceBetween size="l">
      <MoneyGaps of={of.gaps} />
      {of.too_short.length > 0 ? t("shortCurrencies", { currencies: of.too_short.join(", ") }) : null}
      <Table
        header={<Header variant="h2">{t("forecasts")}</Header>}
        ariaLabels={{ tableLabel: t("forecasts") }}
        items={of.items}
        trackBy={(each) => `${each.month} ${each.currency}`}
        resizableColumns
        columnDefinitions={[
          { id: "month", header: t("month"), isRowHeader: true, width: 150, cell: (each) => money.month(each.month) },
          { id: "expected", header: t("expected"), width: 170, cell: (each) => <strong><Amount of={each.presented} currency={each.currency} /></strong> },
          { id: "low", header: t("low"), width: 175, cell: (each) => <Amount of={each.low} currency={each.currency} /> },
          { id: "high", header: t("high"), width: 175, cell: (each) => <Amount of={each.high} currency={each.currency} /> },
          { id: "so", header: t("soFar"), width: 175, cell: (each) => <Amount of={each.so_far} currency={each.currency} /> },
          { id: "known", header: t("knownUntil"), width: 175, cell: (each) => money.day(each.known_until) },
          { id: "method", header: t("method"), width: 240, cell: (each) => word("method", each.method) },
          { id: "error", header: t("error"), width: 120, cell: (each) => money.percent(each.mape) },
          { id: "months", header: t("wholeMonths"), width: 160, cell: (each) => format.number(each.whole_months) },
        ]}
        empty={<Empty title={t("noForecast")} />}
      />
      {currencies.map((currency) => (
        <Tries key={currency} of={of.items.filter((each) => each.currency === currency)} currency={currency} />
      ))}
      <RatesUsed of={of.rates} />
    </SpaceBetween>
  );
}

/** What the method would have said of months that are over, beside what they were, and then what it says now. */
function Tries({ of, currency }: { of: readonly Forecast[]; currency: string }) {
  const t = useTexts(texts);
  const money = useMoney();
  const tries = of[0]?.tries ?? [];
  const months = [...tries.map((each) => each.month), ...of.map((each) => each.month)];
  const formatter = (value: number) => money.money(value.toFixed(2), currency);
  const title = t("tries", { currency });
  return (
    <Container header={<Header variant="h2">{title}</Header>}>
      <MixedLineBarChart
        series={[
          { type: "bar", title: t("actual"), data: tries.map((each) => ({ x: each.month, y: drawn(each.actual) })), valueFormatter: formatter },
          { type: "line", title: t("predicted"), data: [...tries.map((each) => ({ x: each.month, y: drawn(each.predicted) })), ...of.map((each) => ({ x: each.month, y: drawn(each.amount) }))], valueFormatter: formatter },
        ]}
        xDomain={months}
        xScaleType="categorical"
        height={220}
        hideFilter
        ariaLabel={title}
        xTitle={t("month")}
        yTitle={currency}
        i18nStrings={{ xTickFormatter: (month) => money.month(month), yTickFormatter: (value) => money.decimal(String(value), 2) }}
      />
      <AsTable>
        <Table
          variant="embedded"
          ariaLabels={{ tableLabel: title }}
          items={[...tries]}
          trackBy="month"
          columnDefinitions={[
            { id: "month", header: t("month"), isRowHeader: true, cell: (each) => money.month(each.month) },
            { id: "predicted", header: t("predicted"), cell: (each) => <Amount of={each.predicted} currency={currency} /> },
            { id: "actual", header: t("actual"), cell: (each) => <Amount of={each.actual} currency={currency} /> },
          ]}
        />
      </AsTable>
    </Container>
  );
}

function Anomalies({ cost }: { cost: "billed" | "effective" }) {
  const t = useTexts(texts);
  const money = useMoney();
  const found = useQuery({
    queryKey: ["costs", "anomalies", cost],
    queryFn: ({ signal }) => get("/api/v1/anomalies", { query: { cost }, signal }),
  });
  return (
    <Listing
      of={found}
      variant="h2"
      title={t("anomalies")}
      subtitle={t("anomaliesHint")}
      trackBy={(each) => `${each.on} ${each.account_id} ${each.service} ${each.currency}`}
      columns={[
        { id: "day", header: t("day"), isRowHeader: true, width: 140, cell: (each) => money.day(each.on) },
        { id: "account", header: t("account"), width: 150, cell: (each) => <Name of={each.account ?? "–"} /> },
        { id: "service", header: t("service"), width: 180, cell: (each) => <Name of={each.service ?? "–"} /> },
        { id: "was", header: t("was"), width: 175, cell: (each) => <Amount of={each.presented} currency={each.currency} /> },
        { id: "usual", header: t("usual"), width: 175, cell: (each) => <Amount of={each.expected} currency={each.currency} /> },
        { id: "since", header: t("since"), width: 140, cell: (each) => money.day(each.since) },
        { id: "excess", header: t("excess"), width: 175, cell: (each) => <Amount of={each.excess} currency={each.currency} /> },
      ]}
      empty={<Empty title={t("noAnomalies")} />}
    />
  );
}
