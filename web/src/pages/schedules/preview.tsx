import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Modal from "@cloudscape-design/components/modal";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Table from "@cloudscape-design/components/table";
import { useQuery } from "@tanstack/react-query";

import { put } from "../../api/client";
import type { Schemas } from "../../api/types";
import { useFormat } from "../../i18n/format";
import { useTexts } from "../../i18n/use-texts";
import { Inside } from "../../parts/links";
import { Name } from "../../parts/name";
import { plain } from "../../parts/plain";
import { Empty, Shown } from "../../parts/states";
import { Status } from "../../parts/status";
import { usePreferences } from "../../preferences/preferences";
import { texts } from "./texts";

export type Written = Schemas["ScheduleWrite"];

/** What a schedule as it is written would do now; the server stores and sends nothing. */
export function Preview({ name, written, onClose }: { name: string; written: Written; onClose(): void }) {
  const t = useTexts(texts);
  const format = useFormat();
  const { language } = usePreferences();
  const found = useQuery({
    queryKey: ["schedules", "preview", name, written],
    gcTime: 0,
    retry: false,
    queryFn: async () => {
      const answer = await put("/api/v1/schedules/{name}", { path: { name }, query: { dry_run: true }, body: written });
      return answer as Schemas["Preview"];
    },
  });
  return (
    <Modal
      visible
      size="large"
      header={t("preview")}
      closeAriaLabel={t("close")}
      onDismiss={onClose}
      footer={
        <Box float="right">
          <Button variant="primary" onClick={onClose}>
            {t("close")}
          </Button>
        </Box>
      }
    >
      <Shown of={found}>
        {(preview) => (
          <SpaceBetween size="m">
            <Box variant="strong">{t("wouldAsk", { n: preview.would_ask, all: preview.matching })}</Box>
            <div>
              {t("nextTimes")}: {preview.next_times.slice(0, 3).map((at) => format.instant(at)).join(" · ") || t("noTimes")}
            </div>
            <Table
              variant="embedded"
              ariaLabels={{ tableLabel: t("preview") }}
              items={preview.targets}
              trackBy="id"
              resizableColumns
              columnDefinitions={[
                { id: "name", header: t("target"), isRowHeader: true, width: 220, cell: (each) => <Inside href={`/inventory?id=${each.id}`}><Name of={each.name || each.id} /></Inside> },
                { id: "account", header: t("account"), width: 140, cell: (each) => <Name of={each.account} /> },
                { id: "state", header: t("state"), width: 120, cell: (each) => <Status group="state" word={each.state} /> },
                { id: "allowed", header: t("allowed"), width: 110, cell: (each) => (each.allowed ? t("yes") : t("no")) },
                { id: "reason", header: t("reason"), width: 240, cell: (each) => plain(language === "zh-CN" ? each.reason_zh : each.reason) || "–" },
              ]}
              empty={<Empty title={t("nothingFits")} />}
            />
          </SpaceBetween>
        )}
      </Shown>
    </Modal>
  );
}
