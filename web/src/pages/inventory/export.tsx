import { lazy, Suspense, useState } from "react";

import { useTexts } from "../../i18n/use-texts";
import { AllowedButton } from "../../parts/allowed-button";
import type { State } from "./state";
import { texts } from "./texts";

// Fetched by whoever opens it.
const ExportDialog = lazy(() => import("./export-dialog"));

export function ExportButton({ state, shown }: { state: State; shown: readonly string[] }) {
  const t = useTexts(texts);
  const [asked, setAsked] = useState(false);
  return (
    <>
      <AllowedButton permission="resource.export" onClick={() => setAsked(true)}>
        {t("export")}
      </AllowedButton>
      <Suspense>{asked ? <ExportDialog state={state} shown={shown} onClose={() => setAsked(false)} /> : null}</Suspense>
    </>
  );
}
