import { useState } from "react";
import { keepPreviousData, useQuery } from "@tanstack/react-query";

import { get } from "../../api/client";
import { useFormat } from "../../i18n/format";
import { useMoney } from "../../i18n/money";
import { useTexts } from "../../i18n/use-texts";
import { AllowedButton } from "../../parts/allowed-button";
import { useWord, Word } from "../../parts/deciding/word";
import { Age } from "../../parts/freshness";
import { Inside } from "../../parts/links";
import { Listing } from "../../parts/listing";
import { Name } from "../../parts/name";
import { Empty } from "../../parts/states";
import { useAddress } from "../../parts/use-address";
import { Start } from "./start";
import { texts } from "./texts";

const SIZE = 50;

export default function Optimizations() {
  const t = useTexts(texts);
  const say = useWord();
  const format = useFormat();
  const { money } = useMoney();
  const cursor = useAddress().value("cursor");
  const [starting, setStarting] = useState(false);
  const found = useQuery({
    queryKey: ["optimizations", "list", cursor],
    placeholderData: keepPreviousData,
    queryFn: ({ signal }) => get("/api/v1/optimizations", { query: { limit: SIZE, cursor }, signal }),
  });
  return (
    <>
      <Listing
        of={found}
        title={t("title")}
        subtitle={t("subtitle")}
        trackBy={(each) => each.id}
        pagesOf=""
        actions={
          <AllowedButton permission="placement.run" variant="primary" onClick={() => setStarting(true)}>
            {t("start")}
          </AllowedButton>
        }
        columns={[
          { id: "goal", header: t("goal"), isRowHeader: true, width: 190, cell: (each) => <Inside href={`/optimizations/${each.id}`}>{say("goal", each.goal)}</Inside> },
          { id: "status", header: t("status"), width: 140, cell: (each) => <Word group="optimization" word={each.status} /> },
          { id: "moves", header: t("moves"), width: 90, cell: (each) => format.number(each.moves) },
          { id: "left", header: t("left"), width: 110, cell: (each) => format.number(each.left) },
          { id: "saving", header: t("saving"), width: 170, cell: (each) => money(each.saving, each.currency) },
          { id: "gap", header: t("gap"), width: 140, cell: (each) => (each.gap === null ? "–" : t("gapWhat", { n: Math.round(10_000 * each.gap) / 100 })) },
          { id: "method", header: t("method"), width: 130, cell: (each) => say("method", each.method) },
          { id: "by", header: t("by"), width: 120, cell: (each) => <Name of={each.requested_by} /> },
          { id: "created", header: t("created"), width: 150, cell: (each) => <Age at={each.created_at} /> },
        ]}
        empty={<Empty title={t("none")} hint={t("noneHint")} />}
      />
      {starting ? <Start onClose={() => setStarting(false)} /> : null}
    </>
  );
}
