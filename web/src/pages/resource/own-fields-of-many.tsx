import { lazy, Suspense, useState } from "react";

import type { Resource } from "../../api/types";
import { useTexts } from "../../i18n/use-texts";
import { AllowedButton } from "../../parts/allowed-button";
import { ownTexts } from "./own-texts";

// Fetched by whoever opens it.
const OwnFieldsDialog = lazy(() => import("./own-fields-dialog"));

interface Props {
  selected: readonly Resource[];
  past: boolean;
}

export function OwnFieldsOfMany({ selected, past }: Props) {
  const t = useTexts(ownTexts);
  // Rows that leave the page while the dialog is open are still meant.
  const [targets, setTargets] = useState<readonly Resource[] | null>(null);
  return (
    <>
      <AllowedButton
        permission="resource.write"
        unless={past ? t("pastOnly") : selected.length === 0 ? t("selectFirst") : ""}
        onClick={() => setTargets(selected)}
      >
        {t("many")}
      </AllowedButton>
      <Suspense>{targets ? <OwnFieldsDialog targets={targets} onClose={() => setTargets(null)} /> : null}</Suspense>
    </>
  );
}
