import { useState } from "react";
import Alert from "@cloudscape-design/components/alert";
import Header from "@cloudscape-design/components/header";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import SpaceBetween from "@cloudscape-design/components/space-between";

import { get, patch } from "../../api/client";
import { asProblem } from "../../api/problem";
import type { ResourceDetail } from "../../api/types";
import { useTerm, useTexts } from "../../i18n/use-texts";
import { AllowedButton } from "../../parts/allowed-button";
import { FormDialog } from "../../parts/form-dialog";
import { Name } from "../../parts/name";
import { plain } from "../../parts/plain";
import { useChange } from "../../parts/use-change";
import { type OwnFields, ownFieldsOf, updateOf, wrongLabel } from "./own-fields";
import { OwnFieldsForm } from "./own-fields-form";
import { ownTexts } from "./own-texts";

const DASH = "–";

/** What mcm keeps of a resource by itself, and how to change it. */
export function OwnFieldsPart({ resource }: { resource: ResourceDetail }) {
  const t = useTexts(ownTexts);
  const term = useTerm();
  const [editing, setEditing] = useState(false);
  const { owner, labels } = resource;
  return (
    <SpaceBetween size="xs">
      <Header
        variant="h3"
        description={t("ownHint")}
        actions={
          <AllowedButton permission="resource.write" onClick={() => setEditing(true)}>
            {t("edit")}
          </AllowedButton>
        }
      >
        {t("own")}
      </Header>
      <KeyValuePairs
        columns={3}
        items={[
          { label: t("owner"), value: owner ? <Name of={owner} /> : DASH },
          { label: t("dataClass"), value: resource.data_class ? term("dataClass", resource.data_class) : DASH },
          { label: t("managed"), value: term("managed", resource.managed) || DASH },
          ...Object.entries(labels ?? {}).map(([key, value]) => ({ label: <Name of={key} />, value: <Name of={value || DASH} /> })),
        ]}
      />
      {editing ? <OwnFieldsDialog resource={resource} onClose={() => setEditing(false)} /> : null}
    </SpaceBetween>
  );
}

/** Based on the version that was there when it was opened; whoever was faster is not overwritten unseen. */
function OwnFieldsDialog({ resource, onClose }: { resource: ResourceDetail; onClose(): void }) {
  const t = useTexts(ownTexts);
  const [before] = useState(() => ownFieldsOf(resource));
  const [fields, setFields] = useState<OwnFields>(before);
  const [opened] = useState(resource.version ?? 0);
  const [version, setVersion] = useState(opened);
  const update = updateOf(before, fields);
  const wrong = wrongLabel(fields.labels);
  const name = plain(resource.name || resource.native_id || resource.id);
  const path = { resource_id: resource.id };
  const saving = useChange({
    id: "own fields",
    quiet: true,
    run: async () => {
      try {
        return await patch("/api/v1/resources/{resource_id}", { path, body: update ?? {}, ifMatch: version });
      } catch (error) {
        // Having been told, one may insist: only what was changed here is written, over the version that is there now.
        if (asProblem(error).code === "stale_version") {
          setVersion((await get("/api/v1/resources/{resource_id}", { path })).version ?? 0);
        }
        throw error;
      }
    },
    said: () => t("saved", { name }),
    touches: ["resources"],
    onDone: onClose,
  });
  return (
    <FormDialog
      title={t("editOf", { name })}
      submit={t("save")}
      busy={saving.isPending}
      error={saving.error}
      unless={wrong ? t(wrong.why) : update ? "" : t("nothing")}
      onSubmit={() => saving.mutate()}
      onClose={onClose}
    >
      {version > opened ? <Alert type="info">{t("insist")}</Alert> : null}
      <OwnFieldsForm fields={fields} onChange={setFields} />
    </FormDialog>
  );
}
