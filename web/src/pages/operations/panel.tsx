import Alert from "@cloudscape-design/components/alert";
import Box from "@cloudscape-design/components/box";
import Header from "@cloudscape-design/components/header";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Steps from "@cloudscape-design/components/steps";
import { useQuery } from "@tanstack/react-query";

import { get } from "../../api/client";
import type { OperationDetail } from "../../api/types";
import { Panel } from "../../app/panel";
import { useFormat } from "../../i18n/format";
import { useTerm, useTexts } from "../../i18n/use-texts";
import { Copyable } from "../../parts/copyable";
import { Age } from "../../parts/freshness";
import { plain } from "../../parts/plain";
import { SaidOf } from "../../parts/said";
import { Shown } from "../../parts/states";
import { Status } from "../../parts/status";
import { usePreferences } from "../../preferences/preferences";
import { texts } from "./texts";

const STEP_LOOKS: Record<string, "success" | "in-progress" | "pending" | "warning"> = {
  done: "success",
  sending: "in-progress",
  sent: "in-progress",
  new: "pending",
  undone: "warning",
};

export function OperationPanel({ id, onClose }: { id: string; onClose(): void }) {
  const found = useQuery({
    queryKey: ["operations", "one", id],
    queryFn: ({ signal }) => get("/api/v1/operations/{operation_id}", { path: { operation_id: id }, signal }),
  });
  const header = found.data ? `${found.data.action} · ${plain(found.data.resource_name)}` : id;
  return (
    <Panel header={header} onClose={onClose}>
      <Shown of={found}>{(operation) => <Known operation={operation} />}</Shown>
    </Panel>
  );
}

function Known({ operation }: { operation: OperationDetail }) {
  const t = useTexts(texts);
  const term = useTerm();
  const format = useFormat();
  const { language } = usePreferences();
  const parameters = Object.entries(operation.params);
  return (
    <SpaceBetween size="l">
      {operation.error_message ? (
        <Alert type={operation.status === "in_doubt" ? "warning" : "error"} header={t("error")}>
          <SaidOf fault={{ code: operation.error_code, message: operation.error_message, nextStep: operation.next_step }} whole />
        </Alert>
      ) : null}
      <KeyValuePairs
        columns={3}
        items={[
          { label: t("status"), value: <Status group="operation" word={operation.status} /> },
          { label: t("account"), value: operation.account },
          { label: t("region"), value: operation.region || "–" },
          { label: t("by"), value: operation.requested_by },
          { label: t("created"), value: <Age at={operation.created_at} /> },
          { label: t("id"), value: <Copyable value={operation.id} /> },
          ...parameters.map(([name, value]) => ({ label: `${t("parameters")}: ${name}`, value: typeof value === "object" ? JSON.stringify(value) : String(value) })),
        ]}
      />
      {operation.steps.length > 0 ? (
        <SpaceBetween size="xs">
          <Header variant="h3">{t("steps")}</Header>
          <Steps
            ariaLabel={t("steps")}
            steps={operation.steps.map((step) => ({
              status: STEP_LOOKS[step.status] ?? "pending",
              header: step.name,
              statusIconAriaLabel: term("step", step.status),
              details: step.attempts > 1 ? t("attempts", { n: step.attempts }) : undefined,
            }))}
          />
        </SpaceBetween>
      ) : null}
      <SpaceBetween size="xs">
        <Header variant="h3">{t("log")}</Header>
        <ol>
          {operation.log.map((line, index) => (
            <li key={index}>
              <Box color="text-body-secondary" display="inline" fontSize="body-s">
                {format.instant(line.at)}
              </Box>{" "}
              {language === "zh-CN" ? line.text_zh : line.text}
            </li>
          ))}
        </ol>
      </SpaceBetween>
    </SpaceBetween>
  );
}
