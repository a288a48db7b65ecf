import Box from "@cloudscape-design/components/box";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import SpaceBetween from "@cloudscape-design/components/space-between";

import { Panel } from "../../app/panel";
import { useFormat } from "../../i18n/format";
import { useTexts } from "../../i18n/use-texts";
import { CopyButton, Copyable } from "../../parts/copyable";
import { Name } from "../../parts/name";
import { plain } from "../../parts/plain";
import { type AuditRow, Outcome } from "./page";
import { texts } from "./texts";

/** One row of the trail with everything it says. */
export function Row({ row, onClose }: { row: AuditRow; onClose(): void }) {
  const t = useTexts(texts);
  const format = useFormat();
  const raw = JSON.stringify(row, null, 2);
  // Line by line: the line ends are its layout, and every other hidden character is somebody's.
  const shown = raw.split("\n").map(plain).join("\n");
  return (
    <Panel header={`${row.action} · ${plain(row.target_kind)}`} onClose={onClose}>
      <SpaceBetween size="l">
        <KeyValuePairs
          columns={3}
          items={[
            { label: t("at"), value: format.instant(row.at) },
            { label: t("who"), value: <Name of={row.principal_name} /> },
            { label: t("method"), value: row.method },
            { label: t("result"), value: <Outcome word={row.outcome} /> },
            { label: t("target"), value: <Name of={`${row.target_kind}:${row.target_id}`} /> },
            { label: t("request"), value: row.request_id ? <Copyable value={row.request_id} /> : "–" },
            { label: t("number"), value: `${row.segment} / ${row.seq}` },
            { label: t("source"), value: <Name of={row.source} /> },
          ]}
        />
        <div>
          <Box variant="awsui-key-label">
            {t("raw")} <CopyButton value={raw} />
          </Box>
          <pre className="console-code">{shown}</pre>
        </div>
      </SpaceBetween>
    </Panel>
  );
}
