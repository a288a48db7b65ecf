import Box from "@cloudscape-design/components/box";
import Header from "@cloudscape-design/components/header";
import Table from "@cloudscape-design/components/table";

import type { Schemas } from "../../../api/types";
import { useMoney } from "../../../i18n/money";
import { useTexts } from "../../../i18n/use-texts";
import { Choice } from "../../../parts/choice";
import { Amount } from "../../../parts/money";
import { Name } from "../../../parts/name";
import { plain } from "../../../parts/plain";
import { Empty } from "../../../parts/states";
import { useAddress } from "../../../parts/use-address";
import { useMonths } from "../choices";
import { texts } from "./texts";

type Applied = Schemas["AllocationRulesApplied"];

/** A dry run: who would pay what in a month. Undefined while there is nothing that could be tried. */
export function Effects({ of, month, busy }: { of: Applied | undefined; month: string; busy: boolean }) {
  const t = useTexts(texts);
  const money = useMoney();
  const { set } = useAddress();
  const known = useMonths().data?.items ?? [];
  const months = [...new Set([month, ...known.map((each) => each.month)])].toSorted().toReversed();
  const why = (left: string | null) => (left === null ? "–" : left === "nothing_to_share_by" ? t("leftNothing") : left === "names_unknown" ? t("leftNames") : plain(left));
  return (
    <Table
      header={
        <Header
          variant="h2"
          description={t("effectsHint", { month: money.month(month) })}
          actions={<Choice label={t("month")} value={month} options={months.map((each) => ({ value: each, label: money.month(each) }))} onChange={(to) => set({ month: to }, true)} />}
        >
          {t("effects")}
        </Header>
      }
      ariaLabels={{ tableLabel: t("effects") }}
      loading={busy && of === undefined}
      loadingText={t("looking")}
      items={of?.effects ?? []}
      trackBy={(each) => JSON.stringify([each.rule, each.tenant, each.application, each.cost_center, each.currency, each.left])}
      columnDefinitions={[
        { id: "rule", header: t("rule"), isRowHeader: true, cell: (each) => (each.rule ? <Name of={each.rule} /> : t("noRule")) },
        { id: "tenant", header: t("tenant"), cell: (each) => (each.tenant ? <Name of={each.tenant} /> : "–") },
        { id: "application", header: t("application"), cell: (each) => (each.application ? <Name of={each.application} /> : "–") },
        { id: "center", header: t("costCenter"), cell: (each) => (each.cost_center ? <Name of={each.cost_center} /> : "–") },
        { id: "amount", header: t("amount"), cell: (each) => <Amount of={each.amount} currency={each.currency} /> },
        { id: "left", header: t("left"), cell: (each) => why(each.left) },
      ]}
      empty={of === undefined ? <Empty title={t("lackValid")} /> : <Empty title={t("noEffects")} />}
      footer={of && of.changed.length > 0 ? <Box color="text-body-secondary">{t("wouldChange", { names: plain(of.changed.join(", ")) })}</Box> : undefined}
    />
  );
}
