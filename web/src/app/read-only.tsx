import Alert from "@cloudscape-design/components/alert";
import Box from "@cloudscape-design/components/box";
import SpaceBetween from "@cloudscape-design/components/space-between";

import { useSession } from "../api/session";
import { useTexts } from "../i18n/use-texts";
import { CommandLine } from "../parts/command-line";
import { texts } from "./texts";

const CONFIRM = ["mcm", "db", "confirm"];

/** Above every page of an installation that came out of a backup, until a person has confirmed it. */
export function ReadOnly() {
  const t = useTexts(texts);
  if (!useSession().read_only) return null;
  return (
    <Box padding={{ bottom: "m" }}>
      <Alert type="warning" header={t("readOnlyTitle")}>
        <SpaceBetween size="xs">
          <span>{t("readOnlyHint")}</span>
          <CommandLine words={CONFIRM} />
        </SpaceBetween>
      </Alert>
    </Box>
  );
}
