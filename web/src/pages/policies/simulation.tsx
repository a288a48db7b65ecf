import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Table from "@cloudscape-design/components/table";

import type { Schemas } from "../../api/types";
import { useTexts } from "../../i18n/use-texts";
import { useBoth } from "../../parts/deciding/word";
import { Age } from "../../parts/freshness";
import { Inside } from "../../parts/links";
import { Name } from "../../parts/name";
import { Empty } from "../../parts/states";
import { texts } from "./texts";

type Item = Schemas["SimulatedItem"];

/** What a draft would have said lately, and says to what runs now. */
export function SimulationPart({ of }: { of: Schemas["Simulation"] }) {
  const t = useTexts(texts);
  const { requests, running } = of;
  return (
    <SpaceBetween size="m">
      <Items title={t("running", { n: running.violating, all: running.total, fresh: running.new })} items={running.items} resources />
      <Items title={t("requests", { days: of.days, n: requests.refused, all: requests.total })} items={requests.items} />
    </SpaceBetween>
  );
}

function Items({ title, items, resources = false }: { title: string; items: Item[]; resources?: boolean }) {
  const t = useTexts(texts);
  const both = useBoth();
  return (
    <Table
      header={<Header variant="h3">{title}</Header>}
      ariaLabels={{ tableLabel: title }}
      items={items}
      columnDefinitions={[
        { id: "name", header: t("name"), isRowHeader: true, cell: (each) => (resources ? <Inside href={`/resources/${encodeURIComponent(each.id)}`}><Name of={each.name} /></Inside> : <Name of={each.name} />) },
        { id: "account", header: t("account"), cell: (each) => (each.account ? <Name of={each.account} /> : "–") },
        { id: "why", header: t("why"), cell: (each) => both(each.message, each.message_zh) },
        { id: "when", header: t("when"), cell: (each) => (each.at ? <Age at={each.at} /> : "–") },
      ]}
      empty={<Empty title={t("nothingRefused")} />}
    />
  );
}
