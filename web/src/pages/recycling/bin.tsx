import { useState } from "react";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Toggle from "@cloudscape-design/components/toggle";
import { keepPreviousData, useQuery } from "@tanstack/react-query";

import { get, post } from "../../api/client";
import type { Schemas } from "../../api/types";
import { useFormat } from "../../i18n/format";
import { useTerm, useTexts } from "../../i18n/use-texts";
import { AllowedButton } from "../../parts/allowed-button";
import { Age } from "../../parts/freshness";
import { FormDialog } from "../../parts/form-dialog";
import { Inside } from "../../parts/links";
import { Listing } from "../../parts/listing";
import { Name } from "../../parts/name";
import { plain } from "../../parts/plain";
import { Empty } from "../../parts/states";
import { Status } from "../../parts/status";
import { useAddress } from "../../parts/use-address";
import { useChange } from "../../parts/use-change";
import { texts } from "./texts";

type Recycled = Schemas["RecycledItem"];
const SIZE = 100;
const TOUCHED = ["recycled", "operations", "resources"];

export default function Bin() {
  const t = useTexts(texts);
  const term = useTerm();
  const format = useFormat();
  const { set, value } = useAddress();
  const [losing, setLosing] = useState<Recycled | null>(null);
  const ended = value("ended") === "1";
  const cursor = value("cursor");
  const found = useQuery({
    queryKey: ["recycled", ended, cursor],
    placeholderData: keepPreviousData,
    queryFn: ({ signal }) => get("/api/v1/recycled", { query: { ended, limit: SIZE, ...(cursor ? { cursor } : {}) }, signal }),
  });
  const restore = useChange<Recycled, Recycled>({
    id: "restore",
    run: (each) => post("/api/v1/recycled/{recycled_id}/restore", { path: { recycled_id: each.id } }),
    said: (each) => t("restored", { name: plain(each.name) }),
    touches: TOUCHED,
  });
  const over = (each: Recycled) => (each.status === "kept" ? "" : t("over", { status: term("recycled", each.status) }));
  return (
    <>
      <Listing
        of={found}
        title={t("bin")}
        subtitle={t("binSubtitle")}
        pagesOf={String(ended)}
        trackBy={(each) => each.id}
        filter={
          <Toggle checked={ended} onChange={({ detail }) => set({ ended: detail.checked ? "1" : "", cursor: "", page: "" }, true)}>
            {t("ended")}
          </Toggle>
        }
        columns={[
          { id: "name", header: t("name"), isRowHeader: true, width: 220, cell: (each) => <Inside href={`/inventory?id=${each.resource_id}`}><Name of={each.name} /></Inside> },
          { id: "account", header: t("account"), width: 150, cell: (each) => <Inside href={`/accounts/${encodeURIComponent(each.account)}`}>{plain(each.account)}</Inside> },
          { id: "status", header: t("status"), width: 140, cell: (each) => <Status group="recycled" word={each.status} /> },
          { id: "at", header: t("deleteAt"), width: 200, cell: (each) => <span title={format.instant(each.delete_at)}><Age at={each.delete_at} /></span> },
          { id: "by", header: t("by"), width: 120, cell: (each) => <Name of={each.requested_by} /> },
          { id: "note", header: t("note"), width: 200, cell: (each) => (each.note ? <Name of={each.note} /> : "–") },
          { id: "reason", header: t("reason"), width: 180, cell: (each) => (each.reason ? plain(each.reason) : "–") },
          {
            id: "actions",
            header: t("actions"),
            width: 240,
            cell: (each) => (
              <SpaceBetween direction="horizontal" size="xs">
                <AllowedButton permission="operation.run" variant="inline-link" unless={over(each)} ariaLabel={`${t("restore")}: ${plain(each.name)}`} onClick={() => restore.mutate(each)}>
                  {t("restore")}
                </AllowedButton>
                <AllowedButton permission="operation.destroy" variant="inline-link" unless={over(each)} ariaLabel={`${t("deleteNow")}: ${plain(each.name)}`} onClick={() => setLosing(each)}>
                  {t("deleteNow")}
                </AllowedButton>
              </SpaceBetween>
            ),
          },
        ]}
        empty={<Empty title={t("empty")} hint={t("emptyHint")} />}
      />
      {losing ? <DeleteNow item={losing} onClose={() => setLosing(null)} /> : null}
    </>
  );
}

function DeleteNow({ item, onClose }: { item: Recycled; onClose(): void }) {
  const t = useTexts(texts);
  const name = plain(item.name);
  const change = useChange({
    id: "delete now",
    run: () => post("/api/v1/recycled/{recycled_id}/delete", { path: { recycled_id: item.id } }),
    said: () => t("deleting", { name }),
    touches: TOUCHED,
    onDone: onClose,
    quiet: true,
  });
  return (
    <FormDialog
      title={t("deleteTitle", { name })}
      submit={t("deleteNow")}
      busy={change.isPending}
      error={change.error}
      confirm={name}
      onSubmit={() => change.mutate()}
      onClose={onClose}
      command={["recycle", "delete", item.id]}
    >
      {t("deleteWhat")}
    </FormDialog>
  );
}
