import { useState } from "react";
import Container from "@cloudscape-design/components/container";
import { useNavigate } from "react-router";

import { put } from "../../api/client";
import { useTexts } from "../../i18n/use-texts";
import { CommandLine } from "../../parts/command-line";
import { PageForm } from "../../parts/page-form";
import { plain } from "../../parts/plain";
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

  return (
    <PageForm
      title={given ? t("editTitle", { name: plain(given) }) : t("newTitle")}
      submit={t("save")}
      permission="workload.write"
      unless={lacks}
      busy={saving.isPending}
      error={saving.error}
      back={given ? `/workloads/${encodeURIComponent(given)}` : "/workloads"}
      onSubmit={() => saving.mutate()}
    >
      <Container>
        <WorkloadEditor value={text} onChange={setText} />
      </Container>
      <CommandLine words={["mcm", "workload", "apply", "-f", `${name || "workload"}.yaml`]} />
    </PageForm>
  );
}
