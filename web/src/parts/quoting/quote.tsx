import type { ReactNode } from "react";
import Alert from "@cloudscape-design/components/alert";
import Box from "@cloudscape-design/components/box";
import ExpandableSection from "@cloudscape-design/components/expandable-section";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Table from "@cloudscape-design/components/table";

import type { Schemas } from "../../api/types";
import { useMoney } from "../../i18n/money";
import { useTexts } from "../../i18n/use-texts";
import { useBoth } from "../deciding/word";
import { Inside } from "../links";
import { Amount, PriceAge, RatesUsed, useMoneyWord } from "../money";
import { Name } from "../name";
import { quoteTexts } from "./texts";

export type Quote = Schemas["Quote"];
type Line = Schemas["CostLine"];

/** Its main line: of the machine, or of whatever it is. */
function mainOf(of: Quote): Line | undefined {
  return of.lines.find((each) => each.item === "compute" && each.amount !== null) ?? of.lines.find((each) => each.amount !== null);
}

/** An amount by the month and by the hour, with whose price of which day it is; or why there is none. */
export function QuoteShown({ of, open = false }: { of: Quote; open?: boolean }) {
  const t = useTexts(quoteTexts);
  const word = useMoneyWord();
  const main = mainOf(of);
  const currency = of.currency ?? "";
  const known = of.month !== null && of.currency !== null;
  return (
    <SpaceBetween size="s">
      {!known ? (
        <Alert type="warning" header={t("unknownWhy")}>
          <Notes of={of.notes} />
        </Alert>
      ) : (
        <KeyValuePairs
          columns={4}
          items={[
            { label: t("month"), value: <span className="console-figure"><Amount of={of.month} currency={currency} atLeast={of.at_least} /></span> },
            { label: t("hour"), value: <Hour of={of} /> },
            {
              label: t("basis"),
              value: (
                <>
                  {word("basis", of.basis)}
                  {of.sku ? <Box color="text-body-secondary" fontSize="body-s"><bdi>{t("pricedAs", { sku: of.sku })}</bdi></Box> : null}
                </>
              ),
            },
            { label: t("from"), value: main ? <><Source of={main} /> <Box color="text-body-secondary" fontSize="body-s"><PriceAge on={main.priced_on} days={main.age_days} seed={main.seed} /></Box></> : "–" },
          ]}
        />
      )}
      {known && of.notes.length > 0 ? (
        <Alert type="info" header={t("notes")}>
          <Notes of={of.notes} />
        </Alert>
      ) : null}
      {of.lines.length > 0 ? (
        <ExpandableSection headerText={t("lines")} defaultExpanded={open}>
          <Lines of={of} />
        </ExpandableSection>
      ) : null}
      <RatesUsed of={of.rates} />
    </SpaceBetween>
  );
}

/** To the last digit that matters: an hour often costs less than the currency's smallest coin. */
function Hour({ of }: { of: Quote }) {
  const money = useMoney();
  const amount = of.hour === null ? "–" : `${of.at_least ? "≥ " : ""}${of.currency} ${money.decimal(of.hour, 6)}`;
  return <span className="console-amount">{amount}</span>;
}

function Lines({ of }: { of: Quote }) {
  const t = useTexts(quoteTexts);
  const money = useMoney();
  const word = useMoneyWord();
  return (
    <Table
      variant="embedded"
      ariaLabels={{ tableLabel: t("lines") }}
      items={of.lines}
      trackBy={(each) => `${each.item} ${each.sku} ${each.quantity}`}
      columnDefinitions={[
        { id: "item", header: t("item"), isRowHeader: true, cell: (each) => word("item", each.item) },
        { id: "amount", header: t("amount"), cell: (each) => (each.amount === null ? word("part", each.state) : <Amount of={each.amount} currency={of.currency ?? ""} />) },
        { id: "quantity", header: t("quantity"), cell: (each) => (each.quantity === null ? "–" : `${money.decimal(each.quantity)} ${each.unit ? word("unit", each.unit) : ""}`) },
        { id: "price", header: t("price"), cell: (each) => (each.unit_price === null ? "–" : <span className="console-amount">{each.billed_currency ?? ""} {money.decimal(each.unit_price, 8)}</span>) },
        { id: "basis", header: t("basis"), cell: (each) => word("basis", each.basis) },
        { id: "source", header: t("source"), cell: (each) => <Source of={each} /> },
        { id: "on", header: t("on"), cell: (each) => <PriceAge on={each.priced_on} days={each.age_days} seed={each.seed} /> },
      ]}
    />
  );
}

/** Leads to the price list or rate card. */
function Source({ of }: { of: Line }): ReactNode {
  const t = useTexts(quoteTexts);
  if (!of.list_id) return of.source ? <Name of={of.source} /> : "–";
  const own = of.option === "internal";
  return (
    <Inside href={own ? `/rate-cards/${encodeURIComponent(of.list_id)}` : `/price-lists/${encodeURIComponent(of.list_id)}`}>
      {own ? t("rateCard", { name: of.sku ?? "" }) : <Name of={of.source ?? of.list_id} />}
    </Inside>
  );
}

function Notes({ of }: { of: Quote["notes"] }) {
  const both = useBoth();
  return (
    <ul className="console-plain-list">
      {of.map((each) => (
        <li key={each.message} className="console-words">{both(each.message, each.message_zh)}</li>
      ))}
    </ul>
  );
}
