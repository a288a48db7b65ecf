import { useState } from "react";
import SpaceBetween from "@cloudscape-design/components/space-between";

import { post } from "../../api/client";
import { useTexts } from "../../i18n/use-texts";
import { AllowedButton } from "../../parts/allowed-button";
import { FormDialog } from "../../parts/form-dialog";
import { plain } from "../../parts/plain";
import { useChange } from "../../parts/use-change";
import { againstCancel, againstRetry, type Move } from "./standing";
import { texts } from "./texts";

type Verb = "cancel" | "retry";
const PATHS = { cancel: "/api/v1/moves/{move_id}/cancel", retry: "/api/v1/moves/{move_id}/retry" } as const;

export function Deciding({ move }: { move: Move }) {
  const t = useTexts(texts);
  const [asked, setAsked] = useState<Verb | null>(null);
  const not = { cancel: againstCancel(move), retry: againstRetry(move) };
  return (
    <SpaceBetween direction="horizontal" size="xs">
      <AllowedButton permission="operation.run" unless={not.cancel && t(not.cancel)} onClick={() => setAsked("cancel")}>
        {t("cancel")}
      </AllowedButton>
      <AllowedButton permission="operation.run" unless={not.retry && t(not.retry)} onClick={() => setAsked("retry")}>
        {t("retry")}
      </AllowedButton>
      {asked ? <Decide move={move} verb={asked} onClose={() => setAsked(null)} /> : null}
    </SpaceBetween>
  );
}

function Decide({ move, verb, onClose }: { move: Move; verb: Verb; onClose(): void }) {
  const t = useTexts(texts);
  const name = plain(move.resource_name);
  const change = useChange({
    id: `move ${move.id}`,
    run: () => post(PATHS[verb], { path: { move_id: move.id } }),
    said: () => t(verb === "cancel" ? "cancelled" : "retried", { name }),
    touches: ["moves", "operations", "resources"],
    onDone: onClose,
    quiet: true,
  });
  return (
    <FormDialog
      title={t(verb === "cancel" ? "cancelTitle" : "retryTitle", { name })}
      submit={t(verb === "cancel" ? "cancel" : "retry")}
      busy={change.isPending}
      error={change.error}
      onSubmit={() => change.mutate()}
      onClose={onClose}
      command={["move", verb, move.id]}
    >
      {t(verb === "cancel" ? "cancelWhat" : "retryWhat")}
    </FormDialog>
  );
}
