import { memo } from "react";
import Box from "@cloudscape-design/components/box";
import ExpandableSection from "@cloudscape-design/components/expandable-section";
import Link from "@cloudscape-design/components/link";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { keepPreviousData, useQuery } from "@tanstack/react-query";

import { get } from "../../api/client";
import { condition, narrowed } from "../../filters/tokens";
import { useFormat } from "../../i18n/format";
import type { TermGroup } from "../../i18n/terms";
import { useTerm, useTexts } from "../../i18n/use-texts";
import { plain } from "../../parts/plain";
import { Shown } from "../../parts/states";
import { usePainted } from "../../parts/use-painted";
import type { State } from "./state";
import { texts } from "./texts";

const FIELDS = ["kind", "state", "account", "ownership", "region"] as const;
const TERMS: Partial<Record<(typeof FIELDS)[number], TermGroup>> = { kind: "kind", state: "state", ownership: "ownership" };
const TOP = 8;

interface Props {
  state: State;
  /** Whether the rows are there, which come first. */
  listed: boolean;
  onNarrow(filter: string): void;
}

/** How the rows that fit are spread; a click narrows the filter to one value. */
export const Facets = memo(function Facets({ state, listed, onNarrow }: Props) {
  const t = useTexts(texts);
  const term = useTerm();
  const format = useFormat();
  const { filter, search, asOf } = state;
  const found = useQuery({
    queryKey: ["resources", "facets", filter, search, asOf],
    enabled: usePainted(listed),
    placeholderData: keepPreviousData,
    queryFn: ({ signal }) =>
      get("/api/v1/resources/facets", {
        query: {
          fields: FIELDS.join(","),
          top: TOP,
          ...(filter ? { filter } : {}),
          ...(search ? { search } : {}),
          ...(asOf ? { as_of: asOf } : {}),
        },
        signal,
      }),
  });
  return (
    <Shown of={found}>
      {({ facets }) => (
        <SpaceBetween size="s">
          {FIELDS.map((field) => {
            const facet = facets[field];
            if (!facet) return null;
            const group = TERMS[field];
            return (
              <ExpandableSection key={field} headerText={t(field)} defaultExpanded variant="footer">
                <SpaceBetween size="xxs">
                  {facet.values.map(({ value, count }) => (
                    <div key={value ?? ""}>
                      <Link
                        variant="primary"
                        fontSize="body-s"
                        onFollow={(event) => {
                          event.preventDefault();
                          onNarrow(narrowed(filter, value === null ? `-${field}:*` : condition(field, "=", value)));
                        }}
                      >
                        {group ? term(group, value) : plain(value ?? "–")}
                      </Link>{" "}
                      <Box color="text-body-secondary" fontSize="body-s" display="inline">
                        {format.number(count)}
                      </Box>
                    </div>
                  ))}
                  {facet.other_count > 0 ? <Note>{t("others", { n: facet.other_count })}</Note> : null}
                  {facet.unknown > 0 ? <Note>{t("unknown", { n: facet.unknown })}</Note> : null}
                </SpaceBetween>
              </ExpandableSection>
            );
          })}
        </SpaceBetween>
      )}
    </Shown>
  );
});

function Note({ children }: { children: string }) {
  return (
    <Box color="text-body-secondary" fontSize="body-s">
      {children}
    </Box>
  );
}
