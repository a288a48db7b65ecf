import Box from "@cloudscape-design/components/box";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import StatusIndicator from "@cloudscape-design/components/status-indicator";

import type { Schemas } from "../../api/types";
import { useFormat } from "../../i18n/format";
import { useTexts } from "../../i18n/use-texts";
import { FreshnessLine } from "../../parts/freshness";
import { Inside } from "../../parts/links";
import { Shown } from "../../parts/states";
import { isIncomplete, useAccounts } from "../accounts/use-accounts";
import { useFacets } from "./use-facets";
import { INSTANCES, RUNNING, useCount } from "./use-overview";
import { texts } from "./texts";

type Count = Pick<Schemas["CountAnswer"], "count" | "at_least">;

export function Glance() {
  const t = useTexts(texts);
  const all = useCount("");
  const instances = useFacets();
  const accounts = useAccounts();
  const failing = accounts.data?.items.filter((each) => each.status === "failing").length ?? 0;
  const partly = (accounts.data?.items.filter(isIncomplete).length ?? 0) - failing;
  return (
    <Container fitHeight header={<Header variant="h2" description={all.data ? <FreshnessLine of={all.data.freshness} /> : undefined}>{t("atAGlance")}</Header>}>
      <Shown of={all}>
        {(resources) => (
          <KeyValuePairs
            columns={4}
            items={[
              { label: t("instances"), value: <Big of={countOf(instances.data)} href={`/inventory?filter=${encodeURIComponent(INSTANCES)}`} /> },
              { label: t("running"), value: <Big of={countOf(instances.data, "running")} href={`/inventory?filter=${encodeURIComponent(RUNNING)}`} /> },
              { label: t("resources"), value: <Big of={resources} href="/inventory" /> },
              {
                label: t("accounts"),
                value: (
                  <>
                    <Big of={accounts.data ? { count: accounts.data.items.length, at_least: false } : undefined} href="/accounts" />
                    {failing ? <StatusIndicator type="error">{t("failingAccounts", { n: failing })}</StatusIndicator> : null}
                    {partly ? <StatusIndicator type="warning">{t("partly", { n: partly })}</StatusIndicator> : null}
                    {accounts.data && !failing && !partly ? <StatusIndicator type="success">{t("allWell")}</StatusIndicator> : null}
                  </>
                ),
              },
            ]}
          />
        )}
      </Shown>
    </Container>
  );
}

function countOf(found: Schemas["FacetAnswer"] | undefined, state?: string): Count | undefined {
  if (!found) return undefined;
  const some = found.facets["state"]?.values.find((each) => each.value === state)?.count ?? 0;
  return { count: state ? some : found.total, at_least: found.at_least };
}

function Big({ of, href }: { of: Count | undefined; href: string }) {
  const format = useFormat();
  return (
    <Box fontSize="display-l" fontWeight="light">
      {of ? (
        <Inside href={href} variant="secondary" fontSize="display-l">
          {format.atLeast(of.count, of.at_least)}
        </Inside>
      ) : (
        "–"
      )}
    </Box>
  );
}
