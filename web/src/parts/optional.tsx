import type { ReactNode } from "react";

import { useTexts } from "../i18n/use-texts";
import { steppingTexts } from "./stepping-texts";

/** A field's label where nothing has to be given. */
export function Optional({ children }: { children: ReactNode }) {
  const t = useTexts(steppingTexts);
  return (
    <>
      {children} <i>– {t("optional")}</i>
    </>
  );
}
