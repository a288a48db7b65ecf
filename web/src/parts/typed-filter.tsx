import { useState } from "react";
import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";

interface Props {
  label: string;
  value: string;
  example?: string;
  onChange(to: string): void;
}

/** Sent when it is left or confirmed, as half a word finds nothing. Wants its value in its key. */
export function TypedFilter({ label, value, example = "", onChange }: Props) {
  const [typed, setTyped] = useState(value);
  const send = () => {
    if (typed.trim() !== value) onChange(typed.trim());
  };
  return (
    <FormField label={label}>
      <Input value={typed} {...(example ? { placeholder: example } : {})} onChange={({ detail }) => setTyped(detail.value)} onBlur={send} onKeyDown={({ detail }) => detail.key === "Enter" && send()} />
    </FormField>
  );
}
