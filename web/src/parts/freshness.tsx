import Alert from "@cloudscape-design/components/alert";
import Box from "@cloudscape-design/components/box";
import ExpandableSection from "@cloudscape-design/components/expandable-section";
import Link from "@cloudscape-design/components/link";
import StatusIndicator from "@cloudscape-design/components/status-indicator";

import type { Freshness as FreshnessAnswer } from "../api/types";
import { useFormat } from "../i18n/format";
import { useTerm, useTexts } from "../i18n/use-texts";
import { usePreferences } from "../preferences/preferences";
import { useFollow } from "./links";
import { plain } from "./plain";
import { texts } from "./texts";
import { useNow } from "./use-now";

const MOST_GAPS = 20;

/** When it was read, as an age that grows by itself; the instant is in the title. */
export function Age({ at }: { at: string | null | undefined }) {
  const t = useTexts(texts);
  const format = useFormat();
  const now = useNow();
  return at ? (
    <time dateTime={at} title={format.instant(at)}>
      {format.age(at, now)}
    </time>
  ) : (
    <Box color="text-status-inactive" display="inline">
      {t("never")}
    </Box>
  );
}

/** One line of how far what is shown can be believed. brief: where `Gaps` says the rest. */
export function FreshnessLine({ of, brief = false }: { of: FreshnessAnswer; brief?: boolean }) {
  const t = useTexts(texts);
  const format = useFormat();
  const now = useNow();
  const age = of.oldest_as_of ? t("readAgo", { age: format.age(of.oldest_as_of, now) }) : t("never");
  return (
    <StatusIndicator type={of.complete ? "success" : "warning"}>
      {of.complete || brief ? age : `${t("incomplete")} · ${age}`}
    </StatusIndicator>
  );
}

/** Names what is not in what is shown, and why; nothing when everything is. */
export function Gaps({ of }: { of: FreshnessAnswer }) {
  const t = useTexts(texts);
  const term = useTerm();
  const follow = useFollow();
  const { language } = usePreferences();
  if (of.complete) return null;
  const counted = [
    of.failing ? t("failingScopes", { n: of.failing }) : "",
    of.stale ? t("staleScopes", { n: of.stale }) : "",
    of.never_read ? t("neverScopes", { n: of.never_read }) : "",
    of.quarantined ? t("quarantinedScopes", { n: of.quarantined }) : "",
  ].filter(Boolean);
  return (
    <Alert type="warning" header={t("incomplete")}>
      {counted.join(" · ")} {t("ofScopes", { n: of.scopes })}
      {of.gaps.length > 0 ? (
        <ExpandableSection headerText={t("gaps")} variant="footer">
          <ul>
            {of.gaps.slice(0, MOST_GAPS).map((gap) => (
              <li key={`${gap.account}/${gap.region}/${gap.kind}`}>
                {gap.account ? (
                  <Link href={`/accounts/${encodeURIComponent(gap.account)}`} onFollow={follow}>
                    {gap.account}
                  </Link>
                ) : null}{" "}
                {plain(gap.region)} · {term("kind", gap.kind)}: {plain(language === "zh-CN" ? gap.reason_zh : gap.reason)}
              </li>
            ))}
            {of.gaps.length > MOST_GAPS ? <li>{t("more", { n: of.gaps.length - MOST_GAPS })}</li> : null}
          </ul>
        </ExpandableSection>
      ) : null}
    </Alert>
  );
}
