import Box from "@cloudscape-design/components/box";

import { remove } from "../../api/client";
import { useTexts } from "../../i18n/use-texts";
import { FormDialog } from "../../parts/form-dialog";
import { plain } from "../../parts/plain";
import { useChange } from "../../parts/use-change";
import { viewTexts } from "./view-texts";
import type { View } from "./views";

export default function RemoveView({ view, onClose, onRemoved }: { view: View; onClose(): void; onRemoved(): void }) {
  const t = useTexts(viewTexts);
  const removing = useChange({
    id: "view",
    quiet: true,
    run: () => remove("/api/v1/views/{view_id}", { path: { view_id: view.id }, ifMatch: view.version }),
    said: () => t("removed", { name: plain(view.name) }),
    touches: ["views"],
    onDone: onRemoved,
  });
  return (
    <FormDialog
      title={t("removeTitle", { name: plain(view.name) })}
      submit={t("doRemove")}
      busy={removing.isPending}
      error={removing.error}
      onSubmit={() => removing.mutate()}
      onClose={onClose}
      command={["view", "delete", view.id]}
    >
      <Box>{t(view.shared === "private" ? "removeHint" : "removeShared")}</Box>
    </FormDialog>
  );
}
