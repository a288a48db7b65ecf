import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import Link from "@cloudscape-design/components/link";
import SpaceBetween from "@cloudscape-design/components/space-between";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import { useQuery } from "@tanstack/react-query";

import { get } from "../../api/client";
import { useTexts } from "../../i18n/use-texts";
import { type Action, useActionList } from "../../parts/actions";
import { FindHere, fits } from "../../parts/find-here";
import { Listing } from "../../parts/listing";
import { Empty, Shown } from "../../parts/states";
import { useAddress } from "../../parts/use-address";
import { usePreferences } from "../../preferences/preferences";
import { texts } from "./texts";

const LOOKS = { proven: "success", unproven: "warning", unsupported: "not-started" } as const;

export default function About() {
  const t = useTexts(texts);
  const { language } = usePreferences();
  const search = useAddress().value("search");
  const actions = useActionList();
  const health = useQuery({ queryKey: ["healthz"], staleTime: Infinity, queryFn: ({ signal }) => get("/healthz", { signal }) });
  const said = { proven: t("proven"), unproven: t("unproven"), unsupported: t("unsupported") };
  const providers = [...new Set((actions.data?.items ?? []).flatMap((each) => Object.keys(each.providers)))].toSorted();
  return (
    <SpaceBetween size="l">
      <Header variant="h1">{t("aboutTitle")}</Header>
      <Container>
        <SpaceBetween size="xs">
          <Shown of={health}>
            {(healthy) => (
              <strong>
                {t("version")}: {healthy["version"]}
              </strong>
            )}
          </Shown>
          <div>{t("licence")}</div>
          <Link href="/licences.txt" target="_blank">
            {t("licences")}
          </Link>
          <Link href="/docs" target="_blank">
            {t("apiDocs")}
          </Link>
        </SpaceBetween>
      </Container>
      <Listing
        of={actions}
        variant="h2"
        title={t("matrix")}
        subtitle={t("matrixHint")}
        trackBy={(each) => each.id}
        filter={<FindHere />}
        shown={(items) => items.filter((each) => fits(search, each.id))}
        columns={[
          { id: "id", header: t("action"), isRowHeader: true, width: 220, cell: (each) => each.id },
          ...providers.map((name) => ({
            id: name,
            header: name,
            width: 170,
            cell: (each: Action) => {
              const offer = each.providers[name];
              if (!offer) return "–";
              const why = language === "zh-CN" ? offer.reason_zh : offer.reason;
              return (
                <span title={why}>
                  <StatusIndicator type={LOOKS[offer.support]}>{said[offer.support]}</StatusIndicator>
                </span>
              );
            },
          })),
        ]}
        empty={<Empty title={t("noActions")} />}
      />
    </SpaceBetween>
  );
}
