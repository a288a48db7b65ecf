import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useNavigate } from "react-router";

import { get } from "../../api/client";
import { useFormat } from "../../i18n/format";
import { useTexts } from "../../i18n/use-texts";
import { AllowedButton } from "../../parts/allowed-button";
import { Choice } from "../../parts/choice";
import { useWord, Word } from "../../parts/deciding/word";
import { words } from "../../parts/deciding/words";
import { Age } from "../../parts/freshness";
import { Inside } from "../../parts/links";
import { Listing } from "../../parts/listing";
import { Name } from "../../parts/name";
import { plain } from "../../parts/plain";
import { Empty } from "../../parts/states";
import { useAddress } from "../../parts/use-address";
import type { Placement } from "./outcome";
import { texts } from "./texts";

const SIZE = 50;
const STATUSES = Object.keys(words.placement) as Placement["status"][];

export default function Placements() {
  const t = useTexts(texts);
  const say = useWord();
  const format = useFormat();
  const navigate = useNavigate();
  const { set, value } = useAddress();
  const status = STATUSES.find((each) => each === value("status"));
  const [workload, cursor] = [value("workload"), value("cursor")];
  const found = useQuery({
    queryKey: ["placements", "list", status, workload, cursor],
    placeholderData: keepPreviousData,
    queryFn: ({ signal }) => get("/api/v1/placements", { query: { limit: SIZE, cursor, workload, ...(status ? { status: [status] } : {}) }, signal }),
  });
  return (
    <Listing
      of={found}
      title={t("title")}
      subtitle={t("subtitle")}
      trackBy={(each) => each.id}
      pagesOf={`${status} ${workload}`}
      actions={
        <AllowedButton permission="placement.run" variant="primary" onClick={() => void navigate("/place")}>
          {t("placeOne")}
        </AllowedButton>
      }
      filter={<Choice label={t("status")} value={status ?? ""} options={[{ value: "", label: t("anyStatus") }, ...STATUSES.map((each) => ({ value: each, label: say("placement", each) }))]} onChange={(to) => set({ status: to, cursor: "", page: "" })} />}
      columns={[
        { id: "workload", header: t("workload"), isRowHeader: true, width: 200, cell: (each) => <Inside href={`/placements/${each.id}`}><Name of={each.workload} /></Inside> },
        { id: "status", header: t("status"), width: 170, cell: (each) => <Word group="placement" word={each.status} /> },
        { id: "at", header: t("at"), width: 300, cell: (each) => plain(each.at.join(" · ")) || "–" },
        { id: "instances", header: t("instances"), width: 100, cell: (each) => format.number(each.instances) },
        { id: "by", header: t("by"), width: 120, cell: (each) => <Name of={each.requested_by} /> },
        { id: "decided", header: t("decidedBy"), width: 120, cell: (each) => (each.decided_by ? <Name of={each.decided_by} /> : "–") },
        { id: "created", header: t("created"), width: 150, cell: (each) => <Age at={each.created_at} /> },
        { id: "expires", header: t("expires"), width: 230, cell: (each) => (each.status === "reserved" || each.status === "awaiting_approval" ? format.instant(each.expires_at) : "–") },
      ]}
      empty={status || workload ? <Empty title={t("noneWith")} /> : <Empty title={t("none")} hint={t("noneHint")} />}
    />
  );
}
