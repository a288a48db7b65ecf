import Alert from "@cloudscape-design/components/alert";
import SpaceBetween from "@cloudscape-design/components/space-between";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import { useQuery } from "@tanstack/react-query";

import { get } from "../../api/client";
import { useFormat } from "../../i18n/format";
import { useTexts } from "../../i18n/use-texts";
import { CommandLine } from "../../parts/command-line";
import { Age } from "../../parts/freshness";
import { Listing } from "../../parts/listing";
import { Name } from "../../parts/name";
import { plain } from "../../parts/plain";
import { Empty } from "../../parts/states";
import { texts } from "./texts";

const LOOKS = { current: "success", former: "stopped", lost: "error", unknown: "warning" } as const;

/** To be looked at only: keys are rotated on the command line, by whoever owns the place they are kept in. */
export default function Keys() {
  const t = useTexts(texts);
  const format = useFormat();
  const found = useQuery({ queryKey: ["keys"], queryFn: ({ signal }) => get("/api/v1/keys", { signal }) });
  const said = { current: t("current"), former: t("former"), lost: t("lostKey"), unknown: t("unknownKey") };
  return (
    <SpaceBetween size="m">
      <Listing
        of={found}
        title={t("keys")}
        subtitle={t("keysSubtitle")}
        trackBy={(each) => each.id}
        above={
          found.data ? (
            <SpaceBetween size="xs">
              {found.data.problem ? (
                <Alert type="error" header={t("problem")}>
                  {plain(found.data.problem)}
                </Alert>
              ) : null}
              {found.data.unfinished ? <Alert type="warning">{t("unfinished")}</Alert> : null}
              <div>
                {t("source")}: <Name of={found.data.where} />
              </div>
            </SpaceBetween>
          ) : null
        }
        columns={[
          { id: "id", header: t("key"), isRowHeader: true, width: 260, cell: (each) => <Name of={each.id} /> },
          { id: "state", header: t("state"), width: 190, cell: (each) => <StatusIndicator type={LOOKS[each.state]}>{said[each.state]}</StatusIndicator> },
          { id: "values", header: t("values"), width: 140, cell: (each) => format.number(each.values) },
          { id: "hand", header: t("atHand"), width: 110, cell: (each) => (each.at_hand ? t("yes") : t("no")) },
          { id: "created", header: t("created"), width: 150, cell: (each) => (each.created_at ? <Age at={each.created_at} /> : "–") },
        ]}
        empty={<Empty title={t("noKeys")} />}
      />
      <CommandLine words={["mcm", "keys", "list"]} />
    </SpaceBetween>
  );
}
