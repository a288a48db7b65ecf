import { useMemo } from "react";
import Badge from "@cloudscape-design/components/badge";
import Button from "@cloudscape-design/components/button";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Table from "@cloudscape-design/components/table";
import TextFilter from "@cloudscape-design/components/text-filter";
import { useSearchParams } from "react-router";

import type { Account } from "../../api/types";
import { FILTER } from "../../app/keys";
import { useFormat } from "../../i18n/format";
import { useTerm, useTexts } from "../../i18n/use-texts";
import { AllowedButton } from "../../parts/allowed-button";
import { Age } from "../../parts/freshness";
import { Inside, useFollow } from "../../parts/links";
import { Name } from "../../parts/name";
import { ProblemAlert } from "../../parts/problem-alert";
import { Empty } from "../../parts/states";
import { Status } from "../../parts/status";
import { texts } from "./texts";
import { isIncomplete, placeOf, scopesOf, useAccounts } from "./use-accounts";

export default function Accounts() {
  const t = useTexts(texts);
  const term = useTerm();
  const format = useFormat();
  const [params, setParams] = useSearchParams();
  const search = params.get("search") ?? "";
  const found = useAccounts();
  const follow = useFollow();
  const items = useMemo(() => (found.data?.items ?? []).filter((each) => fits(each, search)), [found.data, search]);
  const all = found.data?.items.length ?? 0;
  const add = (
    <AllowedButton permission="account.write" variant="primary" href="/create/account" onFollow={follow}>
      {t("add")}
    </AllowedButton>
  );
  return (
    <SpaceBetween size="m">
      <Header
        variant="h1"
        counter={all > 0 ? `(${format.number(all)})` : undefined}
        description={t("subtitle")}
        actions={
          <SpaceBetween direction="horizontal" size="xs">
            <Button iconName="refresh" ariaLabel={t("refresh")} loading={found.isFetching} onClick={() => void found.refetch()} />
            {add}
          </SpaceBetween>
        }
      >
        {t("title")}
      </Header>
      {found.isError ? <ProblemAlert error={found.error} onRetry={() => void found.refetch()} /> : null}
      <Table
        items={items}
        trackBy="id"
        loading={found.isPending}
        loadingText={t("loading")}
        resizableColumns
        ariaLabels={{ tableLabel: t("table") }}
        filter={
          <div {...{ [FILTER]: "" }}>
            <TextFilter
              filteringText={search}
              filteringAriaLabel={t("find")}
              filteringPlaceholder={t("find")}
              onChange={({ detail }) => setParams(detail.filteringText ? { search: detail.filteringText } : {}, { replace: true })}
            />
          </div>
        }
        columnDefinitions={[
          {
            id: "name",
            header: t("name"),
            isRowHeader: true,
            width: 220,
            cell: (each) => (
              <Inside href={`/accounts/${encodeURIComponent(each.name)}`}>
                <Name of={each.name} />
              </Inside>
            ),
          },
          { id: "status", header: t("status"), width: 130, cell: (each) => <Status group="account" word={each.status} /> },
          { id: "provider", header: t("provider"), width: 130, cell: (each) => each.provider },
          { id: "ownership", header: t("ownership"), width: 130, cell: (each) => term("ownership", each.ownership) },
          { id: "resources", header: t("resources"), width: 130, cell: (each) => format.atLeast(each.resources, isIncomplete(each)) },
          {
            id: "scopes",
            header: t("scopes"),
            width: 150,
            cell: (each) => {
              const { ok, all: known } = scopesOf(each);
              return t("scopesOk", { n: ok, all: known });
            },
          },
          { id: "asOf", header: t("asOf"), width: 150, cell: (each) => <Age at={each.as_of} /> },
          { id: "place", header: t("place"), width: 150, cell: (each) => placeOf(each) || "–" },
          {
            id: "labels",
            header: t("labels"),
            width: 150,
            cell: (each) => (
              <SpaceBetween direction="horizontal" size="xxs">
                {each.labels.map((label) => (
                  <Badge key={label}>{label}</Badge>
                ))}
              </SpaceBetween>
            ),
          },
        ]}
        empty={
          found.isError ? null : all > 0 ? (
            <Empty title={t("nothingFits")} action={<Button onClick={() => setParams({})}>{t("clear")}</Button>} />
          ) : (
            <Empty title={t("none")} hint={t("noneHint")} action={add} />
          )
        }
      />
    </SpaceBetween>
  );
}

function fits(account: Account, search: string): boolean {
  const wanted = search.toLowerCase();
  return [account.name, account.provider, placeOf(account), ...account.labels].some((text) => text.toLowerCase().includes(wanted));
}
