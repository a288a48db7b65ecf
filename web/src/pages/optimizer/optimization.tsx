import { useEffect, useState, useSyncExternalStore } from "react";
import Alert from "@cloudscape-design/components/alert";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import SpaceBetween from "@cloudscape-design/components/space-between";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import Tabs from "@cloudscape-design/components/tabs";
import { useQuery } from "@tanstack/react-query";
import { useParams } from "react-router";

import { get, post } from "../../api/client";
import type { Schemas } from "../../api/types";
import { useFormat } from "../../i18n/format";
import { useMoney } from "../../i18n/money";
import { useTexts } from "../../i18n/use-texts";
import { liveState, watchState } from "../../live/shared";
import { AllowedButton } from "../../parts/allowed-button";
import { useBoth, useWord, Word } from "../../parts/deciding/word";
import { Age } from "../../parts/freshness";
import { Name } from "../../parts/name";
import { Shown } from "../../parts/states";
import { useAddress } from "../../parts/use-address";
import { useChange } from "../../parts/use-change";
import { ApplyDialog } from "./apply";
import { Places } from "./places";
import { Rows } from "./rows";
import { texts } from "./texts";

type Detail = Schemas["OptimizationDetail"];
// Only while no event can tell that a search has ended.
const LOOK_AGAIN_MS = 15_000;
const searches = (status: string | undefined) => status === "queued" || status === "running";

export default function OptimizationPage() {
  const { optimization: id = "" } = useParams();
  const live = useSyncExternalStore(watchState, liveState);
  const found = useQuery({
    queryKey: ["optimizations", "one", id],
    queryFn: ({ signal }) => get("/api/v1/optimizations/{optimization_id}", { path: { optimization_id: id }, signal }),
    refetchInterval: ({ state }) => (live !== "live" && searches(state.data?.status) ? LOOK_AGAIN_MS : false),
  });
  const { refetch } = found;
  const searching = searches(found.data?.status);
  useEffect(() => {
    // It may have ended after it was read and before there was anybody to hear of it.
    if (live === "live" && searching) void refetch();
  }, [live, searching, refetch]);
  return <Shown whole of={found}>{(one) => <Known of={one} />}</Shown>;
}

function Known({ of }: { of: Detail }) {
  const t = useTexts(texts);
  const say = useWord();
  const both = useBoth();
  const { set, value } = useAddress();
  const [applying, setApplying] = useState(false);
  const searching = searches(of.status);
  const stop = useChange({
    id: `optimization ${of.id}`,
    run: () => post("/api/v1/optimizations/{optimization_id}/cancel", { path: { optimization_id: of.id } }),
    said: () => t("cancelled"),
    touches: ["optimizations"],
  });
  return (
    <SpaceBetween size="l">
      <Header
        variant="h1"
        actions={
          <SpaceBetween direction="horizontal" size="xs">
            <AllowedButton permission="placement.run" unless={searching ? "" : t("notRunning")} loading={stop.isPending} onClick={() => stop.mutate()}>
              {t("cancel")}
            </AllowedButton>
            <AllowedButton permission="placement.run" variant="primary" unless={!of.result ? t("notDone") : of.result.moves === 0 ? t("nothingToMove") : ""} onClick={() => setApplying(true)}>
              {t("apply")}
            </AllowedButton>
          </SpaceBetween>
        }
      >
        {say("goal", of.goal)}
      </Header>
      {of.error ? <Alert type="error">{both(of.error.text, of.error.text_zh)}</Alert> : null}
      {searching ? <StatusIndicator type="in-progress">{t("searching")}</StatusIndicator> : null}
      <About of={of} />
      {of.result ? (
        <SpaceBetween size="l">
          {of.result.why ? <Alert type="info" header={t("why")}>{both(of.result.why.text, of.result.why.text_zh)}</Alert> : null}
          {of.result.warnings.length > 0 ? (
            <Alert type="warning" header={t("warnings")}>
              <ul>
                {of.result.warnings.map((each, index) => (
                  <li key={`${each.code} ${index}`}>{both(each.text, each.text_zh)}</li>
                ))}
              </ul>
            </Alert>
          ) : null}
          <Places items={of.result.places} />
          <Tabs
            ariaLabel={t("result")}
            activeTabId={value("tab") === "left" ? "left" : "moves"}
            onChange={({ detail }) => set({ tab: detail.activeTabId === "left" ? "left" : "", cursor: "", page: "" }, true)}
            tabs={[
              { id: "moves", label: `${t("moves")} (${of.result.moves})`, content: <Rows id={of.id} kind="move" /> },
              { id: "left", label: `${t("left")} (${of.result.left})`, content: <Rows id={of.id} kind="left" /> },
            ]}
          />
        </SpaceBetween>
      ) : null}
      {applying ? <ApplyDialog id={of.id} onClose={() => setApplying(false)} /> : null}
    </SpaceBetween>
  );
}

function About({ of }: { of: Detail }) {
  const t = useTexts(texts);
  const say = useWord();
  const format = useFormat();
  const { money } = useMoney();
  const { result } = of;
  return (
    <Container header={<Header variant="h2">{t("result")}</Header>}>
      <KeyValuePairs
        columns={4}
        items={[
          { label: t("status"), value: <Word group="optimization" word={of.status} /> },
          { label: t("saving"), value: money(of.saving, of.currency) },
          { label: t("gap"), value: of.gap === null ? "–" : t("gapWhat", { n: Math.round(10_000 * of.gap) / 100 }) },
          { label: t("method"), value: say("method", of.method) },
          { label: t("moves"), value: format.number(of.moves) },
          { label: t("left"), value: format.number(of.left) },
          { label: t("subjects"), value: format.number(result?.subjects) },
          { label: t("unpriced"), value: format.number(result?.unpriced) },
          { label: t("by"), value: <Name of={of.requested_by} /> },
          { label: t("created"), value: <Age at={of.created_at} /> },
          { label: t("finished"), value: of.finished_at ? <Age at={of.finished_at} /> : "–" },
          { label: t("asOf"), value: result?.as_of ? <Age at={result.as_of} /> : "–" },
        ]}
      />
    </Container>
  );
}
