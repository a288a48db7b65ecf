import Alert from "@cloudscape-design/components/alert";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import SpaceBetween from "@cloudscape-design/components/space-between";
import StatusIndicator from "@cloudscape-design/components/status-indicator";

import type { Schemas } from "../../api/types";
import { useTexts } from "../../i18n/use-texts";
import { Copyable } from "../../parts/copyable";
import { Name } from "../../parts/name";
import { plain } from "../../parts/plain";
import { SaidOf } from "../../parts/said";
import { addTexts } from "./add-texts";

const DASH = "–";

/** What signing in has shown: as whom, what it can see, and which rights it lacks. */
export function CheckResult({ of }: { of: Schemas["CheckAnswer"] }) {
  const t = useTexts(addTexts);
  const missing = of.missing_permissions ?? [];
  const warnings = of.warnings ?? [];
  if (!of.ok) {
    return (
      <Alert type="error" header={t("testFailed")}>
        <SaidOf fault={{ code: of.error_code, message: of.error_message }} whole />
      </Alert>
    );
  }
  return (
    <SpaceBetween size="m">
      <StatusIndicator type="success">{t("testOk")}</StatusIndicator>
      <KeyValuePairs
        columns={2}
        items={[
          { label: t("principal"), value: <Name of={of.principal || DASH} /> },
          { label: t("scopeName"), value: <Name of={of.scope_name || DASH} /> },
          { label: t("version"), value: <Name of={of.cloud_version || DASH} /> },
          { label: t("realm"), value: of.realm ? <Copyable value={of.realm} /> : DASH },
          ...(missing.length === 0 ? [{ label: t("missing"), value: t("noneMissing") }] : []),
        ]}
      />
      {missing.length > 0 ? (
        <Alert type="warning" header={t("missing")}>
          {t("missingHint")}
          <Listed of={missing} />
        </Alert>
      ) : null}
      {warnings.length > 0 ? (
        <Alert type="info" header={t("warnings")}>
          <Listed of={warnings} />
        </Alert>
      ) : null}
    </SpaceBetween>
  );
}

function Listed({ of }: { of: readonly string[] }) {
  return (
    <ul className="console-plain-list">
      {of.map((each) => (
        <li key={each}>{plain(each)}</li>
      ))}
    </ul>
  );
}
