import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { keepPreviousData, useQuery } from "@tanstack/react-query";

import { get } from "../../api/client";
import { useFormat } from "../../i18n/format";
import { useTexts } from "../../i18n/use-texts";
import { Inside } from "../../parts/links";
import { Listing } from "../../parts/listing";
import { Name } from "../../parts/name";
import { Empty } from "../../parts/states";
import { useAddress } from "../../parts/use-address";
import { texts } from "./texts";
import type { WorkloadDetail } from "./use-workload";

const SIZE = 50;

export function WorkloadVersions({ workload }: { workload: WorkloadDetail }) {
  const t = useTexts(texts);
  const format = useFormat();
  const { params, value } = useAddress();
  const [cursor, chosen] = [value("cursor"), value("version")];
  const found = useQuery({
    queryKey: ["workloads", "versions", workload.name, workload.version, cursor],
    placeholderData: keepPreviousData,
    queryFn: ({ signal }) => get("/api/v1/workloads/{name}/versions", { path: { name: workload.name }, query: { limit: SIZE, cursor }, signal }),
  });
  const one = found.data?.items.find((each) => String(each.version) === chosen);
  const addressOf = (version: number) => {
    const to = new URLSearchParams(params);
    to.set("version", String(version));
    return `/workloads/${encodeURIComponent(workload.name)}?${to}`;
  };
  return (
    <SpaceBetween size="m">
      <Listing
        variant="h2"
        of={found}
        title={t("versions")}
        trackBy={(each) => String(each.version)}
        pagesOf={workload.name}
        columns={[
          { id: "version", header: t("version"), isRowHeader: true, width: 160, cell: (each) => <Inside href={addressOf(each.version)}>{t("versionOf", { n: each.version })}</Inside> },
          { id: "by", header: t("writtenBy"), width: 160, cell: (each) => <Name of={each.written_by} /> },
          { id: "created", header: t("created"), width: 240, cell: (each) => format.instant(each.created_at) },
          { id: "hash", header: t("hash"), width: 520, cell: (each) => <code className="console-code">{each.hash}</code> },
        ]}
        empty={<Empty title={t("none")} />}
      />
      {one ? (
        <Container header={<Header variant="h3">{t("versionOf", { n: one.version })}</Header>}>
          <pre className="console-code">{one.text}</pre>
        </Container>
      ) : null}
    </SpaceBetween>
  );
}
