import { useState } from "react";
import Badge from "@cloudscape-design/components/badge";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Table from "@cloudscape-design/components/table";
import { useQuery } from "@tanstack/react-query";
import { useParams } from "react-router";

import { get, remove } from "../../api/client";
import type { Schemas } from "../../api/types";
import { useFormat } from "../../i18n/format";
import { useMoney } from "../../i18n/money";
import { useTexts } from "../../i18n/use-texts";
import { AllowedButton } from "../../parts/allowed-button";
import { CommandLine } from "../../parts/command-line";
import { FormDialog } from "../../parts/form-dialog";
import { Inside } from "../../parts/links";
import { PriceAge, useMoneyWord } from "../../parts/money";
import { Name } from "../../parts/name";
import { Empty, Shown } from "../../parts/states";
import { useChange } from "../../parts/use-change";
import { ListState } from "./lists";
import { texts } from "./texts";

export default function PriceListPage() {
  const { list: id = "" } = useParams();
  const found = useQuery({
    queryKey: ["prices", "list", id],
    queryFn: ({ signal }) => get("/api/v1/price-lists/{list_id}", { path: { list_id: id }, signal }),
  });
  return <Shown whole of={found}>{(list) => <Known of={list} />}</Shown>;
}

function Known({ of }: { of: Schemas["PriceListDetail"] }) {
  const t = useTexts(texts);
  const format = useFormat();
  const money = useMoney();
  const word = useMoneyWord();
  const [asking, setAsking] = useState(false);
  const withdrawing = useChange({
    id: `price list ${of.id}`,
    run: () => remove("/api/v1/price-lists/{list_id}", { path: { list_id: of.id } }),
    said: () => t("withdrawn"),
    touches: ["prices"],
    onDone: () => setAsking(false),
    quiet: true,
  });
  return (
    <SpaceBetween size="l">
      <Header
        variant="h1"
        actions={
          <AllowedButton permission="price.write" unless={of.status === "withdrawn" ? t("withdrawn") : ""} onClick={() => setAsking(true)}>
            {t("withdraw")}
          </AllowedButton>
        }
      >
        <Name of={of.provider} /> · {money.day(of.priced_on)} · {of.currency} {of.seed ? <Badge color="severity-medium">{t("example")}</Badge> : null}
      </Header>
      <Container>
        <KeyValuePairs
          columns={4}
          items={[
            { label: t("state"), value: <ListState of={of.status} /> },
            { label: t("priceOf"), value: <PriceAge on={of.priced_on} days={of.age_days} /> },
            { label: t("points"), value: <Inside href={`/prices?provider=${encodeURIComponent(of.provider)}`}>{format.number(of.points)}</Inside> },
            { label: t("imported"), value: format.instant(of.imported_at) },
            { label: t("source"), value: <Name of={of.source} /> },
            { label: t("hash"), value: <code className="console-code">{of.sha256}</code> },
          ]}
        />
      </Container>
      <Table
        header={<Header counter={`(${format.number(of.coverage.length)})`}>{t("coverage")}</Header>}
        ariaLabels={{ tableLabel: t("coverage") }}
        items={of.coverage}
        trackBy={(each) => `${each.region} ${each.item}`}
        columnDefinitions={[
          { id: "region", header: t("region"), isRowHeader: true, cell: (each) => <Inside href={`/prices?provider=${encodeURIComponent(of.provider)}&region=${encodeURIComponent(each.region)}&item=${each.item}`}><Name of={each.region} /></Inside> },
          { id: "item", header: t("item"), cell: (each) => word("item", each.item) },
          { id: "points", header: t("points"), cell: (each) => format.number(each.points) },
        ]}
        empty={<Empty title={t("noPrices")} />}
      />
      <Table
        header={<Header counter={`(${format.number(of.flagged)})`}>{t("oddities")}</Header>}
        ariaLabels={{ tableLabel: t("oddities") }}
        items={of.flags}
        trackBy={(each) => `${each.line} ${each.flag}`}
        columnDefinitions={[
          { id: "line", header: t("line"), isRowHeader: true, cell: (each) => format.number(each.line) },
          { id: "sku", header: t("sku"), cell: (each) => <Name of={each.sku} /> },
          { id: "region", header: t("region"), cell: (each) => <Name of={each.region} /> },
          { id: "price", header: t("price"), cell: (each) => money.exact(each.price, of.currency) },
          { id: "flag", header: t("flag"), cell: (each) => (each.flag === "jump" ? t("jump", { percent: money.decimal(each.percent, 1), before: money.exact(each.previous, of.currency) }) : t("future")) },
        ]}
        empty={<Empty title={t("noOddities")} />}
      />
      <CommandLine words={["mcm", "price", "show", of.id]} />
      {asking ? (
        <FormDialog title={t("withdrawTitle")} submit={t("withdraw")} busy={withdrawing.isPending} error={withdrawing.error} onSubmit={() => withdrawing.mutate()} onClose={() => setAsking(false)} command={["price", "delete", of.id]}>
          {t("withdrawWhat", { n: of.points })}
        </FormDialog>
      ) : null}
    </SpaceBetween>
  );
}
