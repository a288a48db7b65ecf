import { useState } from "react";
import Alert from "@cloudscape-design/components/alert";
import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "react-router";

import { post } from "../../api/client";
import { useTerm, useTexts } from "../../i18n/use-texts";
import { FormDialog } from "../form-dialog";
import type { Wanted } from "./act-dialog";
import { actingTexts } from "./texts";
import { planWords } from "./words";

/** What is too much to be asked for at once is written down, and looked at by somebody else where that is needed. */
export function PlanDialog({ wanted, belt, onClose }: { wanted: Wanted; belt: number; onClose(): void }) {
  const t = useTexts(actingTexts);
  const term = useTerm();
  const navigate = useNavigate();
  const queries = useQueryClient();
  const [note, setNote] = useState("");
  const resources = wanted.targets.map(({ id }) => id);
  const making = useMutation({
    mutationFn: () => post("/api/v1/plans", { body: { action: wanted.action, resources, params: {}, note } }),
    onSuccess: (plan) => {
      void queries.invalidateQueries({ queryKey: ["plans"] });
      onClose();
      void navigate(`/plans/${plan.id}`);
    },
  });
  return (
    <FormDialog
      wide
      title={t("titleMany", { action: term("action", wanted.action), n: resources.length })}
      submit={t("makePlan")}
      busy={making.isPending}
      error={making.error}
      command={planWords(wanted.action, resources, {})}
      onSubmit={() => making.mutate()}
      onClose={onClose}
    >
      <Alert type="info">{t("beyond", { n: belt })}</Alert>
      <FormField label={t("note")} description={t("noteHint")}>
        <Input value={note} onChange={({ detail }) => setNote(detail.value)} />
      </FormField>
    </FormDialog>
  );
}
