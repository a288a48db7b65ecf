import BarChart from "@cloudscape-design/components/bar-chart";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";

import { useFormat } from "../../i18n/format";
import { useTexts } from "../../i18n/use-texts";
import { useWord } from "../../parts/deciding/word";
import { plain } from "../../parts/plain";
import { Empty } from "../../parts/states";
import { type Candidate, type Outcome, SCORE_PARTS, weighedOf } from "./outcome";
import { texts } from "./texts";

const MOST_BARS = 15;
const BAR = 36;
const AROUND = 40;

/** What each place's score is made of, out of 100. */
export function Scores({ outcome, rows }: { outcome: Outcome; rows: readonly Candidate[] }) {
  const t = useTexts(texts);
  const say = useWord();
  const format = useFormat();
  const scored = rows.filter((each) => each.score).slice(0, MOST_BARS);
  const bars = scored.map((each) => ({ x: plain(each.location), parts: weighedOf(outcome, each) }));
  return (
    <Container header={<Header variant="h2" description={t("scoresHint")}>{t("scores")}</Header>}>
      <BarChart
        stackedBars
        horizontalBars
        hideFilter
        series={SCORE_PARTS.map((name) => ({
          title: say("score", name),
          type: "bar" as const,
          data: bars.map(({ x, parts }) => ({ x, y: 100 * parts[name] })),
          valueFormatter: (value: number) => format.number(value),
        }))}
        xDomain={bars.map(({ x }) => x)}
        yDomain={[0, 100]}
        height={AROUND + bars.length * BAR}
        xScaleType="categorical"
        ariaLabel={t("scores")}
        xTitle={t("location")}
        yTitle={t("score")}
        i18nStrings={{ yTickFormatter: (value) => format.number(value) }}
        empty={<Empty title={t("noScores")} />}
        noMatch={<Empty title={t("noScores")} />}
      />
    </Container>
  );
}
