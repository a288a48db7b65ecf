import Header from "@cloudscape-design/components/header";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import Table from "@cloudscape-design/components/table";

import { useFormat } from "../../i18n/format";
import { useTexts } from "../../i18n/use-texts";
import { CopyButton } from "../../parts/copyable";
import { plain } from "../../parts/plain";
import { type End, endsOf, type Move } from "./standing";
import { texts } from "./texts";

const MIB = 2 ** 20;
const FIRST = 24;

/** The image at each end. Nothing before its source is known. */
export function Ends({ move }: { move: Move }) {
  const t = useTexts(texts);
  const format = useFormat();
  const ends = endsOf(move);
  if (ends.length === 0) return null;
  const where = { source: t("atSource"), sent: t("atSent"), target: t("atTarget") };
  return (
    <Table
      header={<Header description={t("imageWhat")}>{t("image")}</Header>}
      ariaLabels={{ tableLabel: t("image") }}
      items={ends}
      trackBy={({ volume, where: end }) => `${end} ${volume}`}
      columnDefinitions={[
        { id: "where", header: t("where"), isRowHeader: true, minWidth: 160, cell: (each) => (each.volume ? `${plain(each.volume)}: ${where[each.where]}` : where[each.where]) },
        { id: "format", header: t("format"), minWidth: 90, cell: (each) => each.format || "–" },
        { id: "size", header: t("size"), minWidth: 100, cell: (each) => (each.bytes === null ? "–" : format.memory(each.bytes / MIB)) },
        { id: "checksum", header: t("checksum"), minWidth: 260, cell: (each) => <Checksum of={each} /> },
        { id: "same", header: t("compared"), minWidth: 110, cell: (each) => (each.same ? <StatusIndicator type="success">{t("same")}</StatusIndicator> : "–") },
      ]}
    />
  );
}

/** Its beginning; whole when it is copied. */
function Checksum({ of }: { of: End }) {
  if (!of.checksum) return <>–</>;
  const said = plain(of.checksum);
  return (
    <>
      <code className="console-code">{said.length > FIRST ? `${said.slice(0, FIRST)}…` : said}</code> <CopyButton value={of.checksum} />
    </>
  );
}
