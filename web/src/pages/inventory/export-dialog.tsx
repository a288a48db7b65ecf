import { useState } from "react";
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Modal from "@cloudscape-design/components/modal";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useQuery } from "@tanstack/react-query";

import { addressOf, get } from "../../api/client";
import { useFormat } from "../../i18n/format";
import { useTexts } from "../../i18n/use-texts";
import { AllowedButton } from "../../parts/allowed-button";
import { Choice } from "../../parts/choice";
import { CommandLine } from "../../parts/command-line";
import { ProblemAlert } from "../../parts/problem-alert";
import { narrowing, type State } from "./state";
import { texts } from "./texts";

const FORMATS = ["csv", "xlsx", "json"] as const;
type Format = (typeof FORMATS)[number];

/** The address of the file that holds what is shown, whole and in the same order. columns: none for all there is. */
export function exportAddress(state: State, format: Format, columns: readonly string[]): string {
  return addressOf("/api/v1/resources/export", {}, { ...narrowing(state), order_by: state.order, format, columns: named(columns).join(",") });
}

export function exportCommand(state: State, format: Format, columns: readonly string[]): string[] {
  const option = (word: string, value: string) => (value ? [word, value] : []);
  return [
    "mcm", "resource", "export", `resources.${format}`, ...option("--filter", state.filter), ...option("--search", state.search),
    ...option("--as-of", state.asOf), ...option("--order-by", state.order), ...option("--columns", named(columns).join(",")),
  ];
}

function named(columns: readonly string[]): readonly string[] {
  return columns.length > 0 ? ["name", ...columns] : [];
}

export default function ExportDialog({ state, shown, onClose }: { state: State; shown: readonly string[]; onClose(): void }) {
  const t = useTexts(texts);
  const format = useFormat();
  const [as, setAs] = useState<Format>("csv");
  const [all, setAll] = useState(false);
  const columns = all ? [] : shown;
  const which = narrowing(state);
  // Asked anew: whose session has ended is asked to sign in here, and not by a file that holds a refusal.
  const counted = useQuery({
    queryKey: ["resources", "count", which, "export"],
    gcTime: 0,
    queryFn: ({ signal }) => get("/api/v1/resources/count", { query: which, signal }),
  });
  const n = counted.data ? format.atLeast(counted.data.count, counted.data.at_least) : "";
  return (
    <Modal
      visible
      header={counted.data ? t("exportN", { n }) : t("export")}
      closeAriaLabel={t("cancel")}
      onDismiss={onClose}
      footer={
        <Box float="right">
          <SpaceBetween direction="horizontal" size="xs">
            <Button variant="link" onClick={onClose}>
              {t("cancel")}
            </Button>
            <AllowedButton
              permission="resource.export"
              variant="primary"
              iconName="download"
              loading={counted.isPending}
              href={exportAddress(state, as, columns)}
              download
              onClick={() => setTimeout(onClose)}
            >
              {t("download")}
            </AllowedButton>
          </SpaceBetween>
        </Box>
      }
    >
      <SpaceBetween size="m">
        {counted.isError ? <ProblemAlert error={counted.error} onRetry={() => void counted.refetch()} /> : null}
        <Box>{state.filter || state.search || state.asOf ? t("exportShown") : t("exportAll")}</Box>
        <Choice
          field
          label={t("format")}
          value={as}
          options={FORMATS.map((value) => ({ value, label: value.toUpperCase() }))}
          onChange={(value) => setAs(FORMATS.find((each) => each === value) ?? "csv")}
        />
        <Choice
          field
          label={t("columns")}
          value={all ? "all" : "shown"}
          options={[
            { value: "shown", label: t("columnsShown", { n: shown.length + 1 }) },
            { value: "all", label: t("columnsAll") },
          ]}
          onChange={(value) => setAll(value === "all")}
        />
        <Box color="text-body-secondary" fontSize="body-s">
          {t("exportTrail")}
        </Box>
        <CommandLine words={exportCommand(state, as, columns)} />
      </SpaceBetween>
    </Modal>
  );
}
