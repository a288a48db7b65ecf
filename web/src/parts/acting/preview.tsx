import Alert from "@cloudscape-design/components/alert";
import Box from "@cloudscape-design/components/box";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Spinner from "@cloudscape-design/components/spinner";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import Table from "@cloudscape-design/components/table";

import type { Problem } from "../../api/problem";
import { useTerm, useTexts } from "../../i18n/use-texts";
import { usePreferences } from "../../preferences/preferences";
import { Name } from "../name";
import { plain } from "../plain";
import { ProblemAlert } from "../problem-alert";
import { faultOf, useSaid } from "../said";
import { impactOf, nameOf, type Preview, type Told } from "./targets";
import { actingTexts } from "./texts";

const BILLS = { more: "billMore", less: "billLess", same: "billSame", unknown: "billUnknown" } as const;
const MOST = 8;

export function Previewing() {
  const t = useTexts(actingTexts);
  return (
    <SpaceBetween direction="horizontal" size="xs" alignItems="center">
      <Spinner />
      <span role="status">{t("previewing")}</span>
    </SpaceBetween>
  );
}

/** What would be done, before it is: one sentence for one, a table for many, and what hangs on them. */
export function PreviewOf({ told }: { told: readonly Told<Preview>[] }) {
  const [first] = told;
  if (!first) return null;
  if (told.length === 1 && first.problem) return <ProblemAlert error={first.problem} />;
  return (
    <SpaceBetween size="s">
      {told.length === 1 && first.answer ? <One of={first.answer} /> : <Many told={told} />}
      <Warnings told={told} />
      <Impacts told={told} />
    </SpaceBetween>
  );
}

function One({ of }: { of: Preview }) {
  const t = useTexts(actingTexts);
  return (
    <div>
      <Box variant="awsui-key-label">{t("wouldDo")}</Box>
      <PreviewSentence of={of} />
    </div>
  );
}

export function PreviewSentence({ of, making = false }: { of: Preview; making?: boolean }) {
  const t = useTexts(actingTexts);
  const term = useTerm();
  const action = term("action", of.action);
  const values = { action, name: plain(of.resource_name), account: of.account, region: plain(of.region) };
  return (
    <span>
      {making ? t("wouldMake", values) : t("wouldDoOne", values)} <Consequence of={of} />
    </span>
  );
}

/** What it does to the bill, and whether there is a way back. */
function Consequence({ of }: { of: Preview }) {
  const t = useTexts(actingTexts);
  const term = useTerm();
  const bill = BILLS[of.bill as keyof typeof BILLS];
  const back = of.reversible_by ? t("reversible", { action: term("action", of.reversible_by) }) : t("irreversible");
  return (
    <>
      {bill ? t(bill) : ""} {back}
    </>
  );
}

function Many({ told }: { told: readonly Told<Preview>[] }) {
  const t = useTexts(actingTexts);
  const allowed = told.filter(({ answer }) => answer).length;
  const [any] = told.flatMap(({ answer }) => (answer ? [answer] : []));
  return (
    <SpaceBetween size="xs">
      <Box variant="strong">{t("wouldDoMany", { n: allowed, refused: told.length - allowed })}</Box>
      {any ? <div><Consequence of={any} /></div> : null}
      <div className="console-results">
        <Table
          variant="embedded"
          ariaLabels={{ tableLabel: t("wouldDo") }}
          items={told}
          trackBy={({ target }) => target.id}
          columnDefinitions={[
            { id: "name", header: t("name"), isRowHeader: true, cell: ({ target }) => <Name of={nameOf(target)} /> },
            { id: "account", header: t("account"), cell: ({ target }) => target.account ?? "–" },
            {
              id: "answer",
              header: t("answer"),
              cell: ({ problem }) =>
                problem ? (
                  <Cannot problem={problem} />
                ) : (
                  <StatusIndicator type="success">{t("canBe")}</StatusIndicator>
                ),
            },
          ]}
        />
      </div>
    </SpaceBetween>
  );
}

function Cannot({ problem }: { problem: Problem }) {
  const t = useTexts(actingTexts);
  return <StatusIndicator type="error">{t("cannotBe", { reason: plain(useSaid(faultOf(problem)).headline) })}</StatusIndicator>;
}

export function Warnings({ told }: { told: readonly Told<Preview>[] }) {
  const t = useTexts(actingTexts);
  const { language } = usePreferences();
  const warnings = told.flatMap(({ target, answer }) => (answer?.warnings ?? []).map((warning) => ({ target, warning })));
  if (warnings.length === 0) return null;
  const chinese = language === "zh-CN";
  return (
    <Alert type="warning" header={t("warnings")}>
      <ul className="console-plain-list">
        {warnings.slice(0, MOST).map(({ target, warning }, index) => (
          <li key={`${target.id} ${warning.param} ${index}`}>
            {plain(chinese ? warning.reason_zh : warning.reason)} {plain(chinese ? warning.how_to_fix_zh : warning.how_to_fix)}
          </li>
        ))}
      </ul>
    </Alert>
  );
}

function Impacts({ told }: { told: readonly Told<Preview>[] }) {
  const t = useTexts(actingTexts);
  const term = useTerm();
  const { language } = usePreferences();
  const impact = impactOf(told);
  if (!impact.known) return null;
  const kinds = Object.entries(impact.byKind).map(([kind, n]) => `${term("kind", kind)}: ${n}`);
  return (
    <Alert type={impact.dependants > 0 ? "warning" : "info"} header={t("impact")}>
      {impact.dependants === 0 ? (
        t("impactNone")
      ) : (
        <>
          <div>
            {t("impactSome", { n: impact.dependants })} {kinds.join(" · ")}
          </div>
          <ul className="console-plain-list">
            {impact.listed.slice(0, MOST).map((each) => (
              <li key={`${each.of} ${each.id}`}>
                {term("kind", each.kind)} <Name of={each.name || each.id} />
                {each.state ? ` · ${term("state", each.state)}` : ""}
              </li>
            ))}
            {impact.dependants > MOST ? <li>{t("moreHang", { n: impact.dependants - MOST })}</li> : null}
          </ul>
        </>
      )}
      {impact.protectedOnes > 0 ? <Box variant="strong">{t("impactProtected", { n: impact.protectedOnes })}</Box> : null}
      <Box color="text-body-secondary">{language === "zh-CN" ? impact.moneyZh : impact.money}</Box>
    </Alert>
  );
}
