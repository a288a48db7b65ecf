import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import Link from "@cloudscape-design/components/link";
import SpaceBetween from "@cloudscape-design/components/space-between";

import { useSession } from "../../api/session";
import { useFormat } from "../../i18n/format";
import type { Language } from "../../i18n/messages";
import { useTerm, useTexts } from "../../i18n/use-texts";
import { Choice } from "../../parts/choice";
import { Inside } from "../../parts/links";
import { Name } from "../../parts/name";
import { type Density, type Theme, usePreferences } from "../../preferences/preferences";
import { texts } from "./texts";

const ZONES = ["UTC", ...Intl.supportedValuesOf("timeZone")];
// Each language is called what its speakers call it.
const LANGUAGES = [
  { value: "en", label: new Intl.DisplayNames("en", { type: "language" }).of("en") ?? "en" },
  { value: "zh-CN", label: new Intl.DisplayNames("zh-CN", { type: "language" }).of("zh-Hans") ?? "zh-CN" },
];

export default function Settings() {
  const t = useTexts(texts);
  const term = useTerm();
  const format = useFormat();
  const session = useSession();
  const { language, theme, density, timeZone, choose } = usePreferences();
  return (
    <SpaceBetween size="l">
      <Header variant="h1" description={t("settingsSubtitle")}>
        {t("settings")}
      </Header>
      <Container header={<Header variant="h2">{t("display")}</Header>}>
        <SpaceBetween size="m">
          <Choice field label={t("language")} value={language} options={LANGUAGES} onChange={(to) => choose({ language: to as Language })} />
          <Choice field label={t("theme")} value={theme} options={(["system", "light", "dark"] as const).map((value) => ({ value, label: t(value) }))} onChange={(to) => choose({ theme: to as Theme })} />
          <Choice field label={t("density")} value={density} options={(["comfortable", "compact"] as const).map((value) => ({ value, label: t(value) }))} onChange={(to) => choose({ density: to as Density })} />
          <Choice
            field
            label={t("zone")}
            value={timeZone}
            options={[{ value: "browser", label: t("browserZone") }, ...[...new Set([...ZONES, timeZone])].filter((zone) => zone !== "browser").map((zone) => ({ value: zone, label: zone }))]}
            onChange={(to) => choose({ timeZone: to })}
          />
        </SpaceBetween>
      </Container>
      <Container header={<Header variant="h2">{t("you")}</Header>}>
        <SpaceBetween size="m">
          <KeyValuePairs
            columns={3}
            items={[
              { label: t("user"), value: <Name of={session.user} /> },
              { label: t("method"), value: session.method },
              { label: t("rolesHeld"), value: session.roles.map((role) => term("role", role)).join(" · ") || "–" },
              { label: t("factor"), value: session.second_factor ? t("yes") : t("no") },
              { label: t("expires"), value: format.instant(session.expires_at) },
            ]}
          />
          {session.login_required ? (
            // A page of the server's own, which works without the console.
            <Link href="/security" external={false}>
              {t("security")}
            </Link>
          ) : (
            t("localMode")
          )}
          <Inside href="/tokens">{t("tokens")}</Inside>
        </SpaceBetween>
      </Container>
    </SpaceBetween>
  );
}
