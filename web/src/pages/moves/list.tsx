import { keepPreviousData, useQuery } from "@tanstack/react-query";

import { get } from "../../api/client";
import type { Schemas } from "../../api/types";
import { useTexts } from "../../i18n/use-texts";
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
import { kindOf } from "./standing";
import { texts } from "./texts";

type Status = Schemas["MoveItem"]["status"];
const SIZE = 50;
const STATUSES = Object.keys(words.move) as Status[];

export default function Moves() {
  const t = useTexts(texts);
  const say = useWord();
  const { set, value } = useAddress();
  const cursor = value("cursor");
  const status = STATUSES.find((each) => each === value("status")) ?? "";
  const found = useQuery({
    queryKey: ["moves", "list", status, cursor],
    placeholderData: keepPreviousData,
    queryFn: ({ signal }) => get("/api/v1/moves", { query: { limit: SIZE, ...(status ? { status: [status] } : {}), ...(cursor ? { cursor } : {}) }, signal }),
  });
  const options = [{ value: "", label: t("anyStatus") }, ...STATUSES.map((each) => ({ value: each, label: say("move", each) }))];
  return (
    <Listing
      of={found}
      title={t("title")}
      subtitle={t("subtitle")}
      trackBy={(each) => each.id}
      pagesOf={status}
      filter={<Choice label={t("status")} value={status} options={options} onChange={(to) => set({ status: to, cursor: "", page: "" })} />}
      columns={[
        { id: "resource", header: t("resource"), isRowHeader: true, width: 190, cell: (each) => <Inside href={`/moves/${each.id}`}><Name of={each.resource_name || each.resource_id} /></Inside> },
        { id: "from", header: t("from"), width: 160, cell: (each) => place(each.account, each.region) },
        { id: "to", header: t("to"), width: 160, cell: (each) => place(each.target_account, each.target_region) },
        { id: "status", header: t("status"), width: 130, cell: (each) => <Word group="move" word={each.status} /> },
        { id: "step", header: t("step"), width: 160, cell: (each) => say("moveStep", each.step === null ? null : kindOf(each.step)) },
        { id: "started", header: t("started"), width: 120, cell: (each) => (each.started_at ? <Age at={each.started_at} /> : "–") },
        { id: "by", header: t("by"), width: 100, cell: (each) => <Name of={each.requested_by} /> },
      ]}
      empty={status ? <Empty title={t("nothingFits")} /> : <Empty title={t("none")} hint={t("noneHint")} />}
    />
  );
}

const place = (account: string, region: string) => plain(`${account} · ${region}`);
