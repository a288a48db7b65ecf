import { useState } from "react";
import Alert from "@cloudscape-design/components/alert";
import Box from "@cloudscape-design/components/box";
import Container from "@cloudscape-design/components/container";
import FormField from "@cloudscape-design/components/form-field";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Textarea from "@cloudscape-design/components/textarea";

import { put } from "../../../api/client";
import type { Schemas } from "../../../api/types";
import { useTexts } from "../../../i18n/use-texts";
import { AllowedButton } from "../../../parts/allowed-button";
import { ProblemAlert } from "../../../parts/problem-alert";
import { useChange } from "../../../parts/use-change";
import { Calculated } from "./calculation";
import { texts } from "./texts";

interface Props {
  name: string;
  start: string;
  /** Of what is stored; without it the pool is new. */
  version?: number;
  month: string;
  onSaved(): void;
}

/** The document of a pool: calculated as often as somebody wants, and saved when it is right. */
export function Editor({ name, start, version, month, onSaved }: Props) {
  const t = useTexts(texts);
  const [document, setDocument] = useState(start);
  const [tried, setTried] = useState<Schemas["Calculation"] | null>(null);
  const lacks = name.trim() && document.trim() ? "" : t("lackName");
  const guard = version === undefined ? {} : { ifMatch: version };
  const calculating = useChange({
    id: "calculation",
    run: () => put("/api/v1/cost-pools/{name}", { path: { name }, query: { dry_run: true, ...(month ? { month } : {}) }, body: { document } }),
    touches: [],
    onDone: (answer) => setTried("calculation" in answer ? answer.calculation : null),
    quiet: true,
  });
  const saving = useChange({
    id: `pool ${name}`,
    run: () => put("/api/v1/cost-pools/{name}", { path: { name }, body: { document }, ...guard }),
    said: () => t("saved"),
    touches: ["prices"],
    onDone: () => {
      setTried(null);
      onSaved();
    },
    quiet: true,
  });
  const problem = calculating.error ?? saving.error;
  return (
    <SpaceBetween size="l">
      <Container
        header={
          <Header
            variant="h2"
            description={t("documentHint")}
            actions={
              <SpaceBetween direction="horizontal" size="xs">
                <AllowedButton permission="price.write" unless={lacks} loading={calculating.isPending} onClick={() => calculating.mutate()}>
                  {t("calculate")}
                </AllowedButton>
                <AllowedButton permission="price.write" unless={lacks} variant="primary" loading={saving.isPending} onClick={() => saving.mutate()}>
                  {t("save")}
                </AllowedButton>
              </SpaceBetween>
            }
          >
            {t("document")}
          </Header>
        }
      >
        <SpaceBetween size="m">
          {problem ? <ProblemAlert error={problem} /> : null}
          <FormField stretch>
            <Textarea ariaLabel={t("document")} value={document} rows={18} spellcheck={false} onChange={({ detail }) => setDocument(detail.value)} />
          </FormField>
        </SpaceBetween>
      </Container>
      {tried ? (
        <SpaceBetween size="m">
          <Alert type="info">{t("calculated")}</Alert>
          <Box variant="h2">{t("calculator")}</Box>
          <Calculated of={tried} />
        </SpaceBetween>
      ) : null}
    </SpaceBetween>
  );
}
