import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";

import { useSession } from "../../api/session";
import { useMessage, useTexts } from "../../i18n/use-texts";
import { Inside } from "../../parts/links";
import { PAGES } from "../../sitemap";
import { texts } from "./texts";

/** For whoever looks after mcm and no cloud: where there is something for them. */
export function Elsewhere() {
  const t = useTexts(texts);
  const say = useMessage();
  const session = useSession();
  const open = PAGES.filter((page) => page.section && page.path !== "/" && session.may(page.permission));
  return (
    <Container header={<Header variant="h2" description={t("noResourcesHint")}>{t("forYou")}</Header>}>
      <SpaceBetween size="xs">
        {open.map((page) => (
          <Inside key={page.path} href={page.path}>
            {say(page.title)}
          </Inside>
        ))}
      </SpaceBetween>
    </Container>
  );
}
