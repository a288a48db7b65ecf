import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Table from "@cloudscape-design/components/table";

import { useMoney } from "../../../i18n/money";
import { useTexts } from "../../../i18n/use-texts";
import { Inside } from "../../../parts/links";
import { Amount, PriceAge, useMoneyWord } from "../../../parts/money";
import { Name } from "../../../parts/name";
import { plain } from "../../../parts/plain";
import { usePreferences } from "../../../preferences/preferences";
import { type Column, useColumnName } from "./naming";
import { texts } from "./texts";

/** Every line of one column: how much of what at which price, from whom and of which day. */
export function Details({ of, currency }: { of: Column; currency: string }) {
  const t = useTexts(texts);
  const money = useMoney();
  const word = useMoneyWord();
  const columnName = useColumnName();
  const { language } = usePreferences();
  const lines = of.lines.filter((each) => each.state !== "not_needed").map((each, at) => ({ ...each, at }));
  return (
    <Container header={<Header variant="h2">{t("details", { name: columnName(of) })}</Header>}>
      <SpaceBetween size="m">
        <Table
          variant="embedded"
          ariaLabels={{ tableLabel: t("details", { name: columnName(of) }) }}
          items={lines}
          trackBy={(each) => String(each.at)}
          resizableColumns
          columnDefinitions={[
            { id: "item", header: t("item"), isRowHeader: true, width: 130, cell: (each) => word("item", each.item) },
            { id: "tier", header: t("tier"), width: 110, cell: (each) => (each.tier ? <Name of={each.tier} /> : t("allTiers")) },
            { id: "amount", header: t("amount"), width: 175, cell: (each) => (each.amount === null ? word("part", each.state) : <Amount of={each.amount} currency={currency} />) },
            { id: "quantity", header: t("quantity"), width: 150, cell: (each) => (each.quantity ? `${money.decimal(each.quantity)} × ${word("unit", each.unit)}` : "–") },
            { id: "price", header: t("unitPrice"), width: 170, cell: (each) => (each.unit_price ? money.exact(each.unit_price, each.billed_currency ?? currency) : "–") },
            { id: "upfront", header: t("upfront"), width: 175, cell: (each) => (each.upfront ? <Amount of={each.upfront} currency={each.billed_currency ?? currency} /> : "–") },
            { id: "billed", header: t("billed"), width: 175, cell: (each) => (each.billed ? <Amount of={each.billed} currency={each.billed_currency ?? currency} /> : "–") },
            { id: "sku", header: t("sku"), width: 190, cell: (each) => <Name of={each.sku ?? "–"} /> },
            { id: "basis", header: t("basis"), width: 110, cell: (each) => word("basis", each.basis) },
            { id: "source", header: t("source"), width: 220, cell: (each) => <Source of={each} /> },
            { id: "on", header: t("priceOf"), width: 240, cell: (each) => <PriceAge on={each.priced_on} days={each.age_days} seed={each.seed} /> },
          ]}
        />
        {of.sizes.length > 0 ? (
          <div>
            <strong>{t("sizes")}</strong>
            <ul className="console-plain-list">
              {of.sizes.map((size) => (
                <li key={`${size.tier} ${size.sku}`}>
                  {t("sizeOf", { count: size.count, sku: plain(size.sku), tier: plain(size.tier), vcpus: money.decimal(size.vcpus), memory: money.decimal(size.memory_gib) })}
                  {Number(size.over_vcpus) > 0 || Number(size.over_memory_gib) > 0 ? ` – ${t("over", { vcpus: money.decimal(size.over_vcpus), memory: money.decimal(size.over_memory_gib) })}` : ""}
                </li>
              ))}
            </ul>
          </div>
        ) : null}
        {[{ title: t("sensitivity"), said: of.sensitivity ?? [] }, { title: t("remarks"), said: of.notes }].map(({ title, said }) =>
          said.length > 0 ? (
            <div key={title}>
              <strong>{title}</strong>
              <ul className="console-plain-list">
                {said.map((note) => (
                  <li key={note.message}>{plain(language === "zh-CN" ? note.message_zh : note.message)}</li>
                ))}
              </ul>
            </div>
          ) : null,
        )}
      </SpaceBetween>
    </Container>
  );
}

/** A price list or a rate card has a page of its own. */
function Source({ of }: { of: Column["lines"][number] }) {
  if (!of.source) return <>–</>;
  const there = of.list_id?.startsWith("prl_") ? `/price-lists/${of.list_id}` : of.list_id?.startsWith("rtc_") ? `/rate-cards/${of.list_id}` : "";
  return there ? <Inside href={there}><Name of={of.source} /></Inside> : <Name of={of.source} />;
}
