import Badge from "@cloudscape-design/components/badge";
import Cards from "@cloudscape-design/components/cards";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";

import type { Account } from "../../api/types";
import { useFormat } from "../../i18n/format";
import { useTerm, useTexts } from "../../i18n/use-texts";
import { AllowedButton } from "../../parts/allowed-button";
import { Age } from "../../parts/freshness";
import { Inside, useFollow } from "../../parts/links";
import { Name } from "../../parts/name";
import { Empty, Shown } from "../../parts/states";
import { Status } from "../../parts/status";
import { isIncomplete, scopesOf, useAccounts } from "../accounts/use-accounts";
import { CapacityCell } from "./capacity-cells";
import { useCapacity } from "./use-capacity";
import { useFacets } from "./use-facets";
import { texts } from "./texts";

const MOST = 24;
const TROUBLE = ["failing", "new", "paused", "ok"];

export function Clouds() {
  const t = useTexts(texts);
  const term = useTerm();
  const format = useFormat();
  const found = useAccounts();
  const instances = useFacets();
  const capacity = useCapacity();
  const follow = useFollow();
  const counts = new Map(instances.data?.facets["account"]?.values.map((each) => [each.value, each.count]));
  return (
    <Shown of={found}>
      {({ items }) => (
        <SpaceBetween size="s">
        <Header
          variant="h2"
          counter={items.length > 0 ? `(${format.number(items.length)})` : undefined}
          actions={items.length > MOST ? <Inside href="/accounts">{t("allAccounts")}</Inside> : undefined}
        >
          {t("clouds")}
        </Header>
        <div data-tour="clouds">
          <Cards<Account>
            ariaLabels={{ itemSelectionLabel: (_, account) => account.name, selectionGroupLabel: t("clouds") }}
            items={items.toSorted((a, b) => TROUBLE.indexOf(a.status) - TROUBLE.indexOf(b.status) || a.name.localeCompare(b.name)).slice(0, MOST)}
            trackBy="id"
            cardsPerRow={[{ cards: 1 }, { minWidth: 560, cards: 2 }, { minWidth: 900, cards: 3 }, { minWidth: 1200, cards: 4 }]}
            cardDefinition={{
              header: (account) => (
                <Inside href={`/accounts/${encodeURIComponent(account.name)}`} variant="secondary" fontSize="heading-m">
                  <Name of={account.name} />
                </Inside>
              ),
              sections: [
                {
                  id: "status",
                  content: (account) => (
                    <SpaceBetween direction="horizontal" size="xs">
                      <Status group="account" word={account.status} />
                      <Badge color={account.ownership === "public" ? "blue" : "grey"}>{term("ownership", account.ownership)}</Badge>
                      <Badge>{account.provider}</Badge>
                    </SpaceBetween>
                  ),
                },
                {
                  id: "instances",
                  header: t("instances"),
                  width: 50,
                  content: (account) => (instances.data ? format.atLeast(counts.get(account.name) ?? 0, isIncomplete(account)) : "–"),
                },
                { id: "resources", header: t("resources"), width: 50, content: (account) => format.atLeast(account.resources, isIncomplete(account)) },
                { id: "read", header: t("read"), width: 50, content: (account) => <Age at={account.as_of} /> },
                {
                  id: "reads",
                  header: t("reads"),
                  width: 50,
                  content: (account) => {
                    const { ok, all } = scopesOf(account);
                    return t("readsOk", { n: ok, all });
                  },
                },
                { id: "capacity", content: (account) => <CapacityCell level={capacity.data?.get(account.name)} /> },
              ],
            }}
            empty={<Empty title={t("noClouds")} hint={t("noCloudsHint")} action={<AllowedButton permission="account.write" variant="primary" href="/create/account" onFollow={follow}>{t("connect")}</AllowedButton>} />}
          />
        </div>
        </SpaceBetween>
      )}
    </Shown>
  );
}
