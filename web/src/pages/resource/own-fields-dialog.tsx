import { useState } from "react";
import Alert from "@cloudscape-design/components/alert";

import { patch } from "../../api/client";
import { asProblem, type Problem } from "../../api/problem";
import type { Resource } from "../../api/types";
import { useTexts } from "../../i18n/use-texts";
import { FormDialog } from "../../parts/form-dialog";
import { Name } from "../../parts/name";
import { useChange } from "../../parts/use-change";
import { type OwnFields, updateOf, wrongLabel } from "./own-fields";
import { OwnFieldsForm } from "./own-fields-form";
import { ownTexts } from "./own-texts";

const UNTOUCHED: OwnFields = { owner: "", dataClass: "", managed: "", labels: [] };

interface Refused {
  target: Resource;
  problem: Problem;
}

/** One request for each, as each is allowed or refused by itself; a second try is for those that were refused. */
export default function OwnFieldsDialog({ targets, onClose }: { targets: readonly Resource[]; onClose(): void }) {
  const t = useTexts(ownTexts);
  const [fields, setFields] = useState(UNTOUCHED);
  const [refused, setRefused] = useState<readonly Refused[]>([]);
  const update = updateOf(UNTOUCHED, fields);
  const wrong = wrongLabel(fields.labels);
  const left = refused.length > 0 ? refused.map(({ target }) => target) : targets;
  const saving = useChange<void, readonly Refused[]>({
    id: "own fields",
    run: async () => {
      const failed: Refused[] = [];
      for (const target of left) {
        try {
          await patch("/api/v1/resources/{resource_id}", { path: { resource_id: target.id }, body: update ?? {} });
        } catch (error) {
          failed.push({ target, problem: asProblem(error) });
        }
      }
      return failed;
    },
    said: (failed) => (failed.length > 0 ? "" : t("savedMany", { n: targets.length })),
    touches: ["resources"],
    onDone: (failed) => {
      if (failed.length === 0) onClose();
      else setRefused(failed);
    },
  });
  return (
    <FormDialog
      title={t("editMany", { n: targets.length })}
      submit={t("save")}
      busy={saving.isPending}
      error={saving.error}
      unless={wrong ? t(wrong.why) : update ? "" : t("nothing")}
      onSubmit={() => saving.mutate()}
      onClose={onClose}
    >
      {refused.length > 0 ? (
        <Alert type="error" header={t("someFailed", { n: refused.length, all: targets.length })}>
          <ul className="console-plain-list">
            {refused.map(({ target, problem }) => (
              <li key={target.id}>
                <Name of={target.name || target.native_id || target.id} />: {problem.body.detail}
              </li>
            ))}
          </ul>
        </Alert>
      ) : null}
      <OwnFieldsForm many fields={fields} onChange={setFields} />
    </FormDialog>
  );
}
