import { useDeferredValue, useState } from "react";
import Box from "@cloudscape-design/components/box";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import Table from "@cloudscape-design/components/table";
import TextFilter from "@cloudscape-design/components/text-filter";

import { FILTER } from "../../app/keys";
import { useFormat } from "../../i18n/format";
import { useTerm, useTexts } from "../../i18n/use-texts";
import { Age } from "../../parts/freshness";
import { Name } from "../../parts/name";
import { plain } from "../../parts/plain";
import { ProblemAlert } from "../../parts/problem-alert";
import { Empty } from "../../parts/states";
import { usePreferences } from "../../preferences/preferences";
import { factsOf } from "./choice-facts";
import type { Form } from "./state";
import { texts } from "./texts";
import { type Choice, useChoices } from "./use-choices";

interface Props {
  form: Form;
  param: string;
  chosen: readonly string[];
  onChoose(chosen: readonly string[]): void;
  many?: boolean;
  filter?: boolean;
}

/** What there is for one parameter; what does not fit is there as well and says why. */
export function ChoiceTable({ form, param, chosen, onChoose, many = false, filter = false }: Props) {
  const t = useTexts(texts);
  const term = useTerm();
  const format = useFormat();
  const { language } = usePreferences();
  const [search, setSearch] = useState("");
  const wanted = useDeferredValue(search.trim());
  const found = useChoices(form, { only: param, search: wanted });
  const list = found.data?.lists.find((each) => each.param === param);
  const items = list?.items ?? [];
  const why = (choice: Choice) => plain((language === "zh-CN" ? choice.reason_zh : choice.reason) ?? "");
  const marked = items.filter(({ native_id: id, name }) => chosen.includes(id) || chosen.includes(name));
  // What was chosen before the search stays chosen while it is not shown.
  const hidden = chosen.filter((each) => !items.some(({ native_id: id, name }) => id === each || name === each));
  return (
    <SpaceBetween size="s">
      {found.isError ? <ProblemAlert error={found.error} onRetry={() => void found.refetch()} /> : null}
      {list?.stale ? <StatusIndicator type="warning">{t("staleList", { reason: plain((language === "zh-CN" ? list.stale_reason_zh : list.stale_reason) ?? "") })}</StatusIndicator> : null}
      <Table
        header={
          <Header
            variant="h2"
            counter={list ? `(${format.number(list.total)})` : undefined}
            description={list?.as_of ? <>{t("readAge")}: <Age at={list.as_of} /></> : undefined}
          >
            {term("param", param)}
          </Header>
        }
        ariaLabels={{
          tableLabel: term("param", param),
          selectionGroupLabel: t("selection"),
          allItemsSelectionLabel: () => t("selectAll"),
          itemSelectionLabel: (_, each) => t("select", { name: plain(each.name || each.native_id) }),
        }}
        items={items}
        trackBy="native_id"
        loading={found.isPending}
        loadingText={t("loading")}
        selectionType={many ? "multi" : "single"}
        selectedItems={marked}
        isItemDisabled={({ usable }) => usable === false}
        onRowClick={({ detail }) => {
          if (detail.item.usable !== false && !many) onChoose([detail.item.native_id]);
        }}
        onSelectionChange={({ detail }) => {
          const now = detail.selectedItems.map(({ native_id: id }) => id);
          onChoose(many ? [...hidden, ...now] : now);
        }}
        filter={
          list && list.total > 8 ? (
            <div {...(filter ? { [FILTER]: "" } : {})}>
              <TextFilter filteringText={search} filteringAriaLabel={t("find")} filteringPlaceholder={t("find")} onChange={({ detail }) => setSearch(detail.filteringText)} />
            </div>
          ) : undefined
        }
        columnDefinitions={[
          {
            id: "name",
            header: t("name"),
            isRowHeader: true,
            minWidth: 150,
            cell: (each) => (
              <>
                <Name of={each.name || each.native_id} />
                <Box fontSize="body-s" color="text-body-secondary">
                  {factsOf(list?.kind ?? "", each, t, format)}
                </Box>
              </>
            ),
          },
          {
            id: "fits",
            header: t("fits"),
            minWidth: 130,
            cell: (each) =>
              each.usable === false ? (
                <>
                  <StatusIndicator type="stopped">{t("fitsNo")}</StatusIndicator>
                  <Box fontSize="body-s" color="text-body-secondary">
                    {why(each)}
                  </Box>
                </>
              ) : (
                <StatusIndicator type="success">{t("fitsYes")}</StatusIndicator>
              ),
          },
        ]}
        wrapLines
        footer={list && list.found > items.length ? <Box color="text-body-secondary">{t("someOf", { n: items.length, all: list.found })}</Box> : undefined}
        empty={found.isError ? null : <Empty title={list?.absent ? t("notListed") : t("none")} hint={list?.absent ? plain(list.absent) : undefined} />}
      />
    </SpaceBetween>
  );
}
