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
import { Empty, Shown } from "../../parts/states";
import { useAddress } from "../../parts/use-address";
import { texts } from "./texts";
import type { PolicyDetail } from "./use-policy";

const SIZE = 50;

/** Every text that ever held; the one that was chosen stands below. */
export function Versions({ policy }: { policy: PolicyDetail }) {
  const t = useTexts(texts);
  const format = useFormat();
  const { value } = useAddress();
  const cursor = value("cursor");
  const chosen = Number(value("version")) || 0;
  const found = useQuery({
    queryKey: ["policies", "versions", policy.id, policy.version, cursor],
    placeholderData: keepPreviousData,
    queryFn: ({ signal }) => get("/api/v1/policies/{policy_id}/versions", { path: { policy_id: policy.id }, query: { limit: SIZE, cursor }, signal }),
  });
  return (
    <SpaceBetween size="m">
      <Listing
        variant="h2"
        of={found}
        title={t("versions")}
        trackBy={(each) => String(each.version)}
        pagesOf={policy.id}
        columns={[
          { id: "version", header: t("version"), isRowHeader: true, width: 160, cell: (each) => <Inside href={`/policies/${encodeURIComponent(policy.id)}?tab=versions&version=${each.version}`}>{t("versionOf", { n: each.version })}</Inside> },
          { id: "state", header: t("current"), width: 120, cell: (each) => (each.removed ? t("removedThen") : each.version === policy.version ? t("current") : "–") },
          { id: "author", header: t("author"), width: 160, cell: (each) => <Name of={each.author} /> },
          { id: "created", header: t("created"), width: 240, cell: (each) => format.instant(each.created_at) },
          { id: "hash", header: t("hash"), width: 520, cell: (each) => <code className="console-code">{each.hash}</code> },
        ]}
        empty={<Empty title={t("none")} />}
      />
      {chosen ? <Version id={policy.id} number={chosen} /> : null}
    </SpaceBetween>
  );
}

function Version({ id, number }: { id: string; number: number }) {
  const t = useTexts(texts);
  const found = useQuery({
    queryKey: ["policies", "version", id, number],
    queryFn: ({ signal }) => get("/api/v1/policies/{policy_id}/versions/{version}", { path: { policy_id: id, version: number }, signal }),
  });
  return (
    <Container header={<Header variant="h3">{t("versionOf", { n: number })}</Header>}>
      <Shown of={found}>{(one) => <pre className="console-code">{one.document}</pre>}</Shown>
    </Container>
  );
}
