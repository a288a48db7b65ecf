import Header from "@cloudscape-design/components/header";
import Table, { type TableProps } from "@cloudscape-design/components/table";

import type { Schemas } from "../../api/types";
import { useFormat } from "../../i18n/format";
import { useTexts } from "../../i18n/use-texts";
import { useWord, Word } from "../../parts/deciding/word";
import { Name } from "../../parts/name";
import { Empty } from "../../parts/states";
import { texts } from "./texts";

type Reservation = Schemas["ReservationItem"];

export function useReservationColumns(): TableProps.ColumnDefinition<Reservation>[] {
  const t = useTexts(texts);
  const say = useWord();
  const format = useFormat();
  return [
    { id: "location", header: t("location"), isRowHeader: true, width: 220, cell: (each) => <Name of={each.location} /> },
    { id: "tier", header: t("tier"), width: 120, cell: (each) => <Name of={each.tier} /> },
    { id: "status", header: t("status"), width: 140, cell: (each) => <Word group="reservation" word={each.status} /> },
    { id: "instances", header: t("instances"), width: 100, cell: (each) => format.number(each.instances) },
    { id: "vcpus", header: say("room", "vcpus"), width: 90, cell: (each) => format.number(each.vcpus) },
    { id: "memory", header: say("room", "memory_gib"), width: 130, cell: (each) => format.number(each.memory_gib) },
    { id: "disk", header: say("room", "disk_gib"), width: 120, cell: (each) => format.number(each.disk_gib) },
    { id: "until", header: t("until"), width: 230, cell: (each) => format.instant(each.until) },
  ];
}

/** The room that one decision holds. */
export function Reserved({ items }: { items: Reservation[] }) {
  const t = useTexts(texts);
  return (
    <Table header={<Header>{t("held")}</Header>} ariaLabels={{ tableLabel: t("held") }} items={items} trackBy="id" columnDefinitions={useReservationColumns()} empty={<Empty title={t("nothingHeld")} />} />
  );
}
