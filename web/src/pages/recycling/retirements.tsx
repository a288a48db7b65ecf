import { useState } from "react";
import DatePicker from "@cloudscape-design/components/date-picker";
import FormField from "@cloudscape-design/components/form-field";
import { useQuery } from "@tanstack/react-query";

import { get, put, remove } from "../../api/client";
import type { Schemas } from "../../api/types";
import { useFormat } from "../../i18n/format";
import { useTexts } from "../../i18n/use-texts";
import { Typed } from "../../parts/choice";
import { Age } from "../../parts/freshness";
import { FormDialog } from "../../parts/form-dialog";
import { Inside } from "../../parts/links";
import { Listing } from "../../parts/listing";
import { Name } from "../../parts/name";
import { plain } from "../../parts/plain";
import { RowActions } from "../../parts/row-actions";
import { Empty } from "../../parts/states";
import { Status } from "../../parts/status";
import { useAddress } from "../../parts/use-address";
import { useChange } from "../../parts/use-change";
import { texts } from "./texts";

type Retirement = Schemas["RetirementItem"];
const SIZE = 100;

export default function Retirements() {
  const t = useTexts(texts);
  const format = useFormat();
  const [renewing, setRenewing] = useState<Retirement | null>(null);
  const cursor = useAddress().value("cursor");
  const found = useQuery({ queryKey: ["retirements", cursor], queryFn: ({ signal }) => get("/api/v1/retirements", { query: { limit: SIZE, ...(cursor ? { cursor } : {}) }, signal }) });
  const keep = useChange<Retirement>({
    id: "keep",
    run: (each) => remove("/api/v1/resources/{resource_id}/retirement", { path: { resource_id: each.resource_id } }),
    said: (_, each) => t("kept", { name: plain(each.name) }),
    touches: ["retirements", "resources"],
  });
  return (
    <>
      <Listing
        of={found}
        title={t("retirements")}
        subtitle={t("retireSubtitle")}
        pagesOf=""
        trackBy={(each) => each.resource_id}
        columns={[
          { id: "name", header: t("name"), isRowHeader: true, width: 220, cell: (each) => <Inside href={`/inventory?id=${each.resource_id}`}><Name of={each.name} /></Inside> },
          { id: "at", header: t("retireAt"), width: 220, cell: (each) => format.instant(each.retire_at) },
          { id: "state", header: t("state"), width: 130, cell: (each) => <Status group="state" word={each.state} /> },
          { id: "owner", header: t("owner"), width: 140, cell: (each) => (each.owner ? <Name of={each.owner} /> : "–") },
          { id: "reminded", header: t("reminded"), width: 150, cell: (each) => (each.reminded_at ? <Age at={each.reminded_at} /> : t("notYet")) },
          { id: "by", header: t("by"), width: 120, cell: (each) => <Name of={each.set_by} /> },
          { id: "note", header: t("note"), width: 220, cell: (each) => <Name of={[each.note, each.reason].filter(Boolean).join(" · ") || "–"} /> },
          {
            id: "actions",
            header: t("actions"),
            width: 240,
            cell: (each) => (
              <RowActions
                permission="resource.write"
                name={plain(each.name)}
                does={[
                  { text: t("renew"), run: () => setRenewing(each) },
                  { text: t("keep"), run: () => keep.mutate(each) },
                ]}
              />
            ),
          },
        ]}
        empty={<Empty title={t("none")} hint={t("noneHint")} />}
      />
      {renewing ? <Renew item={renewing} onClose={() => setRenewing(null)} /> : null}
    </>
  );
}

function Renew({ item, onClose }: { item: Retirement; onClose(): void }) {
  const t = useTexts(texts);
  const [date, setDate] = useState(item.retire_at.slice(0, 10));
  const [note, setNote] = useState(item.note);
  const name = plain(item.name);
  const today = new Date().toISOString().slice(0, 10);
  const change = useChange({
    id: "renew",
    run: () => put("/api/v1/resources/{resource_id}/retirement", { path: { resource_id: item.resource_id }, body: { retire_at: `${date}T00:00:00Z`, note } }),
    said: () => t("renewed", { name }),
    touches: ["retirements", "resources"],
    onDone: onClose,
    quiet: true,
  });
  return (
    <FormDialog
      title={t("renewTitle", { name })}
      submit={t("renew")}
      busy={change.isPending}
      error={change.error}
      unless={date > today ? "" : t("dateLacks")}
      onSubmit={() => change.mutate()}
      onClose={onClose}
      command={["resource", "retire", item.resource_id, "--at", date]}
    >
      <FormField label={t("date")} description={t("utc")}>
        <DatePicker
          value={date}
          onChange={({ detail }) => setDate(detail.value)}
          isDateEnabled={(day) => day.toISOString().slice(0, 10) > today}
          openCalendarAriaLabel={() => t("open")}
          previousMonthAriaLabel={t("previous")}
          nextMonthAriaLabel={t("next")}
          todayAriaLabel={t("today")}
        />
      </FormField>
      <Typed label={t("note")} value={note} onChange={setNote} />
    </FormDialog>
  );
}
