import FormField from "@cloudscape-design/components/form-field";
import Input, { type InputProps } from "@cloudscape-design/components/input";
import Select, { type SelectProps } from "@cloudscape-design/components/select";

interface ChoiceProps {
  label: string;
  value: string;
  options: readonly SelectProps.Option[];
  onChange(value: string): void;
  /** Shown with its label above; otherwise the label is for assistive technology only. */
  field?: boolean;
  hint?: string;
}

export function Choice({ label, value, options, onChange, field, hint }: ChoiceProps) {
  const select = (
    <Select
      {...(field ? {} : { ariaLabel: label })}
      options={options}
      filteringType={options.length > 12 ? "auto" : "none"}
      selectedOption={options.find((each) => each.value === value) ?? null}
      onChange={({ detail }) => onChange(detail.selectedOption.value ?? "")}
    />
  );
  return field ? (
    <FormField label={label} description={hint} stretch>
      {select}
    </FormField>
  ) : (
    <div className="console-choice">{select}</div>
  );
}

interface TypedProps {
  label: string;
  value: string;
  onChange(value: string): void;
  hint?: string;
  example?: string;
  error?: string;
  type?: InputProps.Type;
}

export function Typed({ label, value, onChange, hint, example, error, type }: TypedProps) {
  return (
    <FormField label={label} description={hint} errorText={error} stretch>
      <Input
        value={value}
        {...(type ? { type } : {})}
        {...(example ? { placeholder: example } : {})}
        {...(type === "password" ? { autoComplete: "new-password" } : { autoComplete: false })}
        onChange={({ detail }) => onChange(detail.value)}
      />
    </FormField>
  );
}
