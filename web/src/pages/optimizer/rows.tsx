import { keepPreviousData, useQuery } from "@tanstack/react-query";

import { get } from "../../api/client";
import type { Schemas } from "../../api/types";
import { useMoney } from "../../i18n/money";
import { useTexts } from "../../i18n/use-texts";
import { useBoth, useWord } from "../../parts/deciding/word";
import { Inside } from "../../parts/links";
import { Listing } from "../../parts/listing";
import { Name } from "../../parts/name";
import { plain } from "../../parts/plain";
import { Empty } from "../../parts/states";
import { useAddress } from "../../parts/use-address";
import { texts } from "./texts";

const SIZE = 50;
type Row = Schemas["OptimizationRowItem"];

/** Who would move where and why; or what no place was found for. */
export function Rows({ id, kind }: { id: string; kind: "move" | "left" }) {
  const t = useTexts(texts);
  const say = useWord();
  const both = useBoth();
  const { money, change } = useMoney();
  const cursor = useAddress().value("cursor");
  const found = useQuery({
    queryKey: ["optimizations", "rows", id, kind, cursor],
    placeholderData: keepPreviousData,
    queryFn: ({ signal }) => get("/api/v1/optimizations/{optimization_id}/rows", { path: { optimization_id: id }, query: { kind, limit: SIZE, cursor }, signal }),
  });
  const told = (items: Row["reasons"]) => (
    <span className="console-words">{items.map((each) => both(each.text, each.text_zh)).join(" · ") || "–"}</span>
  );
  const place = (of: Row["origin"]) => (of ? plain(of.host ? `${of.location} · ${of.host}` : of.location) : "–");
  const moves = kind === "move";
  return (
    <Listing
      variant="h2"
      of={found}
      title={moves ? t("moves") : t("left")}
      trackBy={(each) => String(each.number)}
      pagesOf={`${id} ${kind}`}
      columns={[
        { id: "what", header: t("what"), isRowHeader: true, width: 200, cell: (each) => <Subject of={each.subject} /> },
        { id: "from", header: t("from"), width: 260, cell: (each) => place(each.origin) },
        ...(moves ? [{ id: "to", header: t("to"), width: 260, cell: (each: Row) => place(each.target) }] : []),
        { id: "reasons", header: t("reasons"), width: moves ? 260 : 480, cell: (each) => told(each.reasons) },
        ...(moves
          ? [
              { id: "saving", header: t("saving"), width: 170, cell: (each: Row) => change(each.saving, each.currency) },
              { id: "how", header: t("how"), width: 130, cell: (each: Row) => say("how", each.how) },
              { id: "downtime", header: t("downtime"), width: 120, cell: (each: Row) => say("downtime", each.risk?.downtime) },
              { id: "egress", header: t("egress"), width: 150, cell: (each: Row) => money(each.risk?.egress, each.currency) },
            ]
          : []),
        { id: "steps", header: t("steps"), width: 300, cell: (each) => told(each.steps) },
        ...(moves ? [{ id: "plan", header: t("plan"), width: 100, cell: (each: Row) => (each.plan_id ? <Inside href={`/plans/${each.plan_id}`}>{t("plan")}</Inside> : "–") }] : []),
      ]}
      empty={<Empty title={moves ? t("noMoves") : t("noLeft")} />}
    />
  );
}

function Subject({ of }: { of: Row["subject"] }) {
  const name = of.count > 1 ? `${of.count} × ${of.name}` : of.name;
  return of.id ? (
    <Inside href={`/resources/${encodeURIComponent(of.id)}`}>
      <Name of={name} />
    </Inside>
  ) : (
    <Name of={name} />
  );
}
