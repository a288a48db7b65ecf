import { useState } from "react";
import Badge from "@cloudscape-design/components/badge";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Toggle from "@cloudscape-design/components/toggle";
import { useQuery } from "@tanstack/react-query";

import { get, put } from "../../api/client";
import { useMoney } from "../../i18n/money";
import { useTexts } from "../../i18n/use-texts";
import { AllowedButton } from "../../parts/allowed-button";
import { Typed } from "../../parts/choice";
import { FindHere, fits } from "../../parts/find-here";
import { FormDialog } from "../../parts/form-dialog";
import { Age } from "../../parts/freshness";
import { Listing } from "../../parts/listing";
import { Name } from "../../parts/name";
import { Empty } from "../../parts/states";
import { useAddress } from "../../parts/use-address";
import { useChange } from "../../parts/use-change";
import { texts } from "./texts";

export default function ExchangeRates() {
  const t = useTexts(texts);
  const money = useMoney();
  const { set, value } = useAddress();
  const [entering, setEntering] = useState(false);
  const history = value("history") === "yes";
  const cursor = value("cursor");
  const found = useQuery({
    queryKey: ["prices", "rates", history, cursor],
    queryFn: ({ signal }) => get("/api/v1/exchange-rates", { query: { history, limit: 100, ...(cursor ? { cursor } : {}) }, signal }),
  });
  const search = value("search");
  return (
    <>
      <Listing
        of={found}
        title={t("rates")}
        subtitle={t("ratesHint")}
        pagesOf={`rates ${history}`}
        trackBy={(each) => each.id}
        filter={<FindHere />}
        shown={(items) => items.filter((each) => fits(search, each.base, each.quote, each.source))}
        actions={
          <SpaceBetween direction="horizontal" size="s" alignItems="center">
            <div className="console-beside-button">
              <Toggle checked={history} onChange={({ detail }) => set({ history: detail.checked ? "yes" : "", cursor: "" })}>
                {t("history")}
              </Toggle>
            </div>
            <AllowedButton permission="price.write" variant="primary" onClick={() => setEntering(true)}>
              {t("setRate")}
            </AllowedButton>
          </SpaceBetween>
        }
        columns={[
          { id: "base", header: t("base"), isRowHeader: true, width: 100, cell: (each) => each.base },
          { id: "rate", header: t("rate"), width: 150, cell: (each) => <span className="console-amount">{money.decimal(each.rate, 18)}</span> },
          { id: "quote", header: t("quote"), width: 100, cell: (each) => each.quote },
          { id: "on", header: t("rateOf"), width: 150, cell: (each) => money.day(each.on) },
          { id: "source", header: t("source"), width: 320, cell: (each) => <><Name of={each.source} /> {each.seed ? <Badge color="severity-medium">{t("example")}</Badge> : null}</> },
          { id: "state", header: t("state"), width: 130, cell: (each) => (each.superseded_at ? t("older") : t("inForce")) },
          { id: "recorded", header: t("recorded"), width: 150, cell: (each) => <Age at={each.recorded_at} /> },
        ]}
        empty={<Empty title={t("noRates")} />}
      />
      {entering ? <Enter onClose={() => setEntering(false)} /> : null}
    </>
  );
}

function Enter({ onClose }: { onClose(): void }) {
  const t = useTexts(texts);
  const [written, setWritten] = useState({ base: "", quote: "", rate: "", source: "", on: new Date().toISOString().slice(0, 10) });
  const change = (part: Partial<typeof written>) => setWritten({ ...written, ...part });
  const entering = useChange({
    id: "rate",
    run: () => put("/api/v1/exchange-rates", { body: written }),
    said: () => t("rateSet"),
    touches: ["prices", "costs"],
    onDone: onClose,
    quiet: true,
  });
  return (
    <FormDialog
      title={t("setRate")}
      submit={t("setRate")}
      busy={entering.isPending}
      error={entering.error}
      unless={Object.values(written).every((each) => each.trim()) ? "" : t("lackRate")}
      onSubmit={() => entering.mutate()}
      onClose={onClose}
      command={["price", "set-rate", written.base || "EUR", written.quote || "CNY", written.rate || "1", "--source", written.source || "…", "--on", written.on]}
    >
      {t("setRateHint")}
      <Typed label={t("base")} example="EUR" value={written.base} onChange={(base) => change({ base: base.toUpperCase() })} />
      <Typed label={t("rate")} example="8.1" value={written.rate} onChange={(rate) => change({ rate })} />
      <Typed label={t("quote")} example="CNY" value={written.quote} onChange={(quote) => change({ quote: quote.toUpperCase() })} />
      <Typed label={t("source")} value={written.source} onChange={(source) => change({ source })} />
      <Typed label={t("rateOf")} example="2026-01-31" value={written.on} onChange={(on) => change({ on })} />
    </FormDialog>
  );
}
