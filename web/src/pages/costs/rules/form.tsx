import { useState } from "react";
import Container from "@cloudscape-design/components/container";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useNavigate } from "react-router";

import { put } from "../../../api/client";
import { useTexts } from "../../../i18n/use-texts";
import { CommandLine } from "../../../parts/command-line";
import { DocumentEditor } from "../../../parts/deciding/editor";
import { useSettled } from "../../../parts/deciding/use-settled";
import { thisMonth } from "../../../parts/money";
import { PageForm } from "../../../parts/page-form";
import { plain } from "../../../parts/plain";
import { ProblemAlert } from "../../../parts/problem-alert";
import { useAddress } from "../../../parts/use-address";
import { useChange } from "../../../parts/use-change";
import { Effects } from "./effects";
import { findingsOf } from "./rule";
import { texts } from "./texts";

/** The document is looked at as it is typed, and tried on a month, before it is stored. name "": a new one. */
export function RuleForm({ name, start }: { name: string; start: string }) {
  const t = useTexts(texts);
  const navigate = useNavigate();
  const { value } = useAddress();
  const [text, setText] = useState(start);
  const settled = useSettled(text);
  const month = value("month") || thisMonth();
  const tried = useQuery({
    queryKey: ["costs", "rules", "tried", settled, month],
    enabled: settled.trim() !== "",
    placeholderData: keepPreviousData,
    retry: false,
    queryFn: () => put("/api/v1/allocation-rules", { query: { dry_run: true }, body: { document: settled, month, replace: false } }),
  });
  const findings = findingsOf(tried.error);
  const current = settled === text && !tried.isFetching;
  const lacks = !text.trim() ? t("lackText") : !current ? t("looking") : tried.isError ? t("lackValid") : "";
  const saving = useChange({
    id: "allocation rules",
    run: () => put("/api/v1/allocation-rules", { body: { document: text, replace: false } }),
    said: ({ changed }) => t("saved", { names: changed.length > 0 ? plain(changed.join(", ")) : t("unchanged") }),
    touches: ["costs"],
    onDone: () => void navigate("/allocation-rules"),
    quiet: true,
  });
  return (
    <PageForm
      title={name ? t("editTitle", { name: plain(name) }) : t("newTitle")}
      submit={t("save")}
      permission="cost.write"
      unless={lacks}
      busy={saving.isPending}
      error={saving.error}
      back="/allocation-rules"
      onSubmit={() => saving.mutate()}
    >
      {tried.isError && findings.length === 0 ? <ProblemAlert error={tried.error} onRetry={() => void tried.refetch()} /> : null}
      <Container>
        <DocumentEditor value={text} onChange={setText} findings={tried.isError ? (findings.length > 0 ? findings : undefined) : tried.data && []} looking={tried.isFetching} rows={16} />
      </Container>
      <Effects of={tried.isError ? undefined : tried.data} month={month} busy={tried.isFetching} />
      <CommandLine words={["mcm", "allocation", "apply", "-f", "rules.yaml"]} />
    </PageForm>
  );
}
