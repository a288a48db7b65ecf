import { useState } from "react";
import Alert from "@cloudscape-design/components/alert";
import Checkbox from "@cloudscape-design/components/checkbox";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { keepPreviousData, useMutation, useQuery } from "@tanstack/react-query";
import { useNavigate } from "react-router";

import { post } from "../../api/client";
import { useTexts } from "../../i18n/use-texts";
import { AllowedButton } from "../../parts/allowed-button";
import { Choice } from "../../parts/choice";
import { CommandLine } from "../../parts/command-line";
import { DocumentEditor } from "../../parts/deciding/editor";
import { useSettled } from "../../parts/deciding/use-settled";
import { useBoth } from "../../parts/deciding/word";
import { PageForm } from "../../parts/page-form";
import { plain } from "../../parts/plain";
import { ProblemAlert } from "../../parts/problem-alert";
import { useAddress } from "../../parts/use-address";
import { useChange } from "../../parts/use-change";
import { Examples } from "./examples";
import { SimulationPart } from "./simulation";
import { texts } from "./texts";
import type { Lint } from "./use-policy";

const DAYS = ["7", "30", "90"];

async function tried(document: string, days = 0): Promise<Lint> {
  const answer = await post("/api/v1/policies", { query: { dry_run: true, ...(days ? { simulate: true, days } : {}) }, body: { document } });
  if (!("findings" in answer)) throw new Error("a dry run has stored a policy");
  return answer;
}

/** id "": a new one. Looked at as it is typed, tried on what there is before it is stored. */
export function PolicyForm({ id, version, start }: { id: string; version?: number; start: string }) {
  const t = useTexts(texts);
  const both = useBoth();
  const navigate = useNavigate();
  const { set, value } = useAddress();
  const [text, setText] = useState(start);
  const [accepted, setAccepted] = useState(false);
  const settled = useSettled(text);
  const days = DAYS.find((each) => each === value("days")) ?? "30";
  const lint = useQuery({
    queryKey: ["policies", "lint", settled],
    enabled: settled.trim() !== "",
    placeholderData: keepPreviousData,
    queryFn: () => tried(settled),
  });
  const simulation = useMutation({ mutationFn: () => tried(text, Number(days)) });
  const known = text.trim() ? lint.data : undefined;
  const current = settled === text && !lint.isFetching;
  const warnings = known?.warnings ?? [];
  const wrong = !text.trim() ? t("lackText") : !current ? t("looking") : !known?.ok ? t("lackValid") : "";
  const lacks = wrong || (warnings.length > 0 && !accepted ? t("lackAccept") : "");
  const saving = useChange({
    id: `policy ${id}`,
    run: async () => {
      const answer = await post("/api/v1/policies", { query: { accept_warnings: accepted }, body: { document: text }, ...(version === undefined ? {} : { ifMatch: version }) });
      if ("findings" in answer) throw new Error("the policy was looked at only");
      return answer;
    },
    said: (answer) => t("saved", { name: plain(answer.id), n: answer.version }),
    touches: ["policies", "violations"],
    onDone: (answer) => void navigate(`/policies/${encodeURIComponent(answer.id)}`),
    quiet: true,
  });

  return (
    <PageForm
      title={id ? t("editTitle", { name: plain(id) }) : t("newTitle")}
      submit={t("save")}
      permission="policy.write"
      unless={lacks}
      busy={saving.isPending}
      error={saving.error}
      back={id ? `/policies/${encodeURIComponent(id)}` : "/policies"}
      onSubmit={() => saving.mutate()}
      actions={
        <AllowedButton permission="policy.write" unless={wrong} formAction="none" loading={simulation.isPending} onClick={() => simulation.mutate()}>
          {t("simulate")}
        </AllowedButton>
      }
    >
      {lint.error ? <ProblemAlert error={lint.error} onRetry={() => void lint.refetch()} /> : null}
      <Container>
        <DocumentEditor value={text} onChange={setText} findings={known?.findings} looking={lint.isFetching} />
      </Container>
      {warnings.length > 0 ? (
        <Alert type="warning" header={t("warned")}>
          <SpaceBetween size="xs">
            {warnings.map((each) => (
              <div key={`${each.code} ${each.policies.join()}`}>{both(each.message, each.message_zh)}</div>
            ))}
            <Checkbox checked={accepted} onChange={({ detail }) => setAccepted(detail.checked)}>
              {t("accept")}
            </Checkbox>
          </SpaceBetween>
        </Alert>
      ) : null}
      {known && known.examples.length > 0 ? <Examples items={known.examples} /> : null}
      {known?.cel ? (
        <Container header={<Header variant="h3">{t("cel")}</Header>}>
          <pre className="console-code">{plain(known.cel)}</pre>
        </Container>
      ) : null}
      <Container header={<Header variant="h2" description={t("simulateHint")} actions={<Choice label={t("days")} value={days} options={DAYS.map((each) => ({ value: each, label: `${t("days")}: ${each}` }))} onChange={(to) => set({ days: to }, true)} />}>{t("simulated")}</Header>}>
        {simulation.error ? <ProblemAlert error={simulation.error} /> : null}
        {simulation.data?.simulation ? (
          <SimulationPart of={simulation.data.simulation} />
        ) : (
          <AllowedButton permission="policy.write" unless={wrong} formAction="none" loading={simulation.isPending} onClick={() => simulation.mutate()}>
            {t("simulate")}
          </AllowedButton>
        )}
      </Container>
      <CommandLine words={["mcm", "policy", "apply", "-f", `${known?.id ?? "policy"}.yaml`]} />
    </PageForm>
  );
}
