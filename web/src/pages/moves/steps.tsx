import Header from "@cloudscape-design/components/header";
import ProgressBar from "@cloudscape-design/components/progress-bar";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Table from "@cloudscape-design/components/table";

import type { Schemas } from "../../api/types";
import { useFormat } from "../../i18n/format";
import { useTexts } from "../../i18n/use-texts";
import { useBoth, useWord, Word } from "../../parts/deciding/word";
import { Age } from "../../parts/freshness";
import { Inside } from "../../parts/links";
import { plain } from "../../parts/plain";
import { kindOf } from "./standing";
import { texts } from "./texts";

type Step = Schemas["MoveStepItem"];
const MIB = 2 ** 20;

/** over: what has not begun then never will. */
export function Steps({ items, over }: { items: readonly Step[]; over: boolean }) {
  const t = useTexts(texts);
  const say = useWord();
  return (
    <Table
      header={<Header>{t("steps")}</Header>}
      ariaLabels={{ tableLabel: t("steps") }}
      items={items}
      trackBy="name"
      wrapLines
      columnDefinitions={[
        { id: "step", header: t("step"), isRowHeader: true, minWidth: 160, cell: (each) => stepOf(each, say) },
        { id: "state", header: t("status"), minWidth: 150, cell: (each) => (over && each.status === "new" ? "–" : <Word group="moveState" word={each.status} />) },
        { id: "copied", header: t("copied"), minWidth: 150, cell: (each) => <Copied of={each} /> },
        { id: "operations", header: t("operations"), minWidth: 130, cell: (each) => <Operations of={each} /> },
        { id: "finished", header: t("finished"), minWidth: 150, cell: (each) => (each.finished_at ? <Age at={each.finished_at} /> : "–") },
        { id: "note", header: t("note"), minWidth: 180, cell: (each) => <Note of={each} /> },
      ]}
    />
  );
}

/** Of a further volume with what that is called. */
function stepOf({ name, volume }: Step, say: ReturnType<typeof useWord>): string {
  const word = say("moveStep", kindOf(name));
  return volume === null ? word : `${word}: ${plain(volume)}`;
}

/** A bar while it is copied and its size is known; then how much it was. */
function Copied({ of }: { of: Step }) {
  const t = useTexts(texts);
  const say = useWord();
  const format = useFormat();
  const { done_bytes: done, total_bytes: total } = of;
  if (done === null) return <>–</>;
  const size = (bytes: number) => format.memory(bytes / MIB);
  if (of.status !== "running" || !total) return <>{size(done)}</>;
  return <ProgressBar value={Math.floor((100 * done) / total)} additionalInfo={t("copiedOf", { done: size(done), total: size(total) })} ariaLabel={stepOf(of, say)} />;
}

function Operations({ of }: { of: Step }) {
  const t = useTexts(texts);
  const { operation_id: done, undo_operation_id: undone } = of;
  if (!done && !undone) return <>–</>;
  return (
    <SpaceBetween size="xxs">
      {done ? <Inside href={`/operations?id=${done}`}>{t("operation")}</Inside> : null}
      {undone ? <Inside href={`/operations?id=${undone}`}>{t("undoing")}</Inside> : null}
    </SpaceBetween>
  );
}

function Note({ of }: { of: Step }) {
  const t = useTexts(texts);
  const both = useBoth();
  // What stands there is where in the recycle bin it is.
  if (of.name === "retire" && of.status === "done") return <Inside href="/recycle-bin">{t("bin")}</Inside>;
  return of.note ? <span className="console-words">{both(of.note, of.note_zh)}</span> : <>–</>;
}
