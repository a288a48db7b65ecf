import { lazy, Suspense } from "react";
import Grid from "@cloudscape-design/components/grid";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";

import { useSession } from "../../api/session";
import { useTexts } from "../../i18n/use-texts";
import { Loading } from "../../parts/states";
import { Changes } from "./changes";
import { Clouds } from "./clouds";
import { Elsewhere } from "./elsewhere";
import { Glance } from "./glance";
import { texts } from "./texts";
import { Waiting } from "./waiting";

// The charts are the heaviest part of the page and the last that anybody reads.
const Charts = lazy(() => import("./charts"));

export default function Overview() {
  const t = useTexts(texts);
  const session = useSession();
  const sees = session.may("resource.read");
  return (
    <SpaceBetween size="l">
      <Header variant="h1" description={session.login_required ? undefined : t("localMode")}>
        {t("title")}
      </Header>
      {sees ? <Estate /> : <Elsewhere />}
    </SpaceBetween>
  );
}

function Estate() {
  return (
    <SpaceBetween size="l">
      <Grid gridDefinition={[{ colspan: { default: 12, s: 7 } }, { colspan: { default: 12, s: 5 } }]}>
        <Glance />
        <Waiting />
      </Grid>
      <Clouds />
      <Suspense fallback={<Loading />}>
        <Charts />
      </Suspense>
      <Changes />
    </SpaceBetween>
  );
}
