import { useState } from "react";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useQuery } from "@tanstack/react-query";
import { useNavigate, useSearchParams } from "react-router";

import { post } from "../../../api/client";
import { useTexts } from "../../../i18n/use-texts";
import { AllowedButton } from "../../../parts/allowed-button";
import { Typed } from "../../../parts/choice";
import { CommandLine } from "../../../parts/command-line";
import { FormDialog } from "../../../parts/form-dialog";
import { Shown } from "../../../parts/states";
import { useChange } from "../../../parts/use-change";
import { type Asked, askedOf } from "./asking";
import { Compared } from "./compared";
import { Subject } from "./subject";
import { texts } from "./texts";

export default function Compare() {
  const t = useTexts(texts);
  const [params] = useSearchParams();
  const [document, setDocument] = useState("");
  const [saving, setSaving] = useState(false);
  const asked = askedOf(params, document);
  return (
    <SpaceBetween size="l">
      <Header
        variant="h1"
        description={t("subtitle")}
        actions={
          <AllowedButton permission="workload.write" unless={asked ? "" : t("lackSubject")} onClick={() => setSaving(true)}>
            {t("save")}
          </AllowedButton>
        }
      >
        {t("title")}
      </Header>
      <Container header={<Header variant="h2">{t("what")}</Header>}>
        <Subject document={document} onDocument={setDocument} />
      </Container>
      {asked ? <Result asked={asked} /> : null}
      {asked ? <CommandLine words={commandOf(asked)} /> : null}
      {saving && asked ? <Save asked={asked} onClose={() => setSaving(false)} /> : null}
    </SpaceBetween>
  );
}

function Result({ asked }: { asked: Asked }) {
  const found = useQuery({
    queryKey: ["prices", "compared", asked],
    retry: false,
    staleTime: Infinity,
    // It changes nothing: a question that is too long for an address.
    queryFn: ({ signal }) => post("/api/v1/costs/compare", { body: asked, signal }),
  });
  return <Shown of={found}>{(comparison) => <Compared of={comparison} />}</Shown>;
}

function Save({ asked, onClose }: { asked: Asked; onClose(): void }) {
  const t = useTexts(texts);
  const navigate = useNavigate();
  const [title, setTitle] = useState(asked.workload ?? "");
  const saving = useChange({
    id: "estimate",
    run: () => post("/api/v1/estimates", { body: { ...asked, title } }),
    said: () => t("saved"),
    touches: ["prices"],
    onDone: (answer) => {
      if ("id" in answer) void navigate(`/estimates/${answer.id}`);
    },
    quiet: true,
  });
  return (
    <FormDialog title={t("saveTitle")} submit={t("save")} busy={saving.isPending} error={saving.error} onSubmit={() => saving.mutate()} onClose={onClose}>
      {t("saveHint")}
      <Typed label={t("name")} value={title} onChange={setTitle} />
    </FormDialog>
  );
}

function commandOf(asked: Asked): string[] {
  const option = (word: string, value: string | null | undefined) => (value ? [word, value] : []);
  return [
    "mcm", "cost", "compare",
    ...(asked.document ? ["-f", "workload.yaml"] : []), ...option("--workload", asked.workload), ...option("--filter", asked.filter),
    ...option("--currency", asked.currency), ...option("--tax", asked.tax),
    ...(asked.locations ?? []).flatMap((each) => ["--location", each]), ...(asked.options ?? []).flatMap((each) => ["--option", each]),
  ];
}
