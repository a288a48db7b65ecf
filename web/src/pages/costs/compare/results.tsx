import Badge from "@cloudscape-design/components/badge";
import Box from "@cloudscape-design/components/box";
import Header from "@cloudscape-design/components/header";
import Popover from "@cloudscape-design/components/popover";
import Table, { type TableProps } from "@cloudscape-design/components/table";

import type { Schemas } from "../../../api/types";
import { useFormat } from "../../../i18n/format";
import { useTexts } from "../../../i18n/use-texts";
import { Amount, PriceAge, useMoneyWord } from "../../../parts/money";
import { Name } from "../../../parts/name";
import { plain } from "../../../parts/plain";
import { useAddress } from "../../../parts/use-address";
import { usePreferences } from "../../../preferences/preferences";
import { type Column, itemsOf, useColumnName, useOptionName } from "./naming";
import { texts } from "./texts";

/** Every location by every way of buying; the row that is chosen stands in the address. */
export function Results({ of }: { of: Schemas["Comparison"] }) {
  const t = useTexts(texts);
  const format = useFormat();
  const word = useMoneyWord();
  const optionName = useOptionName();
  const columnName = useColumnName();
  const { set, value } = useAddress();
  const { currency } = of;
  const columns: TableProps.ColumnDefinition<Column>[] = [
    { id: "rank", header: t("rank"), width: 80, cell: (each) => format.number(each.rank) },
    {
      id: "location",
      header: t("location"),
      isRowHeader: true,
      width: 250,
      cell: (each) => (
        <>
          <Name of={each.place.key} /> {each.place.ownership === "public" ? null : <Badge color="blue">{t("own")}</Badge>} {each.current ? <Badge color="green">{t("here")}</Badge> : null}
        </>
      ),
    },
    { id: "option", header: t("option"), width: 190, cell: optionName },
    { id: "total", header: t("total"), width: 210, cell: (each) => <TotalOf of={each} currency={currency} /> },
    { id: "above", header: t("above"), width: 190, cell: (each) => <Amount of={each.above_cheapest} currency={currency} change /> },
    ...itemsOf(of).map((item) => ({ id: item, header: word("item", item), width: 175, cell: (each: Column) => <PartOf of={each} item={item} currency={currency} /> })),
    { id: "first", header: t("firstMonth"), width: 175, cell: (each) => <Amount of={each.total.shown_cash} currency={currency} atLeast={each.total.at_least} /> },
    { id: "marginal", header: t("marginal"), width: 175, cell: (each) => <Amount of={each.marginal_shown} currency={currency} /> },
    { id: "basis", header: t("basis"), width: 120, cell: (each) => word("basis", each.total.basis) },
    { id: "oldest", header: t("oldest"), width: 240, cell: (each) => <Oldest of={each} /> },
    { id: "remarks", header: t("remarks"), width: 160, cell: (each) => <Remarks of={each} /> },
  ];
  return (
    <Table<Column>
      header={
        <Header counter={`(${format.number(of.columns.length)})`} description={t("chooseRow")}>
          {t("results")}
        </Header>
      }
      ariaLabels={{ tableLabel: t("results"), selectionGroupLabel: t("results"), itemSelectionLabel: (_, each) => columnName(each) }}
      items={of.columns}
      trackBy="key"
      resizableColumns
      stickyColumns={{ first: 3 }}
      selectionType="single"
      selectedItems={of.columns.filter((each) => each.key === value("column"))}
      onSelectionChange={({ detail }) => set({ column: detail.selectedItems[0]?.key ?? "" }, true)}
      onRowClick={({ detail }) => set({ column: detail.item.key }, true)}
      columnDefinitions={columns}
      empty={t("nowhere")}
    />
  );
}

function TotalOf({ of, currency }: { of: Column; currency: string }) {
  const t = useTexts(texts);
  if (of.total.shown === null) return <Box color="text-status-inactive">{t("noPrice")}</Box>;
  return (
    <strong>
      <Amount of={of.total.shown} currency={currency} atLeast={of.total.at_least} />
    </strong>
  );
}

function PartOf({ of, item, currency }: { of: Column; item: string; currency: string }) {
  const t = useTexts(texts);
  const found = of.items.find((each) => each.item === item);
  if (!found || found.state === "not_needed") return <Box color="text-status-inactive">{t("notNeeded")}</Box>;
  if (found.state === "not_included") return <Box color="text-status-warning">{t("notIncluded")}</Box>;
  if (found.state === "within") return <>{t("within")}</>;
  return <Amount of={found.shown} currency={currency} />;
}

function Oldest({ of }: { of: Column }) {
  const oldest = of.lines.filter((each) => each.priced_on !== null).toSorted((a, b) => (b.age_days ?? 0) - (a.age_days ?? 0))[0];
  return <PriceAge on={of.oldest_price} days={oldest?.age_days} seed={of.lines.some((each) => each.seed)} />;
}

function Remarks({ of }: { of: Column }) {
  const t = useTexts(texts);
  const format = useFormat();
  const { language } = usePreferences();
  if (of.notes.length === 0) return <>–</>;
  return (
    <Popover
      triggerType="text"
      size="large"
      header={t("remarks")}
      content={
        <ul className="console-plain-list">
          {of.notes.map((note) => (
            <li key={note.message}>{plain(language === "zh-CN" ? note.message_zh : note.message)}</li>
          ))}
        </ul>
      }
    >
      {t("remarks")} ({format.number(of.notes.length)})
    </Popover>
  );
}
