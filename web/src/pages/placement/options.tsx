import ColumnLayout from "@cloudscape-design/components/column-layout";
import ExpandableSection from "@cloudscape-design/components/expandable-section";
import SpaceBetween from "@cloudscape-design/components/space-between";

import { useTexts } from "../../i18n/use-texts";
import { Typed } from "../../parts/choice";
import { useWord } from "../../parts/deciding/word";
import type { Draft, Field } from "./asking";
import { SCORE_PARTS } from "./outcome";
import { texts } from "./texts";

export function PlaceOptions({ draft, onChange }: { draft: Draft; onChange(name: Field, to: string): void }) {
  const t = useTexts(texts);
  const say = useWord();
  return (
    <ExpandableSection headerText={t("options")}>
      <SpaceBetween size="m">
        <ColumnLayout columns={3}>
          <Typed label={t("groups")} hint={t("groupsHint")} value={draft.groups} onChange={(to) => onChange("groups", to)} />
          <Typed label={t("only")} hint={t("placesHint")} value={draft.only} onChange={(to) => onChange("only", to)} />
          <Typed label={t("besides")} hint={t("placesHint")} value={draft.besides} onChange={(to) => onChange("besides", to)} />
          <Typed label={t("usersAt")} value={draft.users_at} onChange={(to) => onChange("users_at", to)} />
          <Typed label={t("currency")} value={draft.currency} onChange={(to) => onChange("currency", to)} />
          <Typed label={t("minutes")} type="number" value={draft.minutes} onChange={(to) => onChange("minutes", to)} />
        </ColumnLayout>
        <ExpandableSection variant="inline" defaultExpanded headerText={t("weights")}>
          <div>{t("weightsHint")}</div>
          <ColumnLayout columns={4}>
            {SCORE_PARTS.map((name) => (
              <Typed key={name} label={say("score", name)} type="number" value={draft[name]} onChange={(to) => onChange(name, to)} />
            ))}
          </ColumnLayout>
        </ExpandableSection>
      </SpaceBetween>
    </ExpandableSection>
  );
}
