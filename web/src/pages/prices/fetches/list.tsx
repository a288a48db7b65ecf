import { useCallback, useState } from "react";
import StatusIndicator, { type StatusIndicatorProps } from "@cloudscape-design/components/status-indicator";
import { useQuery } from "@tanstack/react-query";

import { get } from "../../../api/client";
import type { Schemas } from "../../../api/types";
import { useFormat } from "../../../i18n/format";
import { useTexts } from "../../../i18n/use-texts";
import { AllowedButton } from "../../../parts/allowed-button";
import { Age } from "../../../parts/freshness";
import { Inside } from "../../../parts/links";
import { Listing } from "../../../parts/listing";
import { Name } from "../../../parts/name";
import { plain } from "../../../parts/plain";
import { Empty } from "../../../parts/states";
import { changedAddress, useAddress } from "../../../parts/use-address";
import { FetchDialog } from "./dialog";
import { FetchPanel } from "./panel";
import { texts } from "./texts";

export type Fetch = Schemas["PriceFetchItem"];
const LOOKS: Record<Fetch["status"], StatusIndicatorProps.Type> = { queued: "pending", running: "in-progress", done: "success", failed: "error" };
const SAID = { queued: "queued", running: "running", done: "done", failed: "failed" } as const;

export default function PriceFetches() {
  const t = useTexts(texts);
  const { params, set, value } = useAddress();
  const [asking, setAsking] = useState(false);
  const cursor = value("cursor");
  const how = useHow();
  const outcome = useOutcome();
  const took = useTook();
  const close = useCallback(() => set({ id: "" }), [set]);
  const found = useQuery({
    queryKey: ["prices", "fetches", cursor],
    queryFn: ({ signal }) => get("/api/v1/price-fetches", { query: cursor ? { cursor } : {}, signal }),
  });
  return (
    <>
      <Listing
        of={found}
        wrap
        title={t("title")}
        subtitle={t("subtitle")}
        pagesOf="fetches"
        trackBy={(each) => each.id}
        actions={
          <AllowedButton permission="price.write" variant="primary" onClick={() => setAsking(true)}>
            {t("create")}
          </AllowedButton>
        }
        columns={[
          { id: "account", header: t("account"), isRowHeader: true, width: 170, cell: (each) => <Inside href={`/price-fetches?${changedAddress(params, { id: each.id })}`}><Name of={each.account} /></Inside> },
          { id: "status", header: t("status"), width: 130, cell: (each) => <FetchStatus of={each} /> },
          { id: "outcome", header: t("outcome"), width: 380, cell: (each) => <span className="console-words">{outcome(each)}</span> },
          { id: "provider", header: t("provider"), width: 120, cell: (each) => <Name of={each.provider} /> },
          { id: "regions", header: t("regions"), width: 180, cell: (each) => (each.regions.length > 0 ? <Name of={each.regions.join(", ")} /> : t("all")) },
          { id: "how", header: t("how"), width: 170, cell: how },
          { id: "at", header: t("at"), width: 140, cell: (each) => <Age at={each.created_at} /> },
          { id: "took", header: t("took"), width: 110, cell: took },
          { id: "by", header: t("by"), width: 140, cell: (each) => <Name of={each.requested_by} /> },
        ]}
        empty={<Empty title={t("none")} hint={t("noneHint")} />}
      />
      {value("id") ? <FetchPanel id={value("id")} onClose={close} /> : null}
      {asking ? <FetchDialog onClose={() => setAsking(false)} /> : null}
    </>
  );
}

export function FetchStatus({ of }: { of: Fetch }) {
  const t = useTexts(texts);
  return <StatusIndicator type={LOOKS[of.status]}>{t(SAID[of.status])}</StatusIndicator>;
}

export function useHow(): (of: Fetch) => string {
  const t = useTexts(texts);
  return (of) => [t(of.daily ? "daily" : "byHand"), of.preview ? t("dryRun") : ""].filter(Boolean).join(" · ");
}

export function useTook(): (of: Fetch) => string {
  const format = useFormat();
  return (of) => (of.started_at && of.finished_at ? format.duration((Date.parse(of.finished_at) - Date.parse(of.started_at)) / 1000) : "–");
}

function useOutcome(): (of: Fetch) => string {
  const t = useTexts(texts);
  return (of) => {
    if (of.error) return plain(of.error.message);
    if (!of.lists) return t("notYet");
    if (of.lists.length === 0) return t("noLists");
    return of.lists
      .map((each) => (each.already ? t("already") : t("sums", { points: each.points, added: each.new, changed: each.changed, gone: each.gone })))
      .join(" · ");
  };
}
