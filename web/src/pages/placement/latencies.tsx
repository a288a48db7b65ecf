import { useQuery } from "@tanstack/react-query";

import { get } from "../../api/client";
import { useFormat } from "../../i18n/format";
import { useTexts } from "../../i18n/use-texts";
import { Age } from "../../parts/freshness";
import { Listing } from "../../parts/listing";
import { plain } from "../../parts/plain";
import { Empty } from "../../parts/states";
import { useAddress } from "../../parts/use-address";
import { texts } from "./texts";

const SIZE = 100;

export function Latencies() {
  const t = useTexts(texts);
  const format = useFormat();
  const cursor = useAddress().value("latency");
  const found = useQuery({ queryKey: ["locations", "latencies", cursor], queryFn: ({ signal }) => get("/api/v1/latencies", { query: { limit: SIZE, ...(cursor ? { cursor } : {}) }, signal }) });
  return (
    <Listing
      variant="h2"
      of={found}
      title={t("latencies")}
      pagesOf="latencies"
      cursorName="latency"
      trackBy={(each) => `${each.level} ${each.one} ${each.other}`}
      columns={[
        { id: "between", header: t("between"), isRowHeader: true, width: 300, cell: (each) => plain(`${each.one} – ${each.other}`) },
        { id: "level", header: t("level"), width: 120, cell: (each) => (each.level === "site" ? t("levelSite") : t("levelCity")) },
        { id: "ms", header: t("ms"), width: 120, cell: (each) => format.number(each.ms) },
        { id: "source", header: t("from"), width: 200, cell: (each) => plain(each.source ?? "") || "–" },
        { id: "by", header: t("saidBy"), width: 140, cell: (each) => plain(each.set_by) },
        { id: "at", header: t("measured"), width: 150, cell: (each) => <Age at={each.set_at} /> },
      ]}
      empty={<Empty title={t("noLatencies")} />}
    />
  );
}
