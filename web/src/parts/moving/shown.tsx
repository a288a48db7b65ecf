import Alert from "@cloudscape-design/components/alert";
import Box from "@cloudscape-design/components/box";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import SpaceBetween from "@cloudscape-design/components/space-between";

import type { Schemas } from "../../api/types";
import { useFormat } from "../../i18n/format";
import { useTerm, useTexts } from "../../i18n/use-texts";
import { useBoth } from "../deciding/word";
import { plain } from "../plain";
import { WithCommands } from "../said";
import { movingTexts } from "./texts";

type Told = Schemas["Told"];
const MIB = 2 ** 20;
// In the order of a form.
const PARAMS = ["name", "flavor", "vcpus", "memory_mib", "networks"];

interface Props {
  of: Schemas["MovePreview"];
  /** By native id, of what the new instance may name. */
  names: ReadonlyMap<string, string>;
}

/** What a move would do, or why mcm cannot and what a person can. */
export function MoveShown({ of, names }: Props) {
  const t = useTexts(movingTexts);
  const term = useTerm();
  const format = useFormat();
  const both = useBoth();
  if (of.how === "person") {
    return (
      <SpaceBetween size="s">
        <Alert type="warning" header={t("moveCannot")}>
          <TellAll items={of.against} />
        </Alert>
        <Heading text={t("movePersonInstead")} />
        <TellAll items={of.person} ordered />
      </SpaceBetween>
    );
  }
  const free = format.memory(of.staging_free_bytes / MIB);
  const params = of.params as Record<string, unknown>;
  const said = (value: unknown) => plain([value].flat().map((each) => names.get(String(each)) ?? String(each)).join(", "));
  const made = PARAMS.flatMap((name) => (params[name] ? [`${term("param", name)}: ${said(params[name])}`] : []));
  return (
    <SpaceBetween size="s">
      <Heading text={t("moveWould")} />
      <TellAll items={of.steps} ordered />
      <KeyValuePairs
        columns={3}
        items={[
          { label: t("moveDowntime"), value: both(of.downtime.text, of.downtime.text_zh) },
          { label: t("moveRoom"), value: of.staging_bytes === null ? t("moveRoomUnknown", { free }) : t("moveRoomOf", { needed: format.memory(of.staging_bytes / MIB), free }) },
          { label: t("moveMade"), value: <span className="console-words">{made.join(" · ") || "–"}</span> },
        ]}
      />
      {of.warnings.length > 0 ? (
        <Alert type="warning" header={t("moveWarnings")}>
          <TellAll items={of.warnings} />
        </Alert>
      ) : null}
      <Heading text={t("movePersonAfter")} />
      <TellAll items={of.person} />
    </SpaceBetween>
  );
}

function Heading({ text }: { text: string }) {
  return <Box variant="h4">{text}</Box>;
}

export function TellAll({ items, ordered = false }: { items: readonly Told[]; ordered?: boolean }) {
  const both = useBoth();
  const rows = items.map((each, index) => <li key={`${each.code} ${index}`}><WithCommands text={both(each.text, each.text_zh)} /></li>);
  return ordered ? <ol className="console-plain-list">{rows}</ol> : <ul className="console-plain-list">{rows}</ul>;
}
