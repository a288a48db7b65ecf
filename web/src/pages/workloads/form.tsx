import { type FormEvent, useState } from "react";
import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import Form from "@cloudscape-design/components/form";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useNavigate } from "react-router";

import { put } from "../../api/client";
import { useTexts } from "../../i18n/use-texts";
import { AllowedButton } from "../../parts/allowed-button";
import { CommandLine } from "../../parts/command-line";
import { plain } from "../../parts/plain";
import { ProblemAlert } from "../../parts/problem-alert";
import { useChange } from "../../parts/use-change";
import { nameOf, WorkloadEditor } from "./editor";
import { texts } from "./texts";

/** name "": a new one. */
export function WorkloadForm({ name: given, version, start }: { name: string; version?: number; start: string }) {
  const t = useTexts(texts);
  const navigate = useNavigate();
  const [text, setText] = useState(start);
  const name = given || nameOf(text);
  const lacks = name ? "" : t("lackName");
  const saving = useChange({
    id: `workload ${name}`,
    run: () => put("/api/v1/workloads/{name}", { path: { name }, body: { text }, ...(version === undefined ? {} : { ifMatch: version }) }),
    said: () => t("saved", { name: plain(name) }),
    touches: ["workloads"],
    onDone: () => void navigate(`/workloads/${encodeURIComponent(name)}`),
    quiet: true,
  });

  function submit(event: FormEvent) {
    event.preventDefault();
    if (!lacks && !saving.isPending) saving.mutate();
  }

  return (
    <form onSubmit={submit}>
      <Form
        header={<Header variant="h1">{given ? t("editTitle", { name: plain(given) }) : t("newTitle")}</Header>}
        actions={
          <SpaceBetween direction="horizontal" size="xs">
            <Button variant="link" formAction="none" onClick={() => void navigate(given ? `/workloads/${encodeURIComponent(given)}` : "/workloads")}>
              {t("cancel")}
            </Button>
            <AllowedButton permission="workload.write" unless={lacks} variant="primary" loading={saving.isPending}>
              {t("save")}
            </AllowedButton>
          </SpaceBetween>
        }
      >
        <SpaceBetween size="l">
          {saving.error ? <ProblemAlert error={saving.error} /> : null}
          <Container>
            <WorkloadEditor value={text} onChange={setText} />
          </Container>
          <CommandLine words={["mcm", "workload", "apply", "-f", `${name || "workload"}.yaml`]} />
        </SpaceBetween>
      </Form>
    </form>
  );
}
