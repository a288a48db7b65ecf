import { type FormEvent, useState } from "react";
import Alert from "@cloudscape-design/components/alert";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import SegmentedControl from "@cloudscape-design/components/segmented-control";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "react-router";

import { get, post } from "../../api/client";
import { useSession } from "../../api/session";
import type { Schemas } from "../../api/types";
import { useTexts } from "../../i18n/use-texts";
import { AllowedButton } from "../../parts/allowed-button";
import { Choice } from "../../parts/choice";
import { CommandLine } from "../../parts/command-line";
import { plain } from "../../parts/plain";
import { ProblemAlert } from "../../parts/problem-alert";
import { Loading } from "../../parts/states";
import { useAddress } from "../../parts/use-address";
import { useChange } from "../../parts/use-change";
import { WorkloadEditor } from "../workloads/editor";
import { EXAMPLE } from "../workloads/example";
import { bodyOf, commandOf, type Draft, draftOf, type Field } from "./asking";
import { PlaceOptions } from "./options";
import { OutcomePart } from "./outcome-part";
import { texts } from "./texts";

const MOST = 100;

export default function Place() {
  const t = useTexts(texts);
  const navigate = useNavigate();
  const session = useSession();
  const { params, set, value } = useAddress();
  const [draft, setDraft] = useState<Draft>(() => draftOf(params));
  const [text, setText] = useState(EXAMPLE);
  const written = value("source") === "text";
  const body = bodyOf(draft, written ? text : null);
  // Whoever is given the address sees the same; a document does not stand in it.
  const [asked, setAsked] = useState(() => (value("look") && !written && draft.workload ? body : null));
  const stored = useQuery({
    queryKey: ["workloads", "choices"],
    enabled: session.may("workload.read"),
    queryFn: ({ signal }) => get("/api/v1/workloads", { query: { limit: MOST }, signal }),
  });
  const preview = useQuery({
    queryKey: ["placements", "preview", asked],
    enabled: asked !== null,
    retry: false,
    queryFn: () => looked(asked as Schemas["PlacementCreate"]),
  });
  const reserving = useChange({
    id: "place",
    run: async () => {
      const answer = await post("/api/v1/placements", { body: asked as Schemas["PlacementCreate"] });
      if (!("id" in answer)) throw new Error("nothing was held");
      return answer.id;
    },
    said: () => t("reserved"),
    touches: ["placements", "reservations", "locations"],
    onDone: (id) => void navigate(`/placements/${id}`),
    quiet: true,
  });
  const lacks = written ? (text.trim() ? "" : t("lackText")) : draft.workload ? "" : t("lackWorkload");
  const unless = lacks || (body ? "" : t("lackNumber"));
  const current = asked !== null && JSON.stringify(asked) === JSON.stringify(body);
  const change = (name: Field, to: string) => {
    setDraft((before) => ({ ...before, [name]: to }));
    set({ [name]: to, look: "" }, true);
  };

  function look(event: FormEvent) {
    event.preventDefault();
    if (unless || !body) return;
    setAsked(body);
    set({ look: "1", location: "", tier: "" }, true);
    if (current) void preview.refetch();
  }

  return (
    <SpaceBetween size="l">
      <form onSubmit={look}>
        <SpaceBetween size="l">
          <Header
            variant="h1"
            description={t("placeSubtitle")}
            actions={
              <SpaceBetween direction="horizontal" size="xs">
                <AllowedButton permission="placement.run" unless={!current || !preview.data ? t("lackLook") : preview.data.outcome.feasible ? "" : t("notFeasible")} formAction="none" loading={reserving.isPending} onClick={() => reserving.mutate()}>
                  {t("reserve")}
                </AllowedButton>
                <AllowedButton permission="placement.run" variant="primary" unless={unless} loading={preview.isFetching}>
                  {t("look")}
                </AllowedButton>
              </SpaceBetween>
            }
          >
            {t("placeTitle")}
          </Header>
          {reserving.error ? <ProblemAlert error={reserving.error} /> : null}
          <Container header={<Header variant="h2">{t("source")}</Header>}>
            <SpaceBetween size="m">
              <SegmentedControl
                label={t("source")}
                selectedId={written ? "text" : "stored"}
                options={[
                  { id: "stored", text: t("stored") },
                  { id: "text", text: t("written") },
                ]}
                onChange={({ detail }) => set({ source: detail.selectedId === "text" ? "text" : "", look: "" }, true)}
              />
              {written ? (
                <WorkloadEditor value={text} onChange={setText} rows={16} />
              ) : (
                <>
                  {stored.error ? <ProblemAlert error={stored.error} onRetry={() => void stored.refetch()} /> : null}
                  {stored.data?.items.length === 0 ? <Alert type="info">{t("noWorkloads")}</Alert> : null}
                  <Choice
                    field
                    label={t("workload")}
                    value={draft.workload}
                    options={optionsOf(stored.data?.items ?? [], draft.workload)}
                    onChange={(to) => change("workload", to)}
                  />
                </>
              )}
              <PlaceOptions draft={draft} onChange={change} />
            </SpaceBetween>
          </Container>
        </SpaceBetween>
      </form>
      {preview.error && current ? <ProblemAlert error={preview.error} onRetry={() => void preview.refetch()} /> : null}
      {asked !== null && preview.isPending ? <Loading /> : null}
      {preview.data && asked ? (
        <SpaceBetween size="m">
          <Alert type="info">{t("preview")}</Alert>
          <OutcomePart outcome={preview.data.outcome} />
        </SpaceBetween>
      ) : null}
      {body && !lacks ? <CommandLine words={commandOf(body)} /> : null}
    </SpaceBetween>
  );
}

async function looked(body: Schemas["PlacementCreate"]) {
  const answer = await post("/api/v1/placements", { query: { dry_run: true }, body });
  if ("id" in answer) throw new Error("a dry run has held room");
  return answer;
}

/** With the one that stands in the address, though it is not among the first. */
function optionsOf(items: readonly Schemas["WorkloadItem"][], chosen: string) {
  const options = items.map((each) => ({ value: each.name, label: plain(each.name), description: plain(each.title) }));
  return chosen && !items.some((each) => each.name === chosen) ? [...options, { value: chosen, label: plain(chosen) }] : options;
}
