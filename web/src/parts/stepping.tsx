import { useState } from "react";
import type { WizardProps } from "@cloudscape-design/components/wizard";

import { useTexts } from "../i18n/use-texts";
import { steppingTexts } from "./stepping-texts";
import { useAddress } from "./use-address";

/** The words that every wizard needs, whatever its steps are about. */
export function useWizardWords(): WizardProps.I18nStrings {
  const t = useTexts(steppingTexts);
  return {
    stepNumberLabel: (n) => t("stepNumber", { n }),
    collapsedStepsLabel: (n, all) => t("stepOf", { n, all }),
    navigationAriaLabel: t("steps"),
    cancelButton: t("cancel"),
    previousButton: t("previous"),
    nextButton: t("next"),
    optional: t("optional"),
  };
}

/** Where a wizard stands: as its address asks, but never past a step that still lacks something.
 *
 * `lacking`: by step, what it still needs ("" where nothing). `undecided`: the first step cannot be judged yet, so the
 * address is believed. */
export function useSteps(lacking: readonly string[], { last, undecided = false }: { last: number; undecided?: boolean }) {
  const { set, value } = useAddress();
  const [complained, setComplained] = useState("");
  const first = lacking.findIndex(Boolean);
  const asked = Math.max(0, Math.min(last, (Number(value("step")) || 1) - 1));
  const step = first === -1 || (first === 0 && undecided) ? asked : Math.min(asked, first);

  function go({ detail }: { detail: WizardProps.NavigateDetail }) {
    const reason = detail.requestedStepIndex > step ? (lacking.slice(0, detail.requestedStepIndex).find(Boolean) ?? "") : "";
    setComplained(reason);
    if (!reason) set({ step: String(detail.requestedStepIndex + 1) });
  }

  return { step, go, forgive: () => setComplained(""), error: complained ? { errorText: complained } : {} };
}
