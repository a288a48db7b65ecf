import AttributeEditor from "@cloudscape-design/components/attribute-editor";
import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import SpaceBetween from "@cloudscape-design/components/space-between";

import { useTerm, useTexts } from "../../i18n/use-texts";
import { Choice, Typed } from "../../parts/choice";
import { CLASSES, type Label, MANAGED, type OwnFields, wrongLabel } from "./own-fields";
import { ownTexts } from "./own-texts";

interface Props {
  fields: OwnFields;
  onChange(fields: OwnFields): void;
  /** Of several resources, whose values differ: an empty choice leaves them as they are. */
  many?: boolean;
}

export function OwnFieldsForm({ fields, onChange, many = false }: Props) {
  const t = useTexts(ownTexts);
  const term = useTerm();
  const open = { value: "", label: t(many ? "leave" : "notSet") };
  return (
    <SpaceBetween size="m">
      <Typed
        label={t("owner")}
        hint={t("ownerHint")}
        value={fields.owner}
        {...(many ? { example: t("leave") } : {})}
        onChange={(owner) => onChange({ ...fields, owner })}
      />
      <Choice
        field
        label={t("dataClass")}
        value={fields.dataClass}
        options={[open, ...CLASSES.map((value) => ({ value, label: term("dataClass", value) }))]}
        onChange={(dataClass) => onChange({ ...fields, dataClass })}
      />
      <Choice
        field
        label={t("managed")}
        hint={t("managedHint")}
        value={fields.managed}
        options={[...(many ? [open] : []), ...MANAGED.map((value) => ({ value, label: term("managed", value) }))]}
        onChange={(managed) => onChange({ ...fields, managed })}
      />
      <FormField label={t(many ? "addLabels" : "labels")} {...(many ? { description: t("replaceLabels") } : {})} stretch>
        <Labels of={fields.labels} onChange={(labels) => onChange({ ...fields, labels })} />
      </FormField>
    </SpaceBetween>
  );
}

function Labels({ of, onChange }: { of: readonly Label[]; onChange(labels: Label[]): void }) {
  const t = useTexts(ownTexts);
  const wrong = wrongLabel(of);
  const changed = (at: number, change: Partial<Label>) => onChange(of.map((label, index) => (index === at ? { ...label, ...change } : label)));
  return (
    <AttributeEditor
      items={of}
      empty={t("noLabels")}
      addButtonText={t("add")}
      removeButtonText={t("removeOne")}
      removeButtonAriaLabel={({ key }) => t("removeKey", { name: key })}
      onAddButtonClick={() => onChange([...of, { key: "", value: "" }])}
      onRemoveButtonClick={({ detail }) => onChange(of.filter((_, index) => index !== detail.itemIndex))}
      definition={[
        {
          label: t("key"),
          control: ({ key }, at) => <Input value={key} autoComplete={false} onChange={({ detail }) => changed(at, { key: detail.value })} />,
          // What is still empty is no mistake yet; the button says what is lacking.
          errorText: (_, at) => (wrong?.at === at && wrong.why === "twice" ? t("twice") : null),
        },
        {
          label: t("value"),
          control: ({ value }, at) => <Input value={value} autoComplete={false} onChange={({ detail }) => changed(at, { value: detail.value })} />,
        },
      ]}
    />
  );
}
